"""What the models declare about isolation, and what Postgres has."""

from collections import Counter

from django.db import models

from cxplatform.lib.definers import DEFINERS
from cxplatform.lib.rows import AppendOnly
from cxplatform.lib.tenancy import is_tenant_owned
from tenants.models import Organization
from tests.isolation.tables import APPEND_ONLY, CONFINED, EVERY, GLOBAL, OWNED, PENDING, SEEN_BY_EVERY_PARTNER, ask


def test_every_model_belongs_to_organizations_or_is_on_the_list_of_global_ones() -> None:
    assert {model._meta.label for model in EVERY if not is_tenant_owned(model)} == GLOBAL


def test_every_tenant_table_has_row_level_security_and_the_tenant_policy(db: None) -> None:
    with_rls = {name for (name,) in ask("SELECT relname FROM pg_class WHERE relrowsecurity")}
    policies = {
        table: (using, check)
        for table, using, check in ask(
            "SELECT tablename, qual, with_check FROM pg_policies"
            " WHERE policyname = 'tenant' AND permissive = 'PERMISSIVE' AND cmd = 'ALL' AND roles = '{public}'"
        )
    }
    for model in OWNED:
        table = model._meta.db_table
        column = "id" if model is Organization else "organization_id"
        assert table in with_rls
        for expression in policies[table]:
            assert expression.startswith(f"({column} = ")
            assert "current_setting('app.organization_id'::text)" in expression


def test_no_tenant_table_has_a_second_permissive_policy(db: None) -> None:
    counted = Counter(table for (table,) in ask("SELECT tablename FROM pg_policies WHERE permissive = 'PERMISSIVE'"))
    assert counted == {model._meta.db_table: 1 for model in OWNED}


def test_every_table_with_patients_in_it_has_a_restrictive_partner_policy(db: None) -> None:
    restrictive = {
        table: (using, check)
        for table, using, check in ask(
            "SELECT tablename, qual, with_check FROM pg_policies"
            " WHERE permissive = 'RESTRICTIVE' AND cmd = 'ALL' AND roles = '{public}'"
        )
    }
    assert restrictive.keys() == {model._meta.db_table for model in CONFINED}
    assert all("app.partner" in expression for pair in restrictive.values() for expression in pair)


def test_every_model_with_a_partner_is_confined_to_it() -> None:
    with_partner = {m._meta.label for m in OWNED if any(f.name == "partner" for f in m._meta.local_fields)}
    assert with_partner.isdisjoint(SEEN_BY_EVERY_PARTNER)


def test_every_row_can_be_the_target_of_a_composite_key(db: None) -> None:
    unique = {
        (table, tuple(columns))
        for table, columns in ask(
            "SELECT c.conrelid::regclass::text, array_agg(a.attname::text ORDER BY k.n) FROM pg_constraint c,"
            " unnest(c.conkey) WITH ORDINALITY k(num, n) JOIN pg_attribute a ON true"
            " WHERE c.contype = 'u' AND a.attrelid = c.conrelid AND a.attnum = k.num GROUP BY c.oid, c.conrelid"
        )
    }
    for model in OWNED:
        if model is not Organization:
            assert (model._meta.db_table, ("organization_id", "id")) in unique


def test_every_reference_between_tenant_rows_is_a_composite_key(db: None) -> None:
    keys = {
        (table, tuple(columns), target)
        for table, columns, target in ask(
            "SELECT c.conrelid::regclass::text, array_agg(a.attname::text ORDER BY k.n), c.confrelid::regclass::text"
            " FROM pg_constraint c, unnest(c.conkey) WITH ORDINALITY k(num, n) JOIN pg_attribute a ON true"
            " WHERE c.contype = 'f' AND a.attrelid = c.conrelid AND a.attnum = k.num AND c.convalidated"
            " GROUP BY c.oid, c.conrelid, c.confrelid"
        )
    }
    for model in OWNED:
        for field in model._meta.local_fields:
            target = field.related_model
            if isinstance(field, models.ForeignKey) and is_tenant_owned(target) and target is not Organization:  # type: ignore[arg-type]
                found = (model._meta.db_table, ("organization_id", field.column), target._meta.db_table)  # type: ignore[union-attr]
                assert found in keys, f"{model._meta.label}.{field.name} may point into another organization"


def test_append_only_tables_are_a_named_list_and_lack_the_grants(db: None) -> None:
    declared = {m._meta.label for m in OWNED if any(isinstance(c, AppendOnly) for c in m._meta.constraints)}
    assert declared == APPEND_ONLY
    for model in OWNED:
        table = model._meta.db_table
        ((update, delete, truncate),) = ask(
            "SELECT has_table_privilege(%s, 'UPDATE'), has_table_privilege(%s, 'DELETE'),"
            " has_table_privilege(%s, 'TRUNCATE')",
            table,
            table,
            table,
        )
        assert (update, delete, truncate) == (
            (False, False, False) if model._meta.label in APPEND_ONLY else (True, True, False)
        )


def test_of_history_only_what_says_that_work_is_pending_may_change(db: None) -> None:
    for model in OWNED:
        if model._meta.label not in APPEND_ONLY:
            continue
        columns = ask(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " AND has_column_privilege(attrelid, attnum, 'UPDATE')",
            model._meta.db_table,
        )
        assert {name for (name,) in columns} == PENDING.get(model._meta.label, set()), model._meta.label


def test_definer_functions_are_the_named_list_and_closed(db: None) -> None:
    rows = ask(
        "SELECT p.proname::text, p.proconfig, has_function_privilege('public', p.oid, 'EXECUTE'),"
        " has_function_privilege(current_user, p.oid, 'EXECUTE'), pg_get_function_result(p.oid)"
        " FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prosecdef AND n.nspname = 'public'"
    )
    assert {name for name, *_ in rows} == DEFINERS
    for name, config, is_public, is_ours, result in rows:
        assert config == ["search_path=pg_catalog, public, pg_temp"], name
        assert (is_public, is_ours) == (False, True), name
        assert result == "TABLE(organization_id uuid, id uuid)", name


def test_no_other_function_of_ours_exists(db: None) -> None:
    names = {name for (name,) in ask("SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace")}
    assert names == DEFINERS
