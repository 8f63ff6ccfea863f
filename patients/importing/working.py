"""The job: one chunk, one transaction, one step of progress; whoever takes over goes on where the last commit was."""

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Q

from cxplatform.lib.tenancy import bound
from patients.importing.checking import Judged, judge
from patients.importing.chunks import lines_of
from patients.importing.columns import places
from patients.importing.steering import forget_rows
from patients.importing.undoing import undo_some
from patients.importing.writing import write
from patients.models import Import, ImportChunk, ImportFault

LEASE = timedelta(seconds=60)
MOST_FAULTS = 50_000
TRIES = 5

State = Import.State


def lease(*, organization_id: UUID | str, import_id: UUID | str, now: datetime) -> bool:
    """Take the job for a minute; False when nothing is to be done, or when another worker is at it."""
    with bound(organization_id):
        free = Q(leased_until=None) | Q(leased_until__lt=now)
        mine = Import.objects.filter(free, pk=import_id, state__in=Import.PENDING)
        return bool(mine.update(leased_until=now + LEASE))


def release(*, organization_id: UUID | str, import_id: UUID | str, now: datetime) -> None:
    """Give the job back, behind all others that wait."""
    with bound(organization_id):
        Import.objects.filter(pk=import_id).update(leased_until=None, changed_at=now)


def fail(*, organization_id: UUID | str, import_id: UUID | str, error: Exception, now: datetime) -> None:
    """End an import that cannot go on; what was imported until then stays, and can be undone."""
    with bound(organization_id):
        mine = Import.objects.filter(pk=import_id, state__in=Import.PENDING)
        mine.update(state=State.FAILED, error=type(error).__name__, leased_until=None, changed_at=now)


def step(*, organization_id: UUID | str, import_id: UUID | str, now: datetime) -> bool:
    """Do the next chunk of an import, in a transaction of its own; False when nothing is left to do.

    Two workers at the same import do each chunk once: the row is locked, and the number of the next chunk is read under
    the lock. A chunk that collides with somebody who enrols the same people is done again.
    """
    for attempt in range(1, TRIES + 1):
        try:
            return _step(organization_id, import_id, now=now)
        except IntegrityError:
            if attempt == TRIES:
                raise
    return False


def _step(organization_id: UUID | str, import_id: UUID | str, *, now: datetime) -> bool:
    with bound(organization_id):
        pending = Import.objects.select_related("uploaded_by").filter(pk=import_id, state__in=Import.PENDING).first()
    if pending is None:
        return False
    with bound(organization_id, pending.partner_id):  # a job sees no more than the partner whose patients they are
        mine = Import.objects.select_related("program", "partner").select_for_update(of=("self",))
        source = mine.filter(pk=import_id, state__in=Import.PENDING).first()
        if source is None:
            return False
        source.uploaded_by = pending.uploaded_by
        goes_on = _do(source, now=now)
        source.leased_until = now + LEASE if goes_on else None
        source.changed_at = now
        source.save()
        return goes_on


def _do(source: Import, *, now: datetime) -> bool:
    if source.state == State.UNDOING:
        return _undo(source, now=now)
    if source.cancel_asked:
        return _end(source, State.CANCELLED)
    chunk = ImportChunk.objects.filter(source=source, number=source.next_chunk).first()
    if chunk is None:
        return _end(source, State.CHECKED if source.state == State.CHECKING else State.DONE)
    imports = source.state == State.IMPORTING
    judged = judge(source, lines_of(chunk), places=places(source.mapping, source.header), now=now, locks=imports)
    if imports:
        write(source, judged, now=now)
    _note(source, judged)
    source.next_chunk += 1
    return True


def _undo(source: Import, *, now: datetime) -> bool:
    if undo_some(source, now=now):
        source.next_chunk = min(source.next_chunk + 1, source.chunks_count)
        return True
    return _end(source, State.UNDONE)


def _end(source: Import, state: str) -> bool:
    source.state = state
    if state != State.CHECKED:
        forget_rows(source)
    return False


def _note(source: Import, judged: Judged) -> None:
    counts = Counter({key: value for key, value in source.counts.items() if isinstance(value, int)})
    codes = Counter(source.counts.get("codes", {}))
    codes.update(fault.code for fault in judged.faults)
    room = max(0, MOST_FAULTS - counts["noted_faults"])
    rows = [
        ImportFault(
            organization_id=source.organization_id,
            source=source,
            row=fault.row,
            column=fault.column,
            code=fault.code,
            message=fault.message[:200],
            is_warning=fault.is_warning,
        )
        for fault in judged.faults[:room]
    ]
    ImportFault.objects.bulk_create(rows)
    counts.update(judged.counts)
    counts["noted_faults"] += len(rows)
    source.counts = {"encoding": source.counts.get("encoding", ""), **counts, "codes": dict(codes)}
