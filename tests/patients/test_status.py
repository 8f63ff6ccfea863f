"""Contact status: everything that follows from a change, also when two happen at once."""

from datetime import date
from typing import Any

import pytest

from messaging.models import Message, Purpose, Stop
from messaging.services import usable_channels
from patients.models import Patient, PatientEvent
from patients.services import (
    AdultDateMissing,
    add_caregiver,
    change_status,
    consented_channels,
    enrol,
    everybody_for,
    respondents_for,
)
from tenants.models.audit import AuditEntry
from tests.conftest import T0, Cast
from tests.patients.people import agree, keep, queued, reachable, respondent_of, state_of, twins
from tests.steps import REAL_COMMITS, at_once, later

ADULT_FROM = date(2030, 6, 1)


def change(patient: Patient, status: str, **over: Any) -> PatientEvent | None:
    adult_from = ADULT_FROM if status == "under_age" else None
    said: dict[str, Any] = {"by": None, "now": later(hours=1), "source": "form", "adult_from": adult_from}
    return change_status(patient=patient, status=status, **{**said, **over})


@pytest.mark.parametrize(
    ("status", "consent", "stopped"),
    [
        ("paused", True, False),
        ("withdrawn", False, False),
        ("deceased", True, True),
        ("under_age", True, False),
    ],
)
def test_each_status_has_its_consequences(cast: Cast, status: str, consent: bool, stopped: bool) -> None:
    acme, patient = cast.acme, cast.acme.patients[0]
    with acme.bound():
        respondent = reachable(acme, patient)
        waiting = queued(acme, respondent)
        change(patient, status)
        patient.refresh_from_db()
        assert patient.contact_status == status
        assert state_of(waiting) == ("dropped", "status")
        assert bool(consented_channels(respondent_id=respondent.pk, purpose=Purpose.SURVEY)) == consent
        assert (usable_channels(owner_id=respondent.pk, channels=["sms"]) == []) == stopped
        assert respondents_for(patient) == []


@pytest.mark.parametrize("status", ["paused", "withdrawn", "deceased", "under_age"])
def test_back_to_active_brings_nothing_back_by_itself(cast: Cast, status: str) -> None:
    acme, patient = cast.acme, cast.acme.patients[0]
    with acme.bound():
        respondent = reachable(acme, patient)
        waiting = queued(acme, respondent)
        change(patient, status)
        change(patient, "active", now=later(hours=2))
        patient.refresh_from_db()
        assert (patient.contact_status, patient.adult_from) == ("active", None)
        assert state_of(waiting)[0] == "dropped"
        assert respondents_for(patient) == [respondent]
        assert (usable_channels(owner_id=respondent.pk, channels=["sms"]) == []) == (status == "deceased")


def test_a_change_is_told_in_the_history_and_audited(cast: Cast) -> None:
    patient, agent = cast.acme.patients[0], cast.acme.members["agent"]
    with cast.acme.bound():
        event = change(patient, "paused", by=agent, source="api")
        assert change(patient, "paused", by=agent) is None
        assert list(patient.events.filter(kind="status")) == [event]
        assert event is not None
        assert (event.actor_id, event.at) == (agent.pk, later(hours=1))
        assert event.data == {"from": "active", "to": "paused", "source": "api"}
        assert AuditEntry.objects.get(action="patients.patient.status_changed").target_id == patient.pk


def test_a_death_goes_to_the_safety_reviewers_and_no_other_status_does(cast: Cast) -> None:
    patient = cast.acme.patients[0]
    with cast.acme.bound():
        for status in ("paused", "withdrawn", "under_age", "active", "deceased"):
            change(patient, status)
        assert [event.data["to"] for event in PatientEvent.objects.filter(needs_review=True)] == ["deceased"]


def test_under_age_only_caregivers_are_asked_and_the_date_is_kept(cast: Cast) -> None:
    acme, patient = cast.acme, cast.acme.patients[0]
    with acme.bound():
        own = reachable(acme, patient)
        caregiver = add_caregiver(
            patient=patient,
            language="es",
            time_zone="America/Denver",
            preferred_channel="sms",
            by=None,
            now=later(hours=1),
        )
        keep(caregiver, value="+13125550111")
        agree(caregiver)
        mine, theirs = queued(acme, own), queued(acme, caregiver)
        change(patient, "under_age")
        patient.refresh_from_db()
        assert patient.adult_from == ADULT_FROM
        assert respondents_for(patient) == [caregiver]
        assert everybody_for(patient) == [own, caregiver]
        assert (state_of(mine)[0], state_of(theirs)[0]) == ("dropped", "queued")


def test_from_the_date_on_nobody_is_asked_until_the_patient_is_active(cast: Cast) -> None:
    acme, patient = cast.acme, cast.acme.patients[0]
    with acme.bound():
        details: dict[str, Any] = {"language": "en", "time_zone": "UTC", "preferred_channel": ""}
        caregiver = add_caregiver(patient=patient, **details, by=None, now=T0)
        change(patient, "under_age")
        assert respondents_for(patient, today=date(2030, 5, 31)) == [caregiver]
        assert respondents_for(patient, today=ADULT_FROM) == []


def test_under_age_needs_its_date(cast: Cast) -> None:
    with cast.acme.bound(), pytest.raises(AdultDateMissing, match="No birth date"):
        change(cast.acme.patients[0], "under_age", adult_from=None)


def test_a_death_stops_one_number_for_everybody_whom_it_serves(cast: Cast) -> None:
    """A mother answers for twins, and is a patient herself in another program, at the same number."""
    acme = cast.acme
    with acme.bound():
        one, two, mother = twins(acme)
        keep(mother)
        agree(mother)
        herself = enrol(program=acme.program, partner=acme.partners["south"], now=T0)
        own = reachable(acme, herself)
        about = [queued(acme, mother), queued(acme, own)]
        change(two, "deceased")
        assert [state_of(message)[0] for message in about] == ["dropped", "dropped"]
        assert usable_channels(owner_id=own.pk, channels=["sms"]) == []
        assert Stop.objects.standing().count() == 1
        statuses = Patient.objects.filter(pk__in=[one.pk, herself.pk]).values_list("contact_status", flat=True)
        assert set(statuses) == {"active"}
        assert not herself.events.exclude(kind="consent").exists()


def test_when_one_twin_withdraws_the_mother_keeps_her_consent_for_the_other(cast: Cast) -> None:
    with cast.acme.bound():
        one, two, mother = twins(cast.acme)
        agree(mother)
        change(one, "withdrawn")
        assert respondents_for(one) == []
        assert respondents_for(two) == [mother]
        assert consented_channels(respondent_id=mother.pk, purpose=Purpose.SURVEY) == ["sms"]
        change(two, "withdrawn")
        assert consented_channels(respondent_id=mother.pk, purpose=Purpose.SURVEY) == ["sms"]


def test_confined_members_cannot_touch_another_partners_patient(cast: Cast) -> None:
    north, south = cast.acme.patients
    with cast.acme.bound(cast.acme.partners["north"]):
        change(north, "paused")
        with pytest.raises(Patient.DoesNotExist):
            change(south, "paused")


@REAL_COMMITS
def test_two_changes_at_once_are_one_after_the_other(cast: Cast) -> None:
    acme, patient = cast.acme, cast.acme.patients[0]
    statuses = ["paused", "withdrawn", "deceased", "active"]

    def work(place: int) -> Any:
        with acme.bound():
            return change(patient, statuses[place])

    results = at_once(4, work)
    assert not [each for each in results if isinstance(each, Exception)], results
    with acme.bound():
        patient.refresh_from_db()
        told = {event.data["from"]: event.data["to"] for event in patient.events.all()}
    reached, steps = "active", 0
    while reached in told and steps < len(told):
        reached, steps = told[reached], steps + 1
    assert patient.contact_status == reached or len(told) < 3


@REAL_COMMITS
def test_a_pause_and_a_message_queued_at_once_never_leave_a_message(cast: Cast) -> None:
    acme, patient = cast.acme, cast.acme.patients[0]
    with acme.bound():
        respondent = reachable(acme, patient)

    def work(place: int) -> Any:
        with acme.bound():
            if place == 1:
                return change(patient, "paused")
            return queued(acme, respondent) if respondent in respondents_for(patient) else None

    assert not [each for each in at_once(4, work) if isinstance(each, Exception)]
    with acme.bound():
        assert not Message.objects.filter(owner_id=respondent_of(patient).pk, state="queued").exists()
