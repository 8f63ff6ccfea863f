"""The timeline: every kind of thing that happens, by kind, page by page, and what nobody may read in it."""

from datetime import timedelta
from typing import Any

import pytest

from alerts.models import Alert
from desk.journey import KINDS, Family, journey
from messaging.models import Inbound, Message
from patients.models import Patient
from patients.services import (
    change_status,
    enrol,
    merge,
    note_touchpoint,
    place_hold,
    void_touchpoint,
    wish_no_contact,
)
from safety.models import Item
from surveys.models import CallTask, Skip
from tests.conftest import T0, Cast, House, make_invitation
from tests.patients.people import NUMBER, agree, keep, queued, reachable, respondent_of, twins
from tests.steps import later, raise_alerts, respond


def sign_in(client: Any, house: House, who: str = "agent") -> None:
    client.force_login(house.members[who].user)


def page(client: Any, patient: Patient, **query: str) -> Any:
    return client.get(f"/o/acme/patients/{patient.pseudonym}/", query)


def told(patient: Patient, **how: Any) -> list[tuple[str, str]]:
    """Return titles and details of a patient's timeline, newest first."""
    entries = journey(Family.of(patient), slug="acme", now=later(days=400), **how).entries
    return [(entry.title, entry.detail) for entry in entries]


def full(house: House) -> Patient:
    """Let everything happen once to the first patient."""
    patient = house.patients[0]
    raise_alerts(house, {"prepared": "no"})
    with house.bound():
        respondent = reachable(house, patient)
        invitation = make_invitation(house)
        queued(house, respondent, about=invitation.pk)
        Inbound.objects.create(
            organization=house.organization, partner=patient.partner, owner_id=respondent.pk, fingerprint=b"x",
            text="I feel dizzy", keyword="stop", provider_id="in-1", received_at=later(hours=2),
        )  # fmt: skip
        facts = {"organization": house.organization, "patient": patient, "partner": patient.partner}
        Skip.objects.create(
            **facts, survey=invitation.survey, invitation=invitation, step="remind", reason="hold", at=later(hours=3)
        )
        CallTask.objects.create(
            organization=house.organization, partner=patient.partner, invitation=invitation, due_at=later(days=10)
        )
        Item.objects.create(
            **facts,
            program=house.program,
            source="answer",
            source_id=invitation.pk,
            received_at=T0,
            due_at=later(days=1),
        )
        note_touchpoint(patient=patient, kind="call", occurred_at=later(hours=1), now=later(hours=1))
        change_status(patient=patient, status="paused", by=house.members["agent"], now=later(hours=4), source="form")
    return patient


def test_everything_is_told_once_and_newest_first(cast: Cast) -> None:
    patient = full(cast.acme)
    with cast.acme.bound():
        titles = [title for title, _ in told(patient, sees_safety=True)]
    for title in (
        "Call about “Pulse-5 after a call”",
        "Contact status: Paused",
        "Reminder not sent: “Pulse-5 after a call”",
        "They wrote STOP",
        "Call with the support team",
        "Text message: survey invitation",
        "Consent given: text message",
        "Case 1: opened",
        "Answered “Pulse-5 after a call”",
        "Safety: survey answer",
    ):
        assert title in titles, (title, titles)
    assert titles.count("Invited to “Pulse-5 after a call”") == 2
    assert titles[0].startswith("Call about")


@pytest.mark.parametrize("kind", KINDS)
def test_a_chip_shows_its_kind_alone_and_all_kinds_make_the_whole(client: Any, cast: Cast, kind: str) -> None:
    patient = full(cast.acme)
    with cast.acme.bound():
        whole = told(patient, sees_safety=True)
        parts = {each: told(patient, show=each, sees_safety=True) for each in KINDS}
    assert parts[kind]
    assert sorted(entry for part in parts.values() for entry in part) == sorted(whole)
    sign_in(client, cast.acme, "supervisor")
    html = page(client, patient, show=kind).content.decode()
    assert "Clear filters" in html


def test_an_event_that_was_taken_back_says_so(client: Any, cast: Cast) -> None:
    patient = cast.acme.patients[0]
    with cast.acme.bound():
        wrong = note_touchpoint(patient=patient, kind="call", occurred_at=T0, now=T0)
        void_touchpoint(touchpoint=wrong, now=T0)
        assert ("Call with the support team: taken back", "") in told(patient)


def test_pages_follow_without_gap_or_repeat(client: Any, cast: Cast) -> None:
    patient = cast.acme.patients[0]
    with cast.acme.bound():
        for number in range(70):
            minutes = number // 3  # three of the same moment: no page may begin among them
            note_touchpoint(patient=patient, kind="call", occurred_at=later(minutes=minutes), now=later(days=1))
    sign_in(client, cast.acme)
    first = page(client, patient).context["journey"]
    second = page(client, patient, before=first.earlier.isoformat()).context["journey"]
    assert len(first.entries) >= 50
    assert second.earlier is None
    assert len(first.entries) + len(second.entries) == 70
    assert first.entries[-1].at > second.entries[0].at
    assert page(client, patient, before="yesterday").status_code == 200


def test_no_address_and_no_words_of_a_text_message_are_shown(client: Any, cast: Cast) -> None:
    patient = full(cast.acme)
    sign_in(client, cast.acme, "supervisor")
    html = page(client, patient).content.decode()
    assert "kept since" in html
    for secret in (NUMBER, NUMBER[2:], "555-0199", "dizzy"):
        assert secret not in html


def test_agents_see_no_safety_items(client: Any, cast: Cast) -> None:
    patient = full(cast.acme)
    sign_in(client, cast.acme, "agent")
    assert "Safety: survey answer" not in page(client, patient).content.decode()
    assert "Safety: survey answer" not in page(client, patient, show="safety").content.decode()
    sign_in(client, cast.acme, "supervisor")
    assert "Safety: survey answer" in page(client, patient).content.decode()


def test_the_mother_of_twins_is_not_given_away(client: Any, cast: Cast) -> None:
    """One number serves the mother, who answers for twins, and the same mother as a patient: no page tells."""
    house = cast.acme
    with house.bound():
        one, two, mother = twins(house)
        keep(mother)
        agree(mother)
        herself = enrol(program=house.program, partner=house.partners["north"], now=T0)
        own = reachable(house, herself)
        about_two = make_two(house, two)
        queued(house, mother, about=about_two)
        facts = {"organization": house.organization, "patient": herself, "survey": house.surveys["pulse_5"]}
        Skip.objects.create(**facts, step="invite", reason="too_soon", at=later(hours=1))
        change_status(patient=two, status="deceased", by=None, now=later(hours=2), source="form")
    sign_in(client, house)
    mine = page(client, herself).content.decode()
    for word in ("deceased", "Deceased", "died", two.pseudonym, one.pseudonym, "Asked within the last days"):
        assert word not in mine
    assert "Messages are stopped at an address" in mine
    assert "Text message: survey invitation" not in page(client, one).content.decode()
    assert "Text message: survey invitation" in page(client, two).content.decode()
    assert own.pk != mother.pk


def make_two(house: House, patient: Patient) -> Any:
    """Invite a patient's respondent; return the invitation's id."""
    return make_invitation(house, patient=patient).pk


BANNERS = {
    "paused": "Nothing is sent until the patient is active again",
    "withdrawn": "Do not contact",
    "deceased": "Nothing more is sent to anybody",
    "under_age": "Only a caregiver is asked",
}


@pytest.mark.parametrize("status", BANNERS)
def test_the_banner_says_what_the_status_means(client: Any, cast: Cast, status: str) -> None:
    patient = cast.acme.patients[0]
    sign_in(client, cast.acme)
    assert "page-notices" not in page(client, patient).content.decode()
    adult_from = (T0 + timedelta(days=9999)).date() if status == "under_age" else None
    with cast.acme.bound():
        change_status(patient=patient, status=status, adult_from=adult_from, by=None, now=T0, source="form")
    assert BANNERS[status] in page(client, patient).content.decode()


def test_the_banner_names_holds_and_stops(client: Any, cast: Cast) -> None:
    patient = cast.acme.patients[0]
    with cast.acme.bound():
        respondent = reachable(cast.acme, patient)
        place_hold(patient_id=patient.pk, source_id=patient.pk, now=T0)
        wish_no_contact(respondent_id=respondent.pk, source_id=patient.pk, now=T0)
    sign_in(client, cast.acme)
    html = page(client, patient).content.decode()
    assert "No survey goes out while an urgent concern is open" in html
    assert "Messages are stopped at an address below" in html
    assert 'Stopped</span> <span class="muted small">2 Mar 2026' in html


def test_the_journey_of_a_merged_patient_is_the_survivors(cast: Cast) -> None:
    house = cast.acme
    with house.bound():
        gone, stays = (enrol(program=house.program, partner=house.partners["north"], now=T0) for _ in "ab")
    raise_alerts(house, {"prepared": "no"}, patient=gone)
    respond(house, {"prepared": "yes"}, patient=stays, now=later(hours=1))
    with house.bound():
        merge(duplicate=gone, into=stays, by=None, now=later(hours=2))
        titles = [title for title, _ in told(stays)]
        assert titles.count("Answered “Pulse-5 after a call”") == 2
        assert "Case 1: opened" in titles
        assert f"{gone.pseudonym} was merged into this one" in titles
        assert Alert.objects.get().patient_id == gone.pk


def test_a_confined_member_reads_the_own_partners_journey_only(client: Any, cast: Cast) -> None:
    north, south = cast.acme.patients
    with cast.acme.bound():
        for number, patient in enumerate((north, south)):
            note_touchpoint(patient=patient, kind="call", occurred_at=T0, now=T0)
            queued(cast.acme, reachable(cast.acme, patient, value=f"+1312555019{number}"))
    with cast.acme.bound(cast.acme.partners["north"]):
        assert told(north)
        assert told(south) == []
        assert Message.objects.filter(member=None).count() == 1
        assert respondent_of(north)
