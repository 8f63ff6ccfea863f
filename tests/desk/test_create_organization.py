"""`manage.py create_organization`: all that a new organization needs before its first admin signs in."""

from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from alerts.models import Rule
from cxplatform.lib.tenancy import bound, call_definer
from surveys.models import Survey
from tenants.models import AuditEntry, Member, Organization, User

pytestmark = pytest.mark.django_db


def create(**over) -> str:
    out = StringIO()
    options = {"slug": "newco", "name": "New Co", "admin_email": "Ada@New.example", "admin_name": "Ada", **over}
    call_command("create_organization", stdout=out, **options)
    return out.getvalue()


def organizations() -> list[Any]:
    """Return the organizations that are not of the standing cast."""
    return [pk for pk, _ in call_definer("cx_organizations") if slug_of(pk) not in ("acme", "rival")]


def slug_of(organization_id: Any) -> str:
    with bound(organization_id):
        return Organization.objects.get().slug


def test_organization_starts_with_admin_surveys_and_rules():
    out = create()
    assert "/o/newco/" in out
    assert "ada@new.example" in out
    (pk,) = organizations()
    with bound(pk):
        organization = Organization.objects.get()
        member = Member.objects.select_related("user").get()
        assert (organization.name, organization.is_synthetic) == ("New Co", False)
        assert (member.role, member.partner_id, member.welcome_pending) == ("admin", None, True)
        assert (member.user.email, member.user.name) == ("ada@new.example", "Ada")
        assert all(survey.current_number == 1 for survey in Survey.objects.all())
        assert Survey.objects.count() == 3
        assert Rule.objects.filter(is_active=True).exists()
        assert AuditEntry.objects.get().actor_id is None


def test_welcome_waits_for_the_workers():
    create()
    assert len(call_definer("cx_uninvited_members", UUID(int=0), 10)) == 1


def test_first_admin_can_do_the_rest_in_the_browser(client):
    create()
    client.force_login(User.objects.get(email="ada@new.example"))
    for name in (
        "tenants:settings",
        "tenants:members",
        "tenants:teams",
        "tenants:programs",
        "tenants:partners",
        "alerts:rules",
        "alerts:routes",
        "surveys:index",
    ):
        assert client.get(reverse(name, args=["newco"])).status_code == 200, name
    page = client.get(reverse("alerts:routes", args=["newco"])).content.decode()
    assert "No team gets these alerts" in page


def test_taken_slug_changes_nothing():
    create()
    with pytest.raises(CommandError, match="is taken"):
        create(admin_email="eve@other.example")
    assert len(organizations()) == 1
    assert not User.objects.filter(email="eve@other.example").exists()


def test_existing_person_keeps_name_and_password():
    user = User.objects.create_user("ada@new.example", "a long enough secret", name="Ada Before")
    create()
    user.refresh_from_db()
    assert user.name == "Ada Before"
    assert user.check_password("a long enough secret")


def test_name_of_the_admin_is_taken_from_the_address():
    create(admin_name="")
    assert User.objects.get(email="ada@new.example").name == "ada"


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": "New Co"},
        {"slug": "x" * 41},
        {"slug": "../x"},
        {"slug": "nul\x00"},
        {"name": ""},
        {"name": "x" * 121},
        {"admin_email": "no address"},
        {"admin_email": ""},
    ],
)
def test_bad_options_are_refused_with_nothing_written(wrong: dict[str, Any]):
    people = User.objects.count()
    with pytest.raises(CommandError):
        create(**wrong)
    assert organizations() == []
    assert User.objects.count() == people
