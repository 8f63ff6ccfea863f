"""What a member does with an import: choose columns, have it checked, import, cancel, undo."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from cxplatform.lib.nudge import nudge
from patients.importing.columns import places
from patients.importing.undoing import size_of
from patients.importing.uploading import say_encoding
from patients.models import Import, ImportChunk, ImportFault, ImportKey
from tenants.models import Member
from tenants.models.audit import audit

State = Import.State
MAPPABLE = (State.MAPPING, State.CHECKED)
CANCELLABLE = (State.MAPPING, State.CHECKING, State.CHECKED, State.IMPORTING)
UNDOABLE = (State.DONE, State.CANCELLED, State.FAILED)


class NotNow(Exception):
    """The import is at another step; the message says what to do."""


@transaction.atomic
def check(*, source: Import, mapping: Mapping[str, str], is_backfill: bool, by: Member | None, now: datetime) -> None:
    """Choose the columns and have every row checked; nobody is imported yet.

    mapping: our column → the column of the file.
    Raises ColumnsMissing when patients could not be told apart, NotNow when the import went on meanwhile.
    """
    places(mapping, source.header)
    _begin(source, MAPPABLE, State.CHECKING, now=now, mapping=dict(mapping), is_backfill=is_backfill)
    audit("patients.import.checked", by=by, target=source, now=now, mapping=dict(mapping), backfill=is_backfill)


@transaction.atomic
def start(*, source: Import, by: Member | None, now: datetime) -> None:
    """Import the rows that were checked and can be taken. Audited. Raises NotNow when that was done already."""
    _begin(source, (State.CHECKED,), State.IMPORTING, now=now)
    audit("patients.import.started", by=by, target=source, now=now, rows=source.rows)


@transaction.atomic
def cancel(*, source: Import, by: Member | None, now: datetime) -> None:
    """End an import between two chunks; what was imported until then stays, and can be undone. Audited.

    Raises NotNow when it is over already.
    """
    mine = Import.objects.filter(pk=source.pk)
    waiting = (State.MAPPING, State.CHECKED)
    if mine.filter(state__in=waiting).update(state=State.CANCELLED, changed_at=now):
        forget_rows(source)
    elif not mine.filter(state__in=CANCELLABLE).update(cancel_asked=True):
        raise NotNow("The import is over already. Reload the page.")
    nudge("patients.import", organization_id=source.organization_id, import_id=source.pk)
    audit("patients.import.cancelled", by=by, target=source, now=now)


@transaction.atomic
def undo(*, source: Import, by: Member | None, now: datetime) -> None:
    """Take an import back as far as nobody has used what it made. Audited. Raises NotNow when that is not possible."""
    counts = {key: value for key, value in source.counts.items() if key != "undone_to"}
    _begin(source, UNDOABLE, State.UNDOING, now=now, counts=counts, chunks_count=size_of(source))
    audit("patients.import.undone", by=by, target=source, now=now)


def forget_rows(source: Import) -> None:
    """Remove the rows of the file, which nobody needs any more."""
    for model in (ImportChunk, ImportKey):
        model.objects.filter(source=source)._raw_delete(using="default")


def _begin(source: Import, states: Collection[str], state: str, *, now: datetime, **changes: object) -> None:
    """Make the import pending from its first chunk on; only one of several who ask at once succeeds."""
    fields = {"state": state, "next_chunk": 0, "cancel_asked": False, "error": "", "leased_until": None, **changes}
    fields.setdefault("counts", {"encoding": source.counts.get("encoding", "")})
    if not Import.objects.filter(pk=source.pk, state__in=states).update(changed_at=now, **fields):
        raise NotNow("The import has gone on meanwhile. Reload the page.")
    for name, value in fields.items():
        setattr(source, name, value)
    if state != State.UNDOING:
        ImportFault.objects.filter(source=source)._raw_delete(using="default")
        ImportKey.objects.filter(source=source)._raw_delete(using="default")
        ImportFault.objects.bulk_create(say_encoding(source))
    nudge("patients.import", organization_id=source.organization_id, import_id=source.pk)
