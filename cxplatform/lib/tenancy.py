"""Tenant binding: which organization, and which partner of it, the current transaction may see.

Postgres enforces it by row-level security; this module only says who is asking (docs/adr/0001-tenancy-in-postgres.md).
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

WHOLE_ORGANIZATION = "*"

_SET_SCOPE = "SELECT set_config('app.organization_id', %s, true), set_config('app.partner', %s, true)"
_ROLE_POWERS = """
    SELECT r.rolsuper OR r.rolbypassrls
        OR EXISTS (SELECT 1 FROM pg_database d WHERE d.datname = current_database() AND d.datdba = r.oid)
        OR EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                   WHERE c.relowner = r.oid AND n.nspname = 'public' AND c.relkind IN ('r', 'p'))
    FROM pg_roles r WHERE r.rolname = current_user
"""


class Unbound(RuntimeError):
    """SQL touched a tenant table while no organization was bound."""


class BoundElsewhere(RuntimeError):
    """The transaction is already bound to another organization, or to a narrower partner."""


class NothingFound(LookupError):
    """A definer function knew no row for the given secret or name."""


class PrivilegedRole(ImproperlyConfigured):
    """The database role of the application could bypass row-level security."""


@dataclass(frozen=True, slots=True)
class Scope:
    """One organization, and `*` or the id of the one partner to which the transaction is confined."""

    organization_id: str
    partner: str = WHOLE_ORGANIZATION


def scope_of(connection: BaseDatabaseWrapper) -> Scope | None:
    """Return what `connection` is bound to, None when nothing is bound."""
    return getattr(connection, "cx_scope", None)


@contextmanager
def bound(organization_id: UUID | str, partner: UUID | str | None = None) -> Iterator[None]:
    """Open a transaction that sees one organization, and only one `partner` of it unless that is None.

    Commits on leaving, rolls back on an exception. May be nested for the same organization; the outer scope returns
    when the inner block ends.
    Raises BoundElsewhere when the transaction is bound to another organization or is confined to another partner.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    scope = Scope(str(organization_id), str(partner or WHOLE_ORGANIZATION))
    outer = scope_of(connection)
    _refuse_widening(outer, scope)
    nested = connection.in_atomic_block
    with transaction.atomic():
        _write_scope(connection, scope)
        try:
            yield
        finally:
            _remember(connection, outer)
    if nested:  # outside the block, which may have been marked for rollback
        _execute_scope(connection, outer)


@contextmanager
def bound_by(definer: str, *arguments: Any) -> Iterator[tuple[UUID, UUID]]:
    """Open a transaction bound to the organization that the definer function finds, in one statement.

    Yields (organization_id, id) as the function returned them. The partner is not confined; callers that learn of a
    confinement call `confine`.
    Raises NothingFound when the function returns no row.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if scope_of(connection) is not None:
        raise BoundElsewhere("bound_by() cannot be nested")
    nested = connection.in_atomic_block
    placeholders = ", ".join(["%s"] * len(arguments))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT d.organization_id, d.id, set_config('app.organization_id', d.organization_id::text, true),"
                f" set_config('app.partner', '*', true) FROM {definer}({placeholders}) d",
                arguments,
            )
            row = cursor.fetchone()
        if row is None:
            raise NothingFound(definer)
        _remember(connection, Scope(str(row[0])))
        try:
            yield row[0], row[1]
        finally:
            _remember(connection, None)
    if nested:
        _execute_scope(connection, None)


def confine(partner: UUID | str) -> None:
    """Narrow the bound transaction to one partner until it ends."""
    connection = connections[DEFAULT_DB_ALIAS]
    outer = scope_of(connection)
    if outer is None:
        raise Unbound("confine() needs a bound organization")
    scope = Scope(outer.organization_id, str(partner))
    _refuse_widening(outer, scope)
    _write_scope(connection, scope)


def call_definer(function: str, *arguments: Any) -> list[tuple[UUID, UUID]]:
    """Return the (organization_id, id) pairs that a definer function knows, whichever organization is bound."""
    placeholders = ", ".join(["%s"] * len(arguments))
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(f"SELECT organization_id, id FROM {function}({placeholders})", arguments)
        return list(cursor.fetchall())


def refuse_privileged_role(connection: BaseDatabaseWrapper) -> None:
    """Raise PrivilegedRole when the connected role is a superuser, may bypass RLS, or owns the database or a table."""
    with connection.cursor() as cursor:
        cursor.execute(_ROLE_POWERS)
        row = cursor.fetchone()
    if row and row[0]:
        raise PrivilegedRole(
            "DATABASE_URL names a role that can bypass row-level security (a superuser, BYPASSRLS or an owner of"
            " tables). Use a role that owns nothing; the owner's address belongs into DATABASE_OWNER_URL."
        )


def guard_connection(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Prepare a new connection of the application: check its role and refuse unbound SQL (signal receiver)."""
    if connection.alias != DEFAULT_DB_ALIAS:
        return
    if _refuse_unbound not in connection.execute_wrappers:
        connection.execute_wrappers.append(_refuse_unbound)
    refuse_privileged_role(connection)


def _refuse_unbound(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:  # noqa: FBT001
    connection = context["connection"]
    if scope_of(connection) is None and (table := _tenant_table_in(str(sql))):
        raise Unbound(f"SQL on {table} while no organization is bound: open bound(organization_id) around it")
    return execute(sql, params, many, context)


def _tenant_table_in(sql: str) -> str | None:
    if sql.lstrip().upper().startswith("TRUNCATE"):
        return None  # Postgres refuses it by grant; the test runner's flush runs as owner
    match = _tenant_tables().search(sql)
    return match.group(0) if match else None


@cache
def _tenant_tables() -> re.Pattern[str]:
    tables = [model._meta.db_table for model in apps.get_models() if is_tenant_owned(model)]
    return re.compile(r"\b(" + "|".join(map(re.escape, tables)) + r")\b")


def is_tenant_owned(model: type[Any]) -> bool:
    """Tell whether the table of `model` belongs to organizations: it has an organization, or is the organization."""
    names = {field.name for field in model._meta.local_fields}
    return "organization" in names or model._meta.label == "tenants.Organization"


def _refuse_widening(outer: Scope | None, scope: Scope) -> None:
    if outer is None:
        return
    if outer.organization_id != scope.organization_id or outer.partner not in (WHOLE_ORGANIZATION, scope.partner):
        raise BoundElsewhere(f"bound to {outer}, cannot bind {scope}")


def _write_scope(connection: BaseDatabaseWrapper, scope: Scope) -> None:
    _execute_scope(connection, scope)
    _remember(connection, scope)


def _execute_scope(connection: BaseDatabaseWrapper, scope: Scope | None) -> None:
    values = (scope.organization_id, scope.partner) if scope else ("", "")
    with connection.cursor() as cursor:
        cursor.execute(_SET_SCOPE, values)


def _remember(connection: BaseDatabaseWrapper, scope: Scope | None) -> None:
    connection.cx_scope = scope  # type: ignore[attr-defined]
