"""Holds: no survey while one stands, and everything else goes on."""

from uuid import uuid4

from messaging.models import Purpose
from patients.models import Hold
from patients.services import enrol, is_held, lift_hold, merge, place_hold
from tests.conftest import T0, Cast
from tests.patients.people import queued, reachable, state_of
from tests.steps import later


def test_a_hold_stands_until_its_own_cause_is_lifted(cast: Cast) -> None:
    patient, one, two = cast.acme.patients[0], uuid4(), uuid4()
    with cast.acme.bound():
        assert not is_held(patient.pk)
        for source in (one, one, two):
            place_hold(patient_id=patient.pk, source_id=source, now=T0)
        assert Hold.objects.standing().count() == 2
        lift_hold(source_id=one, now=later(hours=1))
        assert is_held(patient.pk)
        lift_hold(source_id=two, now=later(hours=2))
        assert not is_held(patient.pk)
        place_hold(patient_id=patient.pk, source_id=one, now=later(hours=3))
        assert is_held(patient.pk)
        assert not is_held(cast.acme.patients[1].pk)


def test_a_hold_drops_surveys_that_wait_and_nothing_else(cast: Cast) -> None:
    acme = cast.acme
    with acme.bound():
        respondent = reachable(acme, acme.patients[0])
        survey, outcome = (queued(acme, respondent, purpose=each) for each in (Purpose.SURVEY, Purpose.FOLLOW_UP))
        place_hold(patient_id=acme.patients[0].pk, source_id=uuid4(), now=T0)
        assert (state_of(survey)[0], state_of(outcome)[0]) == ("dropped", "queued")


def test_a_hold_follows_a_patient_who_is_merged(cast: Cast) -> None:
    acme = cast.acme
    with acme.bound():
        duplicate, survivor = (enrol(program=acme.program, partner=None, now=T0) for _ in "ab")
        before, after = uuid4(), uuid4()
        place_hold(patient_id=duplicate.pk, source_id=before, now=T0)
        merge(duplicate=duplicate, into=survivor, by=None, now=T0)
        assert is_held(survivor.pk)
        assert is_held(duplicate.pk)
        lift_hold(source_id=before, now=later(hours=1))
        place_hold(patient_id=duplicate.pk, source_id=after, now=later(hours=2))
        assert is_held(survivor.pk)
