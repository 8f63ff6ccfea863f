"""Journey events: noted once, and moving the patient along."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from patients.models import STAGES, Touchpoint
from patients.services import STAGE_AFTER, TouchpointConflict, enrol, note_touchpoint, void_touchpoint
from surveys.facts import PatientFacts
from tests.conftest import T0, Cast
from tests.steps import REAL_COMMITS, at_once, later


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
        told = [note_touchpoint(patient=patient, kind="call", occurred_at=T0, now=T0, source_id="E-1") for _ in "ab"]
        note_touchpoint(patient=cast.acme.patients[1], kind="call", occurred_at=T0, now=T0, source_id="E-1")
        for _ in range(2):
            note_touchpoint(patient=patient, kind="call", occurred_at=T0, now=T0)
        assert told[0].pk == told[1].pk
        assert Touchpoint.objects.filter(kind="call").count() == 4


@pytest.mark.parametrize("other", [{"kind": "trained"}, {"occurred_at": later(hours=-1)}])
def test_a_source_that_tells_something_else_under_the_same_id_is_refused(cast: Cast, other: dict[str, Any]) -> None:
    patient = cast.acme.patients[0]
    event: dict[str, Any] = {"kind": "call", "occurred_at": T0}
    with cast.acme.bound():
        told = note_touchpoint(patient=patient, **event, now=T0, source_id="E-1")
        with pytest.raises(TouchpointConflict, match="its own") as refused:
            note_touchpoint(patient=patient, **{**event, **other}, now=T0, source_id="E-1")
        assert refused.value.touchpoint == told
        assert list(Touchpoint.objects.all()) == [told]


def test_a_source_cannot_tell_one_event_of_two_patients(cast: Cast) -> None:
    patient, north = cast.acme.patients[0], cast.acme.partners["north"]
    with cast.acme.bound():
        other = enrol(program=cast.acme.program, partner=north, now=T0)
        note_touchpoint(patient=patient, kind="call", occurred_at=T0, now=T0, source_id="E-1")
        with pytest.raises(TouchpointConflict):
            note_touchpoint(patient=other, kind="call", occurred_at=T0, now=T0, source_id="E-1")


def test_an_event_waits_to_be_planned_unless_it_is_history(cast: Cast) -> None:
    patient = cast.acme.patients[0]
    with cast.acme.bound():
        news = note_touchpoint(patient=patient, kind="call", occurred_at=T0, now=T0)
        history = note_touchpoint(
            patient=patient, kind="trained", occurred_at=later(days=-90), now=T0, is_backfill=True
        )
        patient.refresh_from_db()
    assert (news.plan_pending, history.plan_pending, history.is_backfill) == (True, False, True)
    assert (patient.stage, patient.stage_at) == ("training", later(days=-90))


def test_history_in_any_order_leads_to_the_newest_stage(cast: Cast) -> None:
    told = [("trained", -30), ("first_fill", -10), ("approved", -60), ("enrolled", -90)]
    with cast.acme.bound():
        for order in permutations(told):
            patient = enrol(program=cast.acme.program, partner=None, now=T0)
            for kind, days in order:
                note_touchpoint(patient=patient, kind=kind, occurred_at=later(days=days), now=T0, is_backfill=True)
            patient.refresh_from_db()
            assert (patient.stage, patient.stage_at) == ("first_fill", later(days=-10))


def test_taking_an_event_back_leads_to_what_the_others_say(cast: Cast) -> None:
    patient = cast.acme.patients[0]
    with cast.acme.bound():
        note_touchpoint(patient=patient, kind="trained", occurred_at=later(days=1), now=later(days=1))
        wrong = note_touchpoint(patient=patient, kind="first_fill", occurred_at=later(days=2), now=later(days=2))
        assert void_touchpoint(touchpoint=wrong, now=later(days=3))
        assert not void_touchpoint(touchpoint=wrong, now=later(days=4))
        patient.refresh_from_db()
        wrong.refresh_from_db()
    assert (patient.stage, patient.stage_at) == ("training", later(days=1))
    assert (wrong.voided_at, wrong.plan_pending) == (later(days=3), False)


def test_taking_the_only_event_back_leads_to_enrolment(cast: Cast) -> None:
    patient = cast.acme.patients[0]
    with cast.acme.bound():
        wrong = note_touchpoint(patient=patient, kind="discontinued", occurred_at=later(days=2), now=later(days=2))
        void_touchpoint(touchpoint=wrong, now=later(days=3))
        patient.refresh_from_db()
    assert (patient.stage, patient.stage_at) == ("enrolled", patient.created_at)


def test_taking_an_older_event_back_moves_nobody(cast: Cast) -> None:
    patient = cast.acme.patients[0]
    with cast.acme.bound():
        older = note_touchpoint(patient=patient, kind="trained", occurred_at=later(days=1), now=later(days=1))
        note_touchpoint(patient=patient, kind="first_fill", occurred_at=later(days=2), now=later(days=2))
        void_touchpoint(touchpoint=older, now=later(days=3))
        patient.refresh_from_db()
    assert patient.stage == "first_fill"


def test_an_event_that_was_taken_back_stays_so_when_it_is_told_again(cast: Cast) -> None:
    patient = cast.acme.patients[0]
    event: dict[str, Any] = {"patient": patient, "kind": "trained", "occurred_at": later(days=1), "source_id": "E-1"}
    with cast.acme.bound():
        wrong = note_touchpoint(**event, now=later(days=1))
        void_touchpoint(touchpoint=wrong, now=later(days=2))
        again = note_touchpoint(**event, now=later(days=3))
        patient.refresh_from_db()
    assert (again.pk, again.voided_at, patient.stage) == (wrong.pk, later(days=2), "enrolled")


def test_facts_know_nothing_of_an_event_that_was_taken_back(cast: Cast) -> None:
    patient = cast.acme.patients[0]
    with cast.acme.bound():
        wrong = note_touchpoint(patient=patient, kind="first_dose", occurred_at=T0, now=T0)
        respondent = patient.answering.get().respondent
        known = PatientFacts(patient=patient, respondent=respondent, now=later(days=1))["started"]
        void_touchpoint(touchpoint=wrong, now=later(hours=1))
        assert (known, PatientFacts(patient=patient, respondent=respondent, now=later(days=1))["started"]) == (
            True,
            False,
        )


def test_a_planned_event_counts_once_its_time_has_come(cast: Cast) -> None:
    patient = cast.acme.patients[0]
    with cast.acme.bound():
        note_touchpoint(patient=patient, kind="first_dose", occurred_at=later(days=3), now=T0)
        note_touchpoint(patient=patient, kind="call", occurred_at=later(days=4), now=later(days=4))
        patient.refresh_from_db()
    assert (patient.stage, patient.stage_at) == ("on_treatment", later(days=3))


@REAL_COMMITS
def test_one_event_told_at_once_is_one_row(cast: Cast) -> None:
    acme, patient = cast.acme, cast.acme.patients[0]

    def work(_: int) -> Any:
        with acme.bound():
            return note_touchpoint(patient=patient, kind="trained", occurred_at=T0, now=T0, source_id="E-1").pk

    assert len(set(at_once(6, work))) == 1
    with acme.bound():
        assert Touchpoint.objects.count() == 1


def test_an_unknown_stage_is_refused_with_the_ones_that_there_are(cast: Cast) -> None:
    with cast.acme.bound(), pytest.raises(ValidationError, match="onboarding"):
        cast.acme.patients[0].move_to("somewhere", now=T0)
