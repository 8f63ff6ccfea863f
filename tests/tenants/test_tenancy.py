"""The process works as a role that owns nothing, and its people, keys and teams are the organization's own."""

import pytest
from django.db import IntegrityError, connection, transaction

from tenants.models import AuditEntry, Member, Organization, Team, User
from tenants.models.audit import audit
from tests.conftest import T0, Cast, make_member, make_team


def test_the_process_is_connected_as_the_application_role(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user::text, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles"
            " WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("cx_app", False, False, False, False)


def test_an_organization_sees_itself_only(cast: Cast) -> None:
    with cast.acme.bound():
        assert Organization.objects.get() == cast.acme.organization


def test_a_slug_is_taken_once_for_all(cast: Cast) -> None:
    twin = Organization(slug="rival", name="Another")
    with pytest.raises(IntegrityError), transaction.atomic(), cast.acme.bound():
        Organization.objects.filter(pk=cast.acme.organization.pk).update(slug=twin.slug)


def test_a_person_is_a_member_of_an_organization_once(cast: Cast) -> None:
    user = cast.acme.members["agent"].user
    with pytest.raises(IntegrityError), cast.acme.bound():
        Member.objects.create(organization=cast.acme.organization, user=user, role="admin")


def test_a_person_may_work_for_rivals_with_another_role_in_each(cast: Cast) -> None:
    user = cast.acme.members["agent"].user
    with cast.rival.bound():
        Member.objects.create(organization=cast.rival.organization, user=user, role="auditor")
        assert Member.objects.get(user=user).role == "auditor"
    with cast.acme.bound():
        assert Member.objects.get(user=user).role == "agent"


def test_an_address_is_one_person_in_any_letter_case(cast: Cast) -> None:
    assert User.objects.get_by_natural_key("AGENT@acme.example") == cast.acme.members["agent"].user
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user(email="Agent@ACME.example", name="Twin")


def test_team_names_repeat_between_rivals_only(cast: Cast) -> None:
    with cast.rival.bound():
        make_team(cast.rival.organization, name="acme team")
    with pytest.raises(IntegrityError), cast.acme.bound():
        make_team(cast.acme.organization, name="acme team")


def test_the_audit_trail_names_actor_target_and_change_and_stays_in_the_house(cast: Cast) -> None:
    with cast.acme.bound():
        by, team = cast.acme.members["admin"], Team.objects.get()
        audit("tenants.team.renamed", by=by, target=team, now=T0, name="After")
        entry = AuditEntry.objects.select_related("actor").get(action="tenants.team.renamed")
    assert (entry.actor, entry.target_id, entry.target, entry.at) == (by, team.pk, "tenants.Team", T0)
    assert entry.changes == {"name": "After"}
    with cast.rival.bound():
        assert not AuditEntry.objects.filter(pk=entry.pk).exists()


def test_active_members_need_an_active_account_too(cast: Cast) -> None:
    with cast.acme.bound():
        everybody = Member.objects.active().count()
        gone = make_member(cast.acme.organization, role="agent", email="gone@acme.example")
        User.objects.filter(pk=gone.user_id).update(is_active=False)
        assert Member.objects.active().count() == everybody
