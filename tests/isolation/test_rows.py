"""The application role, by raw SQL: another organization or partner is neither seen nor changed nor referred to."""

from collections.abc import Iterator

import psycopg2
import pytest
import pytest_django
from django.apps import apps
from django.db import connection, models, transaction

from caseloop.models import Case
from cxplatform.lib.tenancy import is_tenant_owned
from messaging.models import Address
from patients.models import Patient
from tenants.models import ApiKey, Organization
from tests.conftest import Cast, as_made
from tests.isolation.inhabitants import inhabit
from tests.isolation.tables import APPEND_ONLY, CONFINED, OWNED, path_to_partner
from tests.steps import as_application

REFUSED = psycopg2.errors.InsufficientPrivilege
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(_standing_cast: bytes, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[Cast]:
    """Return the cast with rows in every tenant table, of both rivals and of every partner; undone at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        cast = as_made(_standing_cast)
        yield Cast(acme=inhabit(cast.acme), rival=inhabit(cast.rival))
        transaction.set_rollback(True)


def test_the_other_tenant_is_neither_seen_nor_changed_in_any_table(world: Cast) -> None:
    for model in OWNED:
        table = model._meta.db_table
        column = "id" if model is Organization else "organization_id"
        with as_application(world.rival.organization.pk) as cursor:
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone()[0] > 0, f"nothing to see in {table}"
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} <> %s", [str(world.rival.organization.pk)])
            assert cursor.fetchone() == (0,), table
        if model._meta.label in APPEND_ONLY:
            continue
        with as_application(world.rival.organization.pk) as cursor:
            theirs = str(world.acme.organization.pk)
            cursor.execute(f"UPDATE {table} SET {column} = {column} WHERE {column} = %s", [theirs])
            assert cursor.rowcount == 0, table
            cursor.execute(f"DELETE FROM {table} WHERE {column} = %s", [theirs])
            assert cursor.rowcount == 0, table


def test_a_row_of_the_other_tenant_is_refused_in_every_table(world: Cast) -> None:
    for model in OWNED:
        table = model._meta.db_table
        columns = [str(field.column) for field in model._meta.local_fields]
        is_own = model is Organization
        changed = {"id": "gen_random_uuid()", "organization_id": "%s::uuid"}
        values = ", ".join(changed.get(column, f'"{column}"') for column in columns)
        names = ", ".join(f'"{column}"' for column in columns)
        with as_application(world.rival.organization.pk) as cursor, pytest.raises(REFUSED, match="row-level security"):
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} LIMIT 1",
                [] if is_own else [str(world.acme.organization.pk)],
            )


def test_a_row_cannot_be_moved_to_the_other_tenant(world: Cast) -> None:
    for model in OWNED:
        if model is Organization or model._meta.label in APPEND_ONLY:
            continue
        with as_application(world.rival.organization.pk) as cursor, pytest.raises(REFUSED, match="row-level security"):
            cursor.execute(f"UPDATE {model._meta.db_table} SET organization_id = %s", [str(world.acme.organization.pk)])


def test_no_reference_into_the_other_tenant_is_accepted(world: Cast) -> None:
    checked = 0
    for model in OWNED:
        if model._meta.label in APPEND_ONLY:
            continue
        for field in model._meta.local_fields:
            target = field.related_model
            if not isinstance(field, models.ForeignKey) or not is_tenant_owned(target) or target is Organization:  # type: ignore[arg-type]
                continue
            with world.acme.bound():
                theirs = target._default_manager.values_list("pk", flat=True).first()  # type: ignore[union-attr]
            with (
                as_application(world.rival.organization.pk) as cursor,
                pytest.raises((psycopg2.errors.ForeignKeyViolation, psycopg2.errors.UniqueViolation)),
            ):
                cursor.execute(f"UPDATE {model._meta.db_table} SET {field.column} = %s", [str(theirs)])
            checked += 1
    assert checked > 90


def test_nothing_is_visible_without_the_setting(world: Cast) -> None:
    for model in OWNED:
        with as_application("") as cursor, pytest.raises(psycopg2.errors.InvalidTextRepresentation):
            cursor.execute(f"SELECT count(*) FROM {model._meta.db_table}")


def test_a_partner_sees_its_own_rows_only_in_every_confined_table(world: Cast) -> None:
    house = world.acme
    north, south = house.partners["north"].pk, house.partners["south"].pk
    for model in CONFINED:
        table = model._meta.db_table
        with house.bound():
            owners = dict(model._default_manager.values_list("pk", path_to_partner(model)))
        assert {north, south} <= set(owners.values()), f"{table} lacks rows of one partner"
        for partner in (north, south):
            with as_application(house.organization.pk, partner) as cursor:
                cursor.execute(f"SELECT id::text FROM {table}")
                seen = {row for (row,) in cursor}
            assert seen == {str(pk) for pk, owner in owners.items() if owner == partner}, table


def test_a_partner_changes_nothing_of_another_in_any_confined_table(world: Cast) -> None:
    house = world.acme
    for model in CONFINED:
        if model._meta.label in APPEND_ONLY:
            continue
        table = model._meta.db_table
        with house.bound():
            theirs = list(
                model._default_manager.filter(**{path_to_partner(model): house.partners["south"].pk}).values_list(
                    "pk", flat=True
                )
            )
        with as_application(house.organization.pk, house.partners["north"].pk) as cursor:
            cursor.execute(f"UPDATE {table} SET id = id WHERE id = ANY(%s::uuid[])", [[str(pk) for pk in theirs]])
            assert cursor.rowcount == 0, table
            cursor.execute(f"DELETE FROM {table} WHERE id = ANY(%s::uuid[])", [[str(pk) for pk in theirs]])
            assert cursor.rowcount == 0, table


def test_a_partner_cannot_give_a_row_to_another(world: Cast) -> None:
    house = world.acme
    for model in (Patient, Case, ApiKey, Address):
        with (
            as_application(house.organization.pk, house.partners["north"].pk) as cursor,
            pytest.raises(REFUSED, match="row-level security"),
        ):
            cursor.execute(f"UPDATE {model._meta.db_table} SET partner_id = %s", [str(house.partners["south"].pk)])


def test_history_refuses_update_and_delete_by_the_role(world: Cast) -> None:
    for label in sorted(APPEND_ONLY):
        table = apps.get_model(label)._meta.db_table
        for sql in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with as_application(world.acme.organization.pk) as cursor, pytest.raises(REFUSED):
                cursor.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE mine (id int)",
        "ALTER TABLE patients_patient DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE patients_patient ADD COLUMN mine int",
        "DROP TABLE patients_patient",
        "DROP POLICY tenant ON patients_patient",
        "CREATE POLICY mine ON patients_patient USING (true)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER FUNCTION cx_organizations() SECURITY INVOKER",
        "TRUNCATE patients_patient CASCADE",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())",
        "ALTER ROLE CURRENT_USER BYPASSRLS",
        "SET SESSION AUTHORIZATION cx_owner",
        "SET ROLE cx_owner",
        "GRANT UPDATE ON alerts_alert TO CURRENT_USER",
    ],
)
def test_the_role_cannot_change_the_rules(db: None, sql: str) -> None:
    connection.ensure_connection()
    with as_application() as cursor:
        cursor.execute("SELECT has_table_privilege('alerts_alert', 'UPDATE')")
        before = cursor.fetchone()
        try:
            cursor.execute(sql)
        except psycopg2.errors.InsufficientPrivilege:
            return
        cursor.execute("SELECT has_table_privilege('alerts_alert', 'UPDATE')")  # a GRANT without the right only warns
        assert sql.startswith("GRANT")
        assert cursor.fetchone() == before == (False,)
