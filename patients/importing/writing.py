"""From judged rows to rows of the database, in the transaction that also notes the progress."""

from collections.abc import Iterable
from datetime import datetime

from patients.importing.checking import Judged, Taken
from patients.importing.inserting import Fields, insert, new_row
from patients.importing.newcomers import insert_people, newcomers
from patients.importing.updating import update
from patients.models import Import, Patient, Touchpoint
from patients.services import STAGE_AFTER, void_touchpoint


def write(source: Import, judged: Judged, *, now: datetime) -> None:
    """Write what a chunk comes to, in the caller's transaction.

    Raises IntegrityError when somebody else enrolled one of the same people meanwhile: the chunk is then done again.
    """
    known = [taken for taken in judged.taken if taken.person]
    strangers = newcomers(source, judged.taken, now=now)
    _move(judged.taken, now=now)
    insert_people(source, strangers, judged.taken, now=now)
    insert(Touchpoint, [_touchpoint(source, taken, now=now) for taken in judged.taken if taken.has_event])
    for taken in known:
        update(source, taken, judged.world, now=now)
    moved = {taken.person.patient.pk: taken.person.patient for taken in known if taken.person}
    if moved:
        Patient.objects.bulk_update(moved.values(), ["stage", "stage_at"])
    _void(source, judged.taken, now=now)


def _touchpoint(source: Import, taken: Taken, *, now: datetime) -> Fields:
    assert taken.person is not None
    said = taken.row
    return new_row(
        Touchpoint,
        organization_id=source.organization_id,
        patient_id=taken.person.patient.pk,
        partner_id=source.partner_id,
        kind=said.touchpoint,
        occurred_at=said.occurred_at,
        received_at=now,
        source_id=said.source_id,
        is_backfill=said.is_backfill,
        plan_pending=not said.is_backfill,
        voided_at=None,
        source_import_id=source.pk,
    )


def _move(rows: Iterable[Taken], *, now: datetime) -> None:
    """Put each patient at the stage of the newest event, as noting one by one would; a stage that is named wins."""
    for taken in rows:
        assert taken.person is not None
        patient, said = taken.person.patient, taken.row
        stage = STAGE_AFTER.get(Touchpoint.Kind(said.touchpoint)) if taken.has_event else None
        if stage and said.occurred_at and _leads_on(patient, said.occurred_at, now=now):
            patient.stage, patient.stage_at = stage, said.occurred_at
        if said.stage and said.stage != patient.stage:
            patient.stage, patient.stage_at = said.stage, now


def _leads_on(patient: Patient, at: datetime, *, now: datetime) -> bool:
    just_enrolled = patient.stage == "enrolled" and patient.stage_at == patient.created_at
    return at <= now and (just_enrolled or at >= patient.stage_at)


def _void(source: Import, rows: Iterable[Taken], *, now: datetime) -> None:
    ids = [taken.row.source_id for taken in rows if taken.row.is_void]
    mine = Touchpoint.objects.filter(partner_id=source.partner_id, source_id__in=ids).select_related("patient")
    for touchpoint in mine.order_by("patient_id", "pk"):
        void_touchpoint(touchpoint=touchpoint, now=now)
