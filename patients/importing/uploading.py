"""Taking a file in: read once, sealed in chunks, nothing imported yet."""

from collections.abc import Callable
from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from patients.importing.chunks import chunks_of
from patients.importing.columns import guess_mapping
from patients.importing.reading import Table, open_table
from patients.models import Import, ImportFault
from tenants.models import Member, Partner, Program
from tenants.models.audit import audit


@transaction.atomic
def receive(
    *,
    program: Program,
    partner: Partner,
    file_name: str,
    reopen: Callable[[], BinaryIO],
    is_backfill: bool,
    by: Member | None,
    now: datetime,
) -> Import:
    """Read a file of patients, seal its rows and guess its columns; nobody is imported yet. Audited.

    reopen: returns the file from its beginning. Memory stays flat whatever its size.
    Raises FileRefused, and keeps nothing, when there is nothing to read in it.
    """
    with open_table(reopen) as table:
        source = Import(
            organization_id=program.organization_id,
            program=program,
            partner=partner,
            file_name=file_name[-120:],
            is_backfill=is_backfill,
            header=table.header,
            mapping=guess_mapping(table.header, remembered=_remembered(partner)),
            uploaded_by=by,
            uploaded_at=now,
            changed_at=now,
        )
        source.save(force_insert=True)
        _keep(source, table)
    audit("patients.import.uploaded", by=by, target=source, now=now, rows=source.rows, program=str(program.pk))
    return source


def _keep(source: Import, table: Table) -> None:
    for chunk, rows in chunks_of(source, table.rows):
        chunk.save(force_insert=True)
        source.rows += rows
        source.chunks_count += 1
    source.state = Import.State.MAPPING
    source.counts = {"encoding": table.encoding}
    source.save()


def _remembered(partner: Partner) -> dict[str, str]:
    """Return the columns that were chosen for this partner's file before."""
    earlier = Import.objects.filter(partner=partner).exclude(state__in=[Import.State.UPLOADING, Import.State.MAPPING])
    mapping: dict[str, str] = earlier.order_by("-uploaded_at").values_list("mapping", flat=True).first() or {}
    return mapping


def say_encoding(source: Import) -> list[ImportFault]:
    """Return the warning about a file that is not in UTF-8."""
    if source.counts.get("encoding") != "cp1252":
        return []
    words = "The file is not in UTF-8; it was read as Windows-1252. Check letters with accents."
    about = {"organization_id": source.organization_id, "source": source, "row": 1, "code": "not_utf8"}
    return [ImportFault(**about, message=words, is_warning=True)]
