"""Database constraints that every tenant-owned table carries: row-level security, composite keys, append-only grants.

They are `BaseConstraint`s, so they live in `Meta.constraints`, travel in migrations and are checked by
`makemigrations --check`. Their SQL runs at the end of the migration that adds them, when all tables exist.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import BaseConstraint, UniqueConstraint

_ORGANIZATION = "(SELECT current_setting('app.organization_id')::uuid)"
_PARTNER = "(SELECT current_setting('app.partner'))"


class DeferredConstraint(BaseConstraint):
    """A constraint that is plain SQL, run after the tables of its migration exist; Python never validates it."""

    def statements(self, model: type[models.Model]) -> list[str]:
        """Return the SQL that puts the constraint on the table of `model`."""
        raise NotImplementedError

    def undo(self, model: type[models.Model]) -> str:
        """Return the SQL that takes the constraint off again."""
        raise NotImplementedError

    def constraint_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """Defer the SQL; nothing goes inside CREATE TABLE."""
        assert model is not None
        self.create_sql(model, schema_editor)
        return ""

    def create_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """Defer the SQL to the end of the migration."""
        assert schema_editor is not None
        assert model is not None
        schema_editor.deferred_sql.extend(self.statements(model))
        return ""

    def remove_sql(self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        """Return the SQL that takes the constraint off again."""
        assert model is not None
        return self.undo(model)

    def validate(self, *_: Any, **__: Any) -> None:
        """Leave the check to Postgres."""

    def __eq__(self, other: object) -> bool:
        if isinstance(other, BaseConstraint):
            return self.deconstruct() == other.deconstruct()
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self.name)


class RowPolicy(DeferredConstraint):
    """Row-level security: rows of the bound organization, and RESTRICTIVE by partner where `partner` says how.

    partner: "" when rows belong to no partner; the name of a partner foreign key of the row; the name of a foreign key
    to a row that is itself confined (the row is visible when that parent is); or "id" for the partners themselves.
    column: the column that holds the organization ("id" for the organization itself).
    """

    def __init__(self, *, name: str, partner: str = "", column: str = "organization_id") -> None:
        super().__init__(name=name)
        self.partner = partner
        self.column = column

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """Describe the constraint for a migration file."""
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), {**kwargs, "partner": self.partner, "column": self.column}

    def statements(self, model: type[models.Model]) -> list[str]:
        """Enable RLS and create one or two policies."""
        table = model._meta.db_table
        mine = f"{self.column} = {_ORGANIZATION}"
        sql = [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY tenant ON {table} USING ({mine}) WITH CHECK ({mine})",
        ]
        if self.partner:
            # CASE, not OR: for an OR of two comparisons with settings the planner expects one row in a hundred, and
            # then sorts a whole table instead of reading the first page of it by an index; for a CASE it expects half.
            confined = f"CASE WHEN {_PARTNER} = '*' THEN true ELSE {self._visible(model)} END"
            sql.append(f"CREATE POLICY partner ON {table} AS RESTRICTIVE USING ({confined}) WITH CHECK ({confined})")
        return sql

    def undo(self, model: type[models.Model]) -> str:
        """Drop the policies; RLS stays enabled, so the table is closed rather than open in between."""
        table = model._meta.db_table
        return f"DROP POLICY IF EXISTS tenant ON {table}; DROP POLICY IF EXISTS partner ON {table}"

    def _visible(self, model: type[models.Model]) -> str:
        if self.partner == "id":
            return f"id::text = {_PARTNER}"
        field = model._meta.get_field(self.partner)
        target = field.related_model
        assert isinstance(field, models.ForeignKey)
        assert target is not None
        assert not isinstance(target, str)
        if target._meta.label == "tenants.Partner":
            return f"{field.column}::text = {_PARTNER}"
        # The parent's own policies apply inside: this role reads it.
        return f"EXISTS (SELECT 1 FROM {target._meta.db_table} p WHERE p.id = {model._meta.db_table}.{field.column})"


class TenantKey(DeferredConstraint):
    """A composite foreign key (organization_id, x_id): no row can point into another organization.

    The field itself is a ForeignKey with `db_constraint=False`; its target has a unique (organization_id, id).
    cascades: the row goes with its target, also where the application role may not delete rows of this table.
    """

    def __init__(self, *, name: str, field: str, cascades: bool = False) -> None:
        super().__init__(name=name)
        self.field = field
        self.cascades = cascades

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """Describe the constraint for a migration file."""
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), {**kwargs, "field": self.field, **({"cascades": True} if self.cascades else {})}

    def statements(self, model: type[models.Model]) -> list[str]:
        """Add the composite foreign key."""
        field = model._meta.get_field(self.field)
        assert isinstance(field, models.ForeignKey)
        target = field.related_model._meta.db_table
        sql = (
            f"ALTER TABLE {model._meta.db_table} ADD CONSTRAINT {self.name}"
            f" FOREIGN KEY (organization_id, {field.column}) REFERENCES {target} (organization_id, id)"
            f"{' ON DELETE CASCADE' if self.cascades else ''} DEFERRABLE INITIALLY IMMEDIATE"
        )
        return [sql]

    def undo(self, model: type[models.Model]) -> str:
        """Drop the key."""
        return f"ALTER TABLE {model._meta.db_table} DROP CONSTRAINT {self.name}"


class AppendOnly(DeferredConstraint):
    """History never changes: the application role may neither update nor delete rows of this table.

    pending: columns that are no history but say that work is still to be done with the row; they alone may change.
    """

    def __init__(self, *, name: str, pending: tuple[str, ...] = ()) -> None:
        super().__init__(name=name)
        self.pending = pending

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """Describe the constraint for a migration file."""
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), {**kwargs, **({"pending": self.pending} if self.pending else {})}

    def statements(self, model: type[models.Model]) -> list[str]:
        """Take UPDATE and DELETE away from the application role, but for the pending columns."""
        table, role = model._meta.db_table, settings.APP_ROLE
        sql = [f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}"]
        if self.pending:
            sql.append(f"GRANT UPDATE ({', '.join(self.pending)}) ON {table} TO {role}")
        return sql

    def undo(self, model: type[models.Model]) -> str:
        """Give them back."""
        return f"GRANT UPDATE, DELETE ON {model._meta.db_table} TO {settings.APP_ROLE}"


def tenant_rows(
    table: str,
    *,
    keys: tuple[str, ...] = (),
    partner: str = "",
    append_only: bool = False,
    pending: tuple[str, ...] = (),
    goes_with: tuple[str, ...] = (),
) -> list[BaseConstraint]:
    """Return what a tenant-owned table needs: policies, the target of composite keys, and the keys themselves.

    keys: names of the foreign keys to other tenant-owned rows (each declared with `db_constraint=False`).
    partner: as in RowPolicy. pending: as in AppendOnly. goes_with: those of `keys` that cascade, as in TenantKey.
    """
    constraints: list[BaseConstraint] = [
        RowPolicy(name=f"{table}_rls", partner=partner),
        UniqueConstraint(fields=["organization", "id"], name=f"{table}_org_id"),
        *(TenantKey(name=f"{table}_{key}_key", field=key, cascades=key in goes_with) for key in keys),
    ]
    if append_only:
        constraints.append(AppendOnly(name=f"{table}_append_only", pending=pending))
    return constraints
