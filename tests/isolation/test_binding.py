"""bound, bound_by, confine: who is asking, and until when."""

from uuid import uuid4

import pytest
from django.db import DataError, connection, connections

from cxplatform.lib.tenancy import (
    BoundElsewhere,
    NothingFound,
    PrivilegedRole,
    Scope,
    Unbound,
    bound,
    bound_by,
    call_definer,
    confine,
    refuse_privileged_role,
    scope_of,
)
from messaging.models import GoLink
from patients.models import Patient
from tenants.models import Organization, Program
from tests.conftest import Cast
from tests.isolation.tables import OWNED, ask


def test_sql_on_a_tenant_table_is_refused_while_unbound(db: None) -> None:
    with pytest.raises(Unbound, match="patients_patient"):
        Patient.objects.count()
    with connection.cursor() as cursor, pytest.raises(Unbound, match="caseloop_case"):
        cursor.execute("DELETE FROM caseloop_case")


def test_every_tenant_model_is_refused_while_unbound(db: None) -> None:
    for model in OWNED:
        with pytest.raises(Unbound):
            model._default_manager.first()


def test_bound_nests_and_restores(cast: Cast) -> None:
    acme = cast.acme
    with acme.bound():
        with acme.bound(acme.partners["north"]):
            assert Patient.objects.get() == acme.patients[0]
        assert Patient.objects.count() == 2
    assert scope_of(connection) is None
    assert settings_of_transaction() == ("", "")


def test_an_exception_in_a_nested_block_rolls_back_and_restores(cast: Cast) -> None:
    acme = cast.acme
    with acme.bound():
        with pytest.raises(DataError), acme.bound(acme.partners["north"]):
            Program.objects.update(name="too long " * 99)
        assert Patient.objects.count() == 2
        assert Program.objects.get().name == "acme brand program"
    assert settings_of_transaction() == ("", "")


def test_bound_refuses_another_organization_and_a_wider_scope(cast: Cast) -> None:
    acme, rival = cast.acme, cast.rival
    with acme.bound(acme.partners["north"]):
        for inner in (rival.bound(), acme.bound(), acme.bound(acme.partners["south"])):
            with pytest.raises(BoundElsewhere), inner:
                raise AssertionError("must not be entered")
        assert Patient.objects.get() == acme.patients[0]


def test_bound_by_finds_the_organization_and_undoes_it(cast: Cast) -> None:
    member = cast.acme.members["agent"]
    with bound_by("cx_member_by_slug", member.user_id, "acme") as found:
        assert found == (cast.acme.organization.pk, member.pk)
        assert Patient.objects.count() == 2
        assert scope_of(connection) == Scope(str(cast.acme.organization.pk))
    assert scope_of(connection) is None
    assert settings_of_transaction() == ("", "")


def test_bound_by_knows_no_stranger_and_binds_nothing(cast: Cast) -> None:
    with pytest.raises(NothingFound), bound_by("cx_member_by_slug", cast.acme.members["agent"].user_id, "rival"):
        raise AssertionError("must not be entered")
    assert scope_of(connection) is None


def test_bound_by_is_refused_inside_a_bound_block(cast: Cast) -> None:
    with cast.acme.bound(), pytest.raises(BoundElsewhere), bound_by("cx_organizations"):
        raise AssertionError("must not be entered")


def test_confine_narrows_and_never_widens(cast: Cast) -> None:
    acme = cast.acme
    with acme.bound():
        confine(acme.partners["south"].pk)
        assert Patient.objects.get() == acme.patients[1]
        with pytest.raises(BoundElsewhere):
            confine(acme.partners["north"].pk)
    with pytest.raises(Unbound):
        confine(acme.partners["north"].pk)


def test_definers_answer_for_every_organization_whoever_is_bound(cast: Cast) -> None:
    both = {cast.acme.organization.pk, cast.rival.organization.pk}
    assert {organization for organization, _ in call_definer("cx_organizations")} == both
    with cast.acme.bound(cast.acme.partners["north"]):
        assert {organization for organization, _ in call_definer("cx_organizations")} == both


def test_the_settings_are_gone_after_the_commit(transactional_db: None) -> None:
    organization = Organization(slug="gone", name="Gone")
    with bound(organization.pk):
        assert settings_of_transaction()[0] == str(organization.pk)
    assert settings_of_transaction() == ("", "")
    with pytest.raises(RuntimeError), bound(organization.pk):
        raise RuntimeError
    assert settings_of_transaction() == ("", "")


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_owner_is_refused_as_application_role() -> None:
    refuse_privileged_role(connections["default"])
    with pytest.raises(PrivilegedRole, match="DATABASE_OWNER_URL"):
        refuse_privileged_role(connections["owner"])


def settings_of_transaction() -> tuple[str, str]:
    """Return the two settings as Postgres has them now."""
    ((organization, partner),) = ask(
        "SELECT coalesce(current_setting('app.organization_id', true), ''),"
        " coalesce(current_setting('app.partner', true), '')"
    )
    return organization, partner


def test_what_a_failed_block_wrote_is_gone(cast: Cast) -> None:
    with pytest.raises(RuntimeError):
        make_link_and_fail(cast)
    with cast.acme.bound():
        assert not GoLink.objects.exists()


def make_link_and_fail(cast: Cast) -> None:
    """Write a row in a block that raises."""
    with cast.acme.bound():
        GoLink.to(organization_id=cast.acme.organization.pk, target="case", target_id=uuid4())
        raise RuntimeError
