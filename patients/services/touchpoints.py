"""Journey events: noted once, in any order, and taken back; the stage follows the newest that holds."""

from datetime import datetime

from django.db import IntegrityError, transaction

from cxplatform.lib.nudge import nudge
from patients.models import Patient, Touchpoint
from patients.services.people import locked

# A touchpoint that moves the patient to a stage of the journey.
STAGE_AFTER = {
    Touchpoint.Kind.ENROLLED: "enrolled",
    Touchpoint.Kind.BENEFITS_VERIFIED: "benefits",
    Touchpoint.Kind.APPROVED: "financial",
    Touchpoint.Kind.COPAY_ENROLLED: "onboarding",
    Touchpoint.Kind.ONBOARDING_COMPLETED: "onboarding",
    Touchpoint.Kind.TRAINED: "training",
    Touchpoint.Kind.FIRST_FILL: "first_fill",
    Touchpoint.Kind.FIRST_DOSE: "on_treatment",
    Touchpoint.Kind.DISCONTINUED: "discontinued",
}


class TouchpointConflict(Exception):
    """The source has told another event under this `source_id`; `touchpoint` is that one, None when it is not shown."""

    def __init__(self, touchpoint: Touchpoint | None) -> None:
        super().__init__(
            "Another event was sent with this source_id. Send this one with its own, or take the other one back first."
        )
        self.touchpoint = touchpoint


@transaction.atomic
def note_touchpoint(
    *,
    patient: Patient,
    kind: str,
    occurred_at: datetime,
    now: datetime,
    source_id: str = "",
    is_backfill: bool = False,
) -> Touchpoint:
    """Record a journey event, and put the patient at the stage that the newest event leads to.

    The same `source_id` with the same patient, kind and time is the same row, also when it was taken back meanwhile;
    with anything else it is a TouchpointConflict. Events may come in any order and lie in the future, which moves
    nobody yet. is_backfill: history that was brought in late: it plans nothing, but counts for the stage.
    Of a merged patient, the survivor gets it.
    """
    person = locked(patient)
    if source_id and (known := _known(person, source_id)):
        return _same(known, person, kind=kind, occurred_at=occurred_at)
    touchpoint = Touchpoint(
        organization_id=person.organization_id,
        patient=person,
        partner_id=person.partner_id,
        kind=kind,
        occurred_at=occurred_at,
        received_at=now,
        source_id=source_id,
        is_backfill=is_backfill,
        plan_pending=not is_backfill,
    )
    _insert(touchpoint)
    _follow(person, now=now)
    patient.stage, patient.stage_at = person.stage, person.stage_at
    if touchpoint.plan_pending:
        nudge("patients.touchpoint", organization_id=person.organization_id, touchpoint_id=touchpoint.pk)
    return touchpoint


@transaction.atomic
def void_touchpoint(*, touchpoint: Touchpoint, now: datetime) -> bool:
    """Take an event back: it counts for nothing any more, and the stage is what the remaining events say.

    Returns False, and changes nothing, when it was taken back before.
    """
    person = locked(touchpoint.patient)
    if not Touchpoint.objects.valid().filter(pk=touchpoint.pk).update(voided_at=now, plan_pending=False):
        return False
    touchpoint.voided_at, touchpoint.plan_pending = now, False
    put_here = STAGE_AFTER.get(Touchpoint.Kind(touchpoint.kind)) == person.stage
    if put_here and touchpoint.occurred_at == person.stage_at:
        person.move_to("enrolled", now=person.created_at)
        _follow(person, now=now)
    return True


def restage(person: Patient, *, now: datetime) -> None:
    """Put a patient whose events have changed hands at the stage that the newest event leads to, if it is newer."""
    _follow(person, now=now)


def _known(person: Patient, source_id: str) -> Touchpoint | None:
    return Touchpoint.objects.filter(partner=person.partner, source_id=source_id).first()


def _same(known: Touchpoint, person: Patient, *, kind: str, occurred_at: datetime) -> Touchpoint:
    if (known.patient_id, known.kind, known.occurred_at) != (person.pk, kind, occurred_at):
        raise TouchpointConflict(known)
    return known


def _insert(touchpoint: Touchpoint) -> None:
    """Insert it; the same source_id told of two patients at the same moment is a conflict like any other."""
    try:
        with transaction.atomic():
            touchpoint.save(force_insert=True)
    except IntegrityError as error:
        if "patients_touchpoint_source" not in str(error):
            raise
        raise TouchpointConflict(_known(touchpoint.patient, touchpoint.source_id)) from None


def _follow(person: Patient, *, now: datetime) -> None:
    """Move to the stage of the newest event; enrolment itself is older than any event, whenever it was entered."""
    moving = person.touchpoints.valid().filter(kind__in=STAGE_AFTER, occurred_at__lte=now)
    newest = moving.order_by("-occurred_at", "-id").first()
    just_enrolled = person.stage == "enrolled" and person.stage_at == person.created_at
    if newest and (just_enrolled or newest.occurred_at >= person.stage_at):
        person.move_to(STAGE_AFTER[Touchpoint.Kind(newest.kind)], now=newest.occurred_at)
