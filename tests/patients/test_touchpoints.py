"""Journey events: noted once, and moving the patient along."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from patients.models import STAGES, Touchpoint
from patients.services import STAGE_AFTER, note_touchpoint
from tests.conftest import T0, Cast
from tests.steps import later


@pytest.mark.parametrize(("kind", "stage"), STAGE_AFTER.items())
def test_an_event_leads_to_its_stage(cast: Cast, kind: str, stage: str) -> None:
    patient = cast.acme.patients[0]
    with cast.acme.bound():
        note_touchpoint(patient=patient, kind=kind, occurred_at=later(hours=1), now=later(hours=2))
        patient.refresh_from_db()
    assert stage in STAGES
    assert (patient.stage, patient.stage_at) == (stage, later(hours=1))


@pytest.mark.parametrize("kind", ["shipped", "first_dose_planned", "refill", "call"])
def test_an_event_without_a_stage_moves_nobody(cast: Cast, kind: str) -> None:
    patient = cast.acme.patients[0]
    with cast.acme.bound():
        note_touchpoint(patient=patient, kind=kind, occurred_at=later(hours=1), now=later(hours=2))
        patient.refresh_from_db()
    assert patient.stage == "enrolled"


def test_an_event_that_is_told_late_does_not_move_the_patient_back(cast: Cast) -> None:
    patient = cast.acme.patients[0]
    with cast.acme.bound():
        note_touchpoint(patient=patient, kind="first_fill", occurred_at=later(days=5), now=later(days=5))
        late = note_touchpoint(patient=patient, kind="trained", occurred_at=later(days=2), now=later(days=6))
        patient.refresh_from_db()
    assert (patient.stage, late.received_at - late.occurred_at) == ("first_fill", timedelta(days=4))


def test_a_planned_event_is_not_a_stage_yet(cast: Cast) -> None:
    patient = cast.acme.patients[0]
    with cast.acme.bound():
        note_touchpoint(patient=patient, kind="first_dose", occurred_at=later(days=3), now=T0)
        patient.refresh_from_db()
    assert patient.stage == "enrolled"


def test_a_source_tells_an_event_once(cast: Cast) -> None:
    patient = cast.acme.patients[0]
    with cast.acme.bound():
        note_touchpoint(patient=patient, kind="call", occurred_at=T0, now=T0, source_id="E-1")
        with pytest.raises(IntegrityError), transaction.atomic():
            note_touchpoint(patient=patient, kind="call", occurred_at=T0, now=T0, source_id="E-1")
        note_touchpoint(patient=cast.acme.patients[1], kind="call", occurred_at=T0, now=T0, source_id="E-1")
        for _ in range(2):
            note_touchpoint(patient=patient, kind="call", occurred_at=T0, now=T0)
        assert Touchpoint.objects.filter(kind="call").count() == 4


def test_an_unknown_stage_is_refused_with_the_ones_that_there_are(cast: Cast) -> None:
    with cast.acme.bound(), pytest.raises(ValidationError, match="onboarding"):
        cast.acme.patients[0].move_to("somewhere", now=T0)
