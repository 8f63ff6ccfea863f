"""The pages that change a patient's record, through the door."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from messaging.models import Address, Purpose
from messaging.services import usable_channels
from patients.models import Consent, Patient, Respondent, Touchpoint
from patients.services import consented_channels, note_touchpoint, wish_no_contact
from tests.conftest import T0, Cast, House
from tests.patients.people import NUMBER, agree, keep, queued, reachable, respondent_of, state_of

LIST = "/o/acme/patients/"


@pytest.fixture
def agent(client: Any, cast: Cast) -> Any:
    """Return the client of an agent who sees the whole organization."""
    client.force_login(cast.acme.members["agent"].user)
    return client


def at(patient: Patient, page: str) -> str:
    return f"{LIST}{patient.pseudonym}/{page}/"


def place(house: House, partner: str = "north") -> str:
    return f"{house.program.pk}:{house.partners[partner].pk}"


def new_patient(house: House, **over: str) -> dict[str, str]:
    said = {"place": place(house), "external_id": "H-77", "respondent_kind": "patient", "language": "es"}
    return {**said, "time_zone": "America/Denver", **over}


def test_adding_a_patient_enrols_and_opens_the_page(agent: Any, cast: Cast) -> None:
    response = agent.post(f"{LIST}new/", new_patient(cast.acme))
    with cast.acme.bound():
        service = cast.acme.partners["north"].services.get(external_id="H-77")
        patient = service.patient
        assert response["Location"] == f"{LIST}{patient.pseudonym}/"
        assert (patient.language, patient.time_zone) == ("es", "America/Denver")
        assert (respondent_of(patient).kind, respondent_of(patient).time_zone) == ("patient", "America/Denver")
        assert patient.events.get().actor_id == cast.acme.members["agent"].pk


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"external_id": "maria@example.com"}, "looks like an e-mail address"),
        ({"external_id": "312-555-0199"}, "looks like a telephone number"),
        ({"external_id": "219-09-9999"}, "looks like a social-security number"),
        ({"place": "nowhere"}, "Choose again from the list"),
        ({"time_zone": "Mars/Base"}, "Choose again from the list"),
    ],
)
def test_what_is_wrong_is_explained_and_what_was_typed_is_kept(
    agent: Any, cast: Cast, over: dict[str, str], words: str
) -> None:
    response = agent.post(f"{LIST}new/", new_patient(cast.acme, **over))
    html = response.content.decode()
    assert response.status_code == 422
    assert words in html
    assert f'value="{over.get("external_id", "H-77")}"' in html
    with cast.acme.bound():
        assert Patient.objects.count() == 2


def test_a_number_that_the_partner_has_given_out_is_refused_kindly(agent: Any, cast: Cast) -> None:
    assert agent.post(f"{LIST}new/", new_patient(cast.acme)).status_code == 303
    again = agent.post(f"{LIST}new/", new_patient(cast.acme))
    assert again.status_code == 422
    assert "This partner has a patient with this number already" in again.content.decode()
    assert agent.post(f"{LIST}new/", new_patient(cast.acme, place=place(cast.acme, "south"))).status_code == 303


def test_a_confined_agent_enrols_for_the_own_partner_only(client: Any, cast: Cast) -> None:
    client.force_login(cast.acme.members["north_agent"].user)
    html = client.get(f"{LIST}new/").content.decode()
    assert "North Hub" in html
    assert "South Hub" not in html
    assert "no partner" not in html
    assert client.post(f"{LIST}new/", new_patient(cast.acme, place=place(cast.acme, "south"))).status_code == 422
    assert client.post(f"{LIST}new/", new_patient(cast.acme)).status_code == 303


def test_details_change_for_the_patient_and_for_who_answers_as_the_patient(agent: Any, cast: Cast) -> None:
    patient = cast.acme.patients[0]
    said = {"language": "es", "time_zone": "America/Chicago"}
    assert agent.post(at(patient, "edit"), said).status_code == 303
    with cast.acme.bound():
        patient.refresh_from_db()
        respondent = respondent_of(patient)
        assert (patient.language, respondent.language, respondent.time_zone) == ("es", "es", "America/Chicago")
        assert patient.events.get().data == said
    assert "Nothing was changed" in agent.post(at(patient, "edit"), said, follow=True).content.decode()


PERSON = {"language": "en", "time_zone": "UTC", "preferred_channel": "sms", "email": "", "sms": "", "phone": ""}


def test_contact_details_go_into_the_vault_and_are_never_shown_back(agent: Any, cast: Cast) -> None:
    patient = cast.acme.patients[0]
    with cast.acme.bound():
        respondent = respondent_of(patient)
    url = at(patient, f"people/{respondent.pk}")
    assert "kept since" not in agent.get(url).content.decode()
    said = {**PERSON, "kind": "patient", "sms": "(312) 555-0199", "email": "Maria@Example.com"}
    assert agent.post(url, said).status_code == 303
    with cast.acme.bound():
        respondent.refresh_from_db()
        addresses = Address.objects.filter(owner_id=respondent.pk)
        assert {each.reveal().lower() for each in addresses} == {NUMBER, "maria@example.com"}
        assert respondent.preferred_channel == "sms"
        assert patient.events.filter(kind="address").count() == 2
        assert "555" not in str(list(patient.events.values_list("data", flat=True)))
    html = agent.get(url).content.decode()
    assert html.count("kept since") == 2
    for secret in ("555", "maria@", "Maria@"):
        assert secret not in html.replace("+1 312 555 0199.", "")


def test_a_number_that_is_none_is_explained_and_kept(agent: Any, cast: Cast) -> None:
    patient = cast.acme.patients[0]
    with cast.acme.bound():
        url = at(patient, f"people/{respondent_of(patient).pk}")
    response = agent.post(url, {**PERSON, "kind": "patient", "sms": "12"})
    assert response.status_code == 422
    assert "This is no telephone number" in response.content.decode()
    assert 'value="12"' in response.content.decode()


def test_a_supervisor_allows_messages_again_when_the_person_asked_for_it(client: Any, cast: Cast) -> None:
    house, patient = cast.acme, cast.acme.patients[0]
    with house.bound():
        respondent = reachable(house, patient)
    url = at(patient, f"people/{respondent.pk}")
    client.force_login(house.members["supervisor"].user)
    assert "Allow messages again" not in client.get(url).content.decode()
    with house.bound():
        wish_no_contact(respondent_id=respondent.pk, source_id=patient.pk, now=T0)
    assert "Allow messages again" in client.get(url).content.decode()
    client.force_login(house.members["agent"].user)
    assert "Allow messages again" not in client.get(url).content.decode()
    assert client.post(f"{url}allow/").status_code == 403
    client.force_login(house.members["supervisor"].user)
    assert "Messages are allowed again" in client.post(f"{url}allow/", follow=True).content.decode()
    assert "No address of this person is stopped" in client.post(f"{url}allow/", follow=True).content.decode()
    with house.bound():
        assert usable_channels(owner_id=respondent.pk, channels=["sms"]) == ["sms"]
        assert consented_channels(respondent_id=respondent.pk, purpose=Purpose.SURVEY) == []


def test_a_caregiver_answers_besides_the_patient(agent: Any, cast: Cast) -> None:
    patient = cast.acme.patients[0]
    response = agent.post(at(patient, "people/new"), {**PERSON, "phone": "+1 312 555 0111"})
    assert response.status_code == 303
    with cast.acme.bound():
        caregiver = Respondent.objects.get(kind="caregiver")
        assert caregiver.partner_id == patient.partner_id
        assert patient.answering.count() == 2
        assert Address.objects.get(owner_id=caregiver.pk).channel == "phone"
    other = cast.acme.patients[1]
    assert agent.get(at(other, f"people/{caregiver.pk}")).status_code == 404


def test_a_touchpoint_moves_the_stage_and_can_be_taken_back(agent: Any, cast: Cast) -> None:
    patient = cast.acme.patients[0]
    said = {"kind": "trained", "occurred_at": "2026-03-02T12:00"}
    assert agent.post(at(patient, "touchpoints/new"), said).status_code == 303
    with cast.acme.bound():
        touchpoint = patient.touchpoints.get()
        patient.refresh_from_db()
        assert (patient.stage, touchpoint.plan_pending) == ("training", True)
    void = at(patient, f"touchpoints/{touchpoint.pk}/void")
    assert void in agent.get(f"{LIST}{patient.pseudonym}/").content.decode()
    assert agent.get(void).status_code == 405
    assert "Taken back" in agent.post(void, follow=True).content.decode()
    assert "was taken back before" in agent.post(void, follow=True).content.decode()
    with cast.acme.bound():
        patient.refresh_from_db()
        assert patient.stage == "enrolled"


def test_history_is_marked_as_such(agent: Any, cast: Cast) -> None:
    patient = cast.acme.patients[0]
    said = {"kind": "call", "occurred_at": "2025-03-02T12:00", "is_backfill": "on"}
    agent.post(at(patient, "touchpoints/new"), said)
    with cast.acme.bound():
        assert Touchpoint.objects.get().plan_pending is False
    wrong = agent.post(at(patient, "touchpoints/new"), {"kind": "", "occurred_at": "yesterday"})
    assert wrong.status_code == 422
    assert "such as 2026-12-25 14:30" in wrong.content.decode()


def test_nobody_takes_back_the_event_of_another_patient(agent: Any, cast: Cast) -> None:
    north, south = cast.acme.patients
    with cast.acme.bound():
        touchpoint = note_touchpoint(patient=south, kind="call", occurred_at=T0, now=T0)
    assert agent.post(at(north, f"touchpoints/{touchpoint.pk}/void")).status_code == 404


def consent(**over: Any) -> dict[str, Any]:
    said = {"channel": "sms", "purposes": ["survey", "follow_up"], "is_given": "yes", "source": "form"}
    return {**said, "wording": "Enrolment 3", "given_on": timezone.localdate().isoformat(), **over}


def test_consent_is_entered_and_shown_with_since_when_and_how(agent: Any, cast: Cast) -> None:
    patient = cast.acme.patients[0]
    with cast.acme.bound():
        respondent = respondent_of(patient)
    url = at(patient, f"consents/{respondent.pk}")
    assert agent.get(at(patient, "consents")).content.decode().count("Never asked") == 12
    assert agent.post(url, consent())["Location"] == at(patient, "consents")
    html = agent.get(at(patient, "consents")).content.decode()
    assert html.count("Never asked") == 10
    assert html.count(">Yes<") == 2
    assert "Enrolment 3" in html
    agent.post(url, consent(is_given="no", purposes=["survey"]))
    html = agent.get(at(patient, "consents")).content.decode()
    assert (html.count(">Yes<"), html.count(">No<")) == (1, 1)
    with cast.acme.bound():
        assert Consent.objects.count() == 3
        assert Consent.objects.order_by("-id")[0].recorded_by_id == cast.acme.members["agent"].pk


@pytest.mark.parametrize("first", ["yes", "no"])
def test_of_two_things_said_on_one_earlier_day_the_no_holds(agent: Any, cast: Cast, first: str) -> None:
    patient = cast.acme.patients[0]
    with cast.acme.bound():
        respondent = respondent_of(patient)
    day = (timezone.localdate() - timedelta(days=2)).isoformat()
    for said in (first, {"yes": "no", "no": "yes"}[first]):
        agent.post(at(patient, f"consents/{respondent.pk}"), consent(is_given=said, given_on=day))
    with cast.acme.bound():
        assert consented_channels(respondent_id=respondent.pk, purpose=Purpose.SURVEY) == []


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"purposes": []}, "Tick at least one purpose"),
        ({"given_on": "2999-01-01"}, "still to come"),
        ({"is_given": ""}, "Choose"),
    ],
)
def test_an_incomplete_consent_is_not_entered(agent: Any, cast: Cast, over: dict[str, Any], words: str) -> None:
    patient = cast.acme.patients[0]
    with cast.acme.bound():
        url = at(patient, f"consents/{respondent_of(patient).pk}")
    response = agent.post(url, consent(**over))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert "Enrolment 3" in response.content.decode()
    with cast.acme.bound():
        assert not Consent.objects.exists()


def test_taking_back_on_the_page_drops_what_waits(agent: Any, cast: Cast) -> None:
    house, patient = cast.acme, cast.acme.patients[0]
    with house.bound():
        respondent = reachable(house, patient)
        message = queued(house, respondent)
    agent.post(at(patient, f"consents/{respondent.pk}"), consent(is_given="no"))
    with house.bound():
        assert state_of(message) == ("dropped", "consent")


def test_the_status_page_explains_each_status_and_changes_it(agent: Any, cast: Cast) -> None:
    patient = cast.acme.patients[0]
    html = agent.get(at(patient, "status")).content.decode()
    for words in ("Nothing is sent until the patient is active again", "in all programs", "No birth date is kept"):
        assert words in html
    assert "data-confirm" in html
    assert agent.post(at(patient, "status"), {"status": "withdrawn"}).status_code == 303
    with cast.acme.bound():
        patient.refresh_from_db()
        assert patient.contact_status == "withdrawn"
        assert patient.events.get().actor_id == cast.acme.members["agent"].pk


def test_under_age_asks_for_its_date_and_keeps_what_was_chosen(agent: Any, cast: Cast) -> None:
    patient = cast.acme.patients[0]
    response = agent.post(at(patient, "status"), {"status": "under_age"})
    assert response.status_code == 422
    assert "own consent is needed" in response.content.decode()
    assert 'value="under_age" id="id_status_4" checked' in response.content.decode()
    agent.post(at(patient, "status"), {"status": "under_age", "adult_from": "2030-06-01"})
    with cast.acme.bound():
        patient.refresh_from_db()
        assert str(patient.adult_from) == "2030-06-01"
    assert "1 Jun 2030" in agent.get(f"{LIST}{patient.pseudonym}/").content.decode()


def test_the_pages_of_an_alias_are_those_of_the_survivor(agent: Any, cast: Cast) -> None:
    gone, stays = cast.acme.patients
    with cast.acme.bound():
        Patient.objects.filter(pk=gone.pk).update(merged_into=stays)
        agree(respondent_of(stays))
        keep(respondent_of(stays))
    assert agent.post(at(gone, "status"), {"status": "paused"})["Location"] == f"{LIST}{stays.pseudonym}/"
    assert agent.get(at(gone, "consents")).content.decode().count(">Yes<") == 4
