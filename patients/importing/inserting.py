"""Many rows in one statement: COPY does not work under row-level security, and the ORM is several times slower."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import uuid_utils
from django.db import connection, models

Fields = Mapping[str, Any]
OR_IGNORE = "DO NOTHING"


def new_row(model: type[models.Model], **fields: Any) -> Fields:
    """Return a row to insert: `fields` by attribute name (`patient_id`), a new id, and the defaults."""
    return {**_defaults(model), "id": str(uuid_utils.uuid7()), **fields}


def row_of(instance: models.Model) -> Fields:
    """Return an unsaved instance as a row to insert."""
    return {field.attname: getattr(instance, field.attname) for field in instance._meta.concrete_fields}


def insert(model: type[models.Model], rows: Sequence[Fields], *, on_conflict: str = "") -> list[Any]:
    """Insert rows of one model, and return the primary keys of those that went in.

    on_conflict: what to do with a row that a unique constraint refuses, such as OR_IGNORE; else IntegrityError.
    """
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_statement(model, on_conflict), [json.dumps(rows, default=_plain)])
        return [key for (key,) in cursor.fetchall()]


@cache
def _statement(model: type[models.Model], on_conflict: str) -> str:
    fields = model._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    given = ", ".join(f'"{field.attname}"' for field in fields)
    typed = ", ".join(f'"{field.attname}" {field.db_type(connection)}' for field in fields)
    conflict = f" ON CONFLICT {on_conflict}" if on_conflict else ""
    return (
        f"INSERT INTO {model._meta.db_table} ({columns}) SELECT {given}"  # noqa: S608 - names of our own models
        f" FROM json_to_recordset(%s::json) AS given({typed}){conflict} RETURNING id"
    )


@cache
def _defaults(model: type[models.Model]) -> dict[str, Any]:
    fields = model._meta.concrete_fields
    plain = [field for field in fields if field.has_default() and not callable(field.default)]
    blank = [field for field in fields if not field.has_default() and field.get_default() == ""]
    return {**{field.attname: field.default for field in plain}, **{field.attname: "" for field in blank}}


def _plain(value: Any) -> str:
    return f"\\x{bytes(value).hex()}" if isinstance(value, bytes | memoryview) else str(value)
