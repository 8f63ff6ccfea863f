"""A row that every request reads: its query is put together once per process and planned once per connection.

For a join of six tables under row-level security, putting the query together and planning it take several times as long
as running it. The policies hold as for any statement: the plan is made for our role, and reads the bound organization
each time it runs.
"""

from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

_ANY = UUID(int=0)
M = TypeVar("M", bound=Model)


class PreparedRow(Generic[M]):
    """One row by its primary key, or by the id of a row that points at it, with what the query set selects beside it.

    A query set that selects for update is put together and run inside a transaction, as Django asks of any.

    Behind a PgBouncer in transaction mode, where a prepared statement would stay on another connection, the statement
    is planned each time.
    """

    def __init__(self, name: str, rows: "QuerySet[M, M]", *, by: str = "pk") -> None:
        """Describe the row; the database is not asked yet.

        name: of the prepared statement; different for every PreparedRow.
        by: the lookup that finds at most one row by a UUID.
        """
        self._name = name
        self._rows = rows
        self._by = by

    def get(self, key: UUID) -> M:
        """Return the row. Raises the model's DoesNotExist when the bound organization has none."""
        row = self.find(key)
        if row is None:
            raise self._rows.model.DoesNotExist(  # type: ignore[attr-defined]
                f"{self._rows.model.__name__} {key}"
            )
        return row

    def find(self, key: UUID) -> M | None:
        """Return the row, None when the bound organization has none."""
        connection = connections[DEFAULT_DB_ALIAS]
        with connection.cursor() as cursor:
            cursor.execute(self._statement(connection), [key])
            row = cursor.fetchone()
        return self._built(list(row), connection) if row else None

    @cached_property
    def _compiled(self) -> Any:
        compiler = self._rows.filter(**{self._by: _ANY}).query.get_compiler(using=DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        assert list(parameters) == [_ANY]
        assert sql.count("%") == 1
        return compiler, sql

    @cached_property
    def _execute(self) -> str:
        # The table's name is in it for the guard that refuses SQL on tenant tables while nothing is bound.
        return f"EXECUTE {self._name}(%s) -- {self._rows.model._meta.db_table}"

    def _statement(self, connection: BaseDatabaseWrapper) -> str:
        _, sql = self._compiled
        if settings.DATABASES[DEFAULT_DB_ALIAS]["DISABLE_SERVER_SIDE_CURSORS"]:
            return str(sql)
        server, names = getattr(connection, "cx_prepared", (None, set[str]()))
        if server is not connection.connection:  # connected anew since
            names = set[str]()
            connection.cx_prepared = (connection.connection, names)  # type: ignore[attr-defined]
        if self._name not in names:
            with connection.cursor() as cursor:
                cursor.execute(f"PREPARE {self._name}(uuid) AS {sql.replace('%s', '$1')}")
            names.add(self._name)
        return self._execute

    @cached_property
    def _shape(self) -> tuple[list[str], slice, list[Any], list[tuple[int, Any]], dict[str, int]]:
        compiler, _ = self._compiled
        fields = compiler.klass_info["select_fields"]
        mine = slice(fields[0], fields[-1] + 1)
        names = [column[0].target.attname for column in compiler.select[mine]]
        populators = get_related_populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]
        converters = compiler.get_converters([column[0] for column in compiler.select])
        return names, mine, populators, list(converters.items()), compiler.annotation_col_map or {}

    def _built(self, row: list[Any], connection: BaseDatabaseWrapper) -> M:
        names, mine, populators, converters, annotations = self._shape
        for place, (functions, expression) in converters:
            for convert in functions:
                row[place] = convert(row[place], expression, connection)
        built: M = self._rows.model.from_db(DEFAULT_DB_ALIAS, names, row[mine])
        for each in populators:
            each.populate(row, built)
        for name, place in annotations.items():
            setattr(built, name, row[place])
        return built
