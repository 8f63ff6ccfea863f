"""Whatever must not go out does not: every channel, purpose, consent, status, hold and stop, as a table."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from django.db import transaction

from messaging.models import SurveyContact
from messaging.services import stop_owner
from patients.models import Patient, Respondent
from patients.services import (
    add_caregiver,
    answer_for,
    change_status,
    enrol,
    keep_contact,
    place_hold,
    void_touchpoint,
)
from surveys.invitations import ask_outcome, way_to_write
from surveys.models import Invitation
from tests.conftest import T0, Cast, House, make_program
from tests.steps import later, respond
from tests.surveys.invited import (
    EMAIL,
    PHONE,
    SMS,
    VALUES,
    address,
    consent,
    fresh,
    happens,
    invited,
    journey,
    planned,
    respondent_of,
    sent,
    skips,
    step,
)

NIGHT = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)  # 23:00 in New York


@dataclass(frozen=True)
class Situation:
    """One line of the table."""

    channel: str = EMAIL
    purpose: str = "survey"
    agreed: str = "yes"  # yes, no, taken back, another purpose, another channel
    status: str = "active"
    held: bool = False
    stopped: str = ""
    has_address: bool = True
    night: bool = False

    @property
    def reason(self) -> str:
        """Return what must hold it back; "" when it may go out."""
        if self.status in ("paused", "withdrawn", "deceased"):
            return "status"
        if self.held and self.purpose == "survey":
            return "hold"
        if self.status == "under_age":
            return "under_age"
        if self.agreed != "yes":
            return "no_consent"
        if not self.has_address or self.stopped == "bounce":
            return "no_address"
        return "stopped" if self.stopped else ""


AGREED = ("yes", "no", "taken back", "another purpose", "another channel")
STATES = list(
    product(("active", "paused", "withdrawn", "deceased", "under_age"), (False, True), ("", "word", "bounce"))
)
EVERY = [
    Situation(channel=channel, purpose=purpose, agreed=agreed, status=status, held=held, stopped=stopped)
    for channel, purpose, agreed in product((EMAIL, SMS), ("survey", "follow_up"), AGREED)
    for status, held, stopped in STATES
]
WALKED = [*EVERY[::17], Situation(has_address=False), *(replace(each, night=True) for each in EVERY[::60])]


def arrange(house: House, case: Situation) -> Respondent:
    respondent = agree(house, case)
    disturb(house, case, respondent)
    return respondent


def agree(house: House, case: Situation) -> Respondent:
    respondent = respondent_of(house)
    if case.has_address:
        address(house, respondent, case.channel, VALUES[case.channel])
    other_purpose = "follow_up" if case.purpose == "survey" else "survey"
    if case.agreed == "another purpose":
        consent(house, respondent, case.channel, (other_purpose,))
    elif case.agreed == "another channel":
        consent(house, respondent, PHONE, (case.purpose,))
    elif case.agreed != "no":
        consent(house, respondent, case.channel, (case.purpose,))
    if case.agreed == "taken back":
        consent(house, respondent, case.channel, (case.purpose,), given=False, now=later(seconds=1))
    return respondent


def disturb(house: House, case: Situation, respondent: Respondent) -> None:
    patient = house.patients[0]
    with house.bound():
        if case.held:
            place_hold(patient_id=patient.pk, source_id=patient.pk, now=T0)
        if case.stopped:
            stop_owner(
                organization_id=house.organization.pk,
                owner_id=respondent.pk,
                reason=case.stopped,
                source_id=None,
                now=T0,
            )
        Patient.objects.filter(pk=patient.pk).update(contact_status=case.status)


@pytest.mark.parametrize("each", [pytest.param(1, marks=pytest.mark.thorough), 7])
def test_table_of_what_must_not_be_sent(cast: Cast, each: int):
    """Ask the gates of every step about every combination, or every seventh; each is undone before the next."""
    wrong, house = [], cast.acme
    for start in range(0, len(EVERY), len(STATES)):
        with transaction.atomic():
            respondent = agree(house, EVERY[start])
            invitation = invited(house, **how(EVERY[start]))
            for case in EVERY[start : start + len(STATES)][start // len(STATES) % each :: each]:
                with transaction.atomic():
                    disturb(house, case, respondent)
                    with house.bound():
                        found = Invitation.objects.select_related("program", "survey", "respondent", "patient")
                        way = way_to_write(found.get(pk=invitation.pk), now=T0)
                    if (way.reason, way.channels) != (case.reason, () if case.reason else (case.channel,)):
                        wrong.append((case, way))
                    transaction.set_rollback(True)
            transaction.set_rollback(True)
    assert len(EVERY) == 600
    assert not wrong, (len(wrong), wrong[:3])


def how(case: Situation) -> dict[str, Any]:
    is_follow_up = case.purpose == "follow_up"
    return {"source": "follow_up", "survey": "outcome_follow_up"} if is_follow_up else {"source": "manual"}


@pytest.mark.parametrize("case", WALKED, ids=str)
def test_line_of_the_table_goes_the_whole_way(cast: Cast, case: Situation):
    house, now = cast.acme, NIGHT if case.night else T0
    arrange(house, case)
    invitation = invited(house, now=now, **how(case))
    got = (step(house, invitation, now=now), sent(house), skips(house))
    if case.night:
        assert got == ("waits", [], [])
        return
    template = "outcome" if case.purpose == "follow_up" else "invitation"
    refused: tuple[str, list[tuple[str, str]], list[tuple[str, str]]] = ("skipped", [], [("invite", case.reason)])
    assert got == (refused if case.reason else ("sent", [(template, case.channel)], []))
    after = fresh(house, invitation)
    assert after.is_over(now=now) is bool(case.reason)
    assert after.ended_as == ("skipped" if case.reason else "")
    assert (after.next_step_at is None) is bool(case.reason)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"is_active": False}, "program_off"),
        ({"crisis_lines": {}}, "no_safety"),
        ({"safety_verified_at": None}, "no_safety"),
        ({"emergency": ""}, "no_safety"),
    ],
)
def test_program_that_is_not_ready_sends_nothing(cast: Cast, change, reason):
    house = cast.acme
    arrange(house, Situation())
    invitation = invited(house)
    with house.bound():
        type(house.program).objects.filter(pk=house.program.pk).update(**change)
    assert step(house, invitation) == "skipped"
    assert skips(house) == [("invite", reason)]


def test_unpublished_survey_is_not_sent(cast: Cast):
    house = cast.acme
    arrange(house, Situation())
    invitation = invited(house)
    with house.bound():
        type(house.surveys["pulse_5"]).objects.filter(key="pulse_5").update(current_number=0)
    assert step(house, invitation) == "skipped"
    assert skips(house) == [("invite", "not_published")]


def test_hold_placed_in_the_night_is_seen_in_the_morning(cast: Cast):
    house = cast.acme
    arrange(house, Situation())
    invitation = invited(house, now=NIGHT)
    assert step(house, invitation, now=NIGHT) == "waits"
    with house.bound():
        place_hold(patient_id=house.patients[0].pk, source_id=house.patients[0].pk, now=NIGHT)
    morning = fresh(house, invitation).next_step_at
    assert morning is not None
    assert step(house, invitation, now=morning) == "skipped"
    assert skips(house) == [("invite", "hold")]


def test_status_is_that_of_the_moment_of_sending(cast: Cast):
    house = cast.acme
    arrange(house, Situation())
    invitation = invited(house, send_at=later(days=1))
    with house.bound():
        change_status(patient=house.patients[0], status="withdrawn", by=None, now=T0, source="form")
    assert step(house, invitation, now=later(days=1)) == "skipped"
    assert skips(house) == [("invite", "status")]


def test_under_age_asks_the_caregiver_and_nobody_else(cast: Cast):
    house = cast.acme
    respondent = arrange(house, Situation(status="under_age"))
    with house.bound():
        Respondent.objects.filter(pk=respondent.pk).update(kind="caregiver")
    invitation = invited(house)
    assert step(house, invitation) == "sent"


# --- events ---


def test_voided_event_sends_nothing(cast: Cast):
    house = cast.acme
    arrange(house, Situation())
    journey(house)
    (invitation,) = planned(house)
    with house.bound():
        void_touchpoint(touchpoint=invitation.touchpoint, now=later(hours=1))
    assert step(house, invitation, now=later(days=1)) == "skipped"
    assert skips(house) == [("invite", "voided")]


def test_whoever_left_the_program_is_not_asked_about_its_beginning(cast: Cast):
    house = cast.acme
    arrange(house, Situation())
    journey(house)
    (invitation,) = planned(house)
    happens(house, "discontinued", at=later(hours=2))
    assert step(house, invitation, now=later(days=1)) == "skipped"
    assert skips(house) == [("invite", "left")]


def test_new_plan_takes_the_place_of_the_old_one(cast: Cast):
    house = cast.acme
    arrange(house, Situation())
    journey(house, touchpoint="first_dose_planned", delay_days=1)
    (old,) = planned(house, "first_dose_planned", at=later(days=2), now=T0)
    (new,) = planned(house, "first_dose_planned", at=later(days=4), now=later(days=1))
    assert step(house, old, now=later(days=3)) == "skipped"
    assert step(house, new, now=later(days=5)) == "sent"
    assert skips(house) == [("invite", "left")]


def test_whoever_has_answered_since_the_event_is_not_asked_again(cast: Cast):
    house = cast.acme
    arrange(house, Situation())
    journey(house)
    (invitation,) = planned(house)
    respond(house, {"prepared": "yes"}, now=later(hours=3))
    assert step(house, invitation, now=later(days=1)) == "skipped"
    assert skips(house) == [("invite", "answered")]


# --- one person, several patients ---


def test_mother_of_twins_who_is_a_patient_elsewhere_is_asked_once(cast: Cast):
    """One number, three patients, two programs: counted once per number, whoever it is asked about."""
    house = cast.acme
    with house.bound():
        other = make_program(house.organization, name="Another brand")
        north = house.partners["north"]
        twins = [enrol(program=house.program, partner=north, now=T0) for _ in range(2)]
        mother = add_caregiver(
            patient=twins[0], language="es", time_zone="America/New_York", preferred_channel=SMS, by=None, now=T0
        )
        answer_for(respondent=mother, patient=twins[1], by=None, now=T0)
        herself = enrol(program=other, partner=north, now=T0, respondent_kind="patient")
        own = herself.answering.get().respondent
        for person, patient in ((mother, twins[0]), (own, herself)):
            keep_contact(respondent=person, patient=patient, channel=SMS, value=VALUES[SMS], by=None, now=T0)
    for person in (mother, own):
        consent(house, person, SMS, ("survey",))
    asked = [invited(house, twin, respondent=mother) for twin in twins] + [invited(house, herself, respondent=own)]
    assert [step(house, each) for each in asked] == ["sent", "skipped", "skipped"]
    assert skips(house) == [("invite", "too_soon")] * 2
    with house.bound():
        assert SurveyContact.objects.values("invitation_id").distinct().count() == 1
    month = later(days=31)
    assert step(house, invited(house, herself, respondent=own, now=month), now=month) == "sent"
    stop = later(days=40)
    with house.bound():  # ALTO from her number: nothing leaves to it any more, for none of the three
        stop_owner(organization_id=house.organization.pk, owner_id=own.pk, reason="word", source_id=None, now=stop)
    after = later(days=70)
    for patient, person in ((twins[0], mother), (twins[1], mother), (herself, own)):
        assert step(house, invited(house, patient, respondent=person, now=after), now=after) == "skipped"
    assert [reason for _, reason in skips(house)][2:] == ["stopped"] * 3


def test_nobody_is_asked_more_often_than_a_year_allows(cast: Cast):
    house = cast.acme
    arrange(house, Situation())
    days = range(0, 280, 40)
    asked = [step(house, invited(house, now=later(days=n)), now=later(days=n)) for n in days]
    assert asked == ["sent"] * 6 + ["skipped"]
    assert skips(house) == [("invite", "too_often")]
    year = later(days=366)
    assert step(house, invited(house, now=year), now=year) == "sent"


def test_refused_invitation_does_not_count(cast: Cast):
    house = cast.acme
    arrange(house, Situation(agreed="no"))
    assert step(house, invited(house)) == "skipped"
    consent(house, respondent_of(house), EMAIL, ("survey",))
    assert step(house, invited(house, now=later(hours=1)), now=later(hours=1)) == "sent"


def test_outcome_waits_for_neither_hold_nor_cap(cast: Cast):
    house = cast.acme
    arrange(house, Situation(purpose="follow_up", held=True))
    with house.bound():
        patient = house.patients[0]
        asked = ask_outcome(case_id=patient.pk, round=1, patient=patient, now=T0, send_at=T0 + timedelta(hours=1))
    assert asked is not None
    assert step(house, asked, now=later(hours=1)) == "sent"
