"""One telephone, three people: a mother cares for twins in one program, and is herself a patient in another."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from caseloop.models import Case
from messaging.models import Inbound, Message, Stop, SurveyContact
from messaging.services import take_inbound
from patients.models import Answering, Patient, Respondent
from patients.services import change_status, enrol, keep_contact, record_consent
from safety.models import Item
from surveys.invitations import invite
from surveys.models import Invitation, Skip
from tenants.models import Partner, Program
from tests.conftest import Cast, House, make_invitation, make_partner, make_program
from tests.messaging.people import NUMBER, Pocket, use_pocket
from tests.steps import answer
from tests.walks.workers import work

MONDAY = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo("America/New_York"))


@dataclass
class Family:
    """The twins with their mother as caregiver, and the mother as a patient of another program and partner."""

    house: House
    twins: list[Patient]
    carer: Respondent
    mother: Patient
    herself: Respondent


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def family(cast: Cast, clock: time_machine.Traveller, settings: Any) -> Family:
    use_pocket(settings)
    house = cast.acme
    north = house.partners["north"]
    with house.bound():
        one, two = (enrol_with(house.program, north, kind="caregiver", external_id=f"N-{n}") for n in (1, 2))
        carer = one.answering.get().respondent
        Answering.objects.filter(patient=two).delete()
        Answering.objects.create(organization=house.organization, respondent=carer, patient=two)
        other = make_program(house.organization, name="Another brand", public_name="Calm Path")
        elsewhere = make_partner(house.organization, other, code="west")
        mother = enrol_with(other, elsewhere, kind="patient", external_id="W-9")
        herself = mother.answering.get().respondent
        for respondent, patient in ((carer, one), (herself, mother)):
            agree(respondent, patient)
    return Family(house, [one, two], carer, mother, herself)


def enrol_with(program: Program, partner: Partner, *, kind: str, external_id: str) -> Patient:
    return enrol(program=program, partner=partner, now=MONDAY, respondent_kind=kind, external_id=external_id)


def agree(respondent: Respondent, patient: Patient) -> None:
    """Keep the number, and record consent to texts for surveys and follow-up."""
    keep_contact(respondent=respondent, patient=patient, channel="sms", value=NUMBER, by=None, now=MONDAY)
    record_consent(
        respondent=respondent,
        channel="sms",
        purposes=["survey", "follow_up"],
        is_given=True,
        source="form",
        wording="enrolment 3",
        given_at=MONDAY,
        by=None,
        now=MONDAY,
    )


def ask(family: Family, patient: Patient, respondent: Respondent, *, days: float = 0) -> Invitation:
    house, now = family.house, MONDAY + timedelta(days=days)
    with house.bound():
        return invite(
            survey=house.surveys["pulse_5"],
            patient=patient,
            respondent=respondent,
            source="manual",
            by=None,
            now=now,
        )


def unprepared(family: Family, patient: Patient, *, status: str = "") -> Case:
    """Let the mother answer No about a twin, and let an agent try to call."""
    house = family.house
    answer(house, make_invitation_for(family, patient), {"prepared": "no"}, now=MONDAY)
    work()
    with house.bound():
        case = Case.objects.lock(pk=Case.objects.get(patient=patient).pk)
        if status == "contacting":
            agent = house.members["north_agent"]
            case.log_attempt(channel="phone", outcome="no_answer", text="", by=agent, now=MONDAY)
        return case


def make_invitation_for(family: Family, patient: Patient) -> Invitation:
    return make_invitation(family.house, patient=patient, now=MONDAY)


def texts() -> list[str]:
    return [text.body for text in Pocket.sent]


def test_caps_are_counted_once_for_the_number(family: Family) -> None:
    one, two = family.twins
    ask(family, one, family.carer)
    ask(family, two, family.carer)
    ask(family, family.mother, family.herself)
    work()
    assert len(texts()) == 1
    with family.house.bound():
        assert SurveyContact.objects.values("invitation_id").distinct().count() == 1
        assert sorted(Skip.objects.values_list("reason", flat=True)) == ["too_soon", "too_soon"]


def test_stop_silences_the_number_in_every_program_and_is_confirmed_once(
    family: Family, clock: time_machine.Traveller
) -> None:
    case = unprepared(family, family.twins[0], status="contacting")
    assert case.status == "contacting"
    ask(family, family.mother, family.herself)
    work()
    before = len(texts())
    assert before == 1
    take_inbound(number=NUMBER, text="ALTO", provider_id="SM-stop", now=MONDAY)
    work()
    assert len(texts()) == before + 1
    clock.move_to(MONDAY + timedelta(days=40))
    for patient, respondent in ((family.twins[1], family.carer), (family.mother, family.herself)):
        ask(family, patient, respondent, days=40)
    take_inbound(number=NUMBER, text="alto", provider_id="SM-stop-again", now=MONDAY + timedelta(days=40))
    work()
    assert len(texts()) == before + 1
    with family.house.bound():
        assert Stop.objects.standing().count() == 1
        assert set(Skip.objects.values_list("reason", flat=True)) == {"stopped"}


def test_a_reported_death_ends_contact_and_opens_a_safety_item(family: Family, clock: time_machine.Traveller) -> None:
    one, two = family.twins
    unprepared(family, one, status="contacting")
    take_inbound(number=NUMBER, text="ALTO", provider_id="SM-stop", now=MONDAY)
    work()
    before = len(texts())
    clock.move_to(MONDAY + timedelta(hours=3))
    with family.house.bound(family.house.partners["north"]):
        hub = family.house.members["north_agent"]
        change_status(patient=one, status="deceased", by=hub, now=MONDAY + timedelta(hours=3), source="form")
    ask(family, two, family.carer, days=35)
    clock.move_to(MONDAY + timedelta(days=35, hours=3))
    work()
    assert len(texts()) == before
    with family.house.bound():
        item = Item.objects.get(source="status")
        assert item.due_at == MONDAY + timedelta(hours=27)
        assert not Message.objects.queued().filter(member=None).exists()
        case = Case.objects.get(patient=one)
    page = page_of(family, "north_agent", f"/o/acme/cases/{case.number}/")
    assert "Deceased" in page
    assert f"/o/acme/cases/{case.number}/no-action" in page


def test_nobody_can_see_that_the_mother_is_the_other_patient(family: Family) -> None:
    one, _ = family.twins
    case = unprepared(family, one)
    ask(family, family.mother, family.herself)
    take_inbound(number=NUMBER, text="ALTO please, I felt dizzy", provider_id="SM-stop", now=MONDAY)
    work()
    with family.house.bound(family.house.partners["north"]):
        assert not Patient.objects.filter(pk=family.mother.pk).exists()
        assert Inbound.objects.count() <= 1
    addresses = [
        f"/o/acme/cases/{case.number}/",
        f"/o/acme/patients/{one.pseudonym}/",
        "/o/acme/patients/",
        "/o/acme/cases/",
        "/o/acme/surveys/pulse_5/invitations/",
    ]
    for address in addresses:
        page = page_of(family, "north_agent", address)
        assert family.mother.pseudonym not in page
        assert NUMBER not in page
        assert NUMBER[2:] not in page
    for address in (f"/o/acme/patients/{one.pseudonym}/", f"/o/acme/patients/{family.mother.pseudonym}/"):
        page = page_of(family, "supervisor", address)
        other = family.mother if one.pseudonym in address else one
        assert other.pseudonym not in page


def page_of(family: Family, role: str, address: str) -> str:
    """Open a page as a member and return it; the members of North see only what is North's."""
    client = Client()
    client.force_login(family.house.members[role].user)
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()
