"""Merging and erasing over all apps, through their pages."""

from typing import Any

import pytest

from caseloop.models import Case, CaseText
from desk.answers import in_words
from desk.erasure import SafetyUndecided, erase
from desk.merging import merge_patients
from messaging.models import Address, Inbound
from patients.models import Consent, Erasure, Patient, PatientEvent
from patients.services import CannotMerge, change_status, consented_channels, enrol
from safety.models import Item
from surveys.models import Invitation, Response, Verbatim
from tenants.models.audit import AuditEntry
from tests.conftest import T0, Cast, House, make_invitation
from tests.patients.people import agree, keep, queued, reachable, state_of, twins
from tests.steps import REAL_COMMITS, answer, at_once, evaluate, later, raise_alerts, respond

LIST = "/o/acme/patients/"


def sign_in(client: Any, house: House, who: str = "supervisor") -> None:
    client.force_login(house.members[who].user)


def pair(house: House) -> tuple[Patient, Patient]:
    with house.bound():
        one, two = (enrol(program=house.program, partner=house.partners["north"], now=T0) for _ in "ab")
    return one, two


def test_the_page_shows_both_and_merges_when_that_is_confirmed(client: Any, cast: Cast) -> None:
    gone, stays = pair(cast.acme)
    sign_in(client, cast.acme)
    url = f"{LIST}{gone.pseudonym}/merge/"
    assert "cannot be undone" in client.get(url).content.decode()
    asked = client.post(url, {"into": stays.pseudonym.lower().replace("-", "")})
    assert asked.status_code == 200
    assert f"Merge {gone.pseudonym} into {stays.pseudonym}" in asked.content.decode()
    with cast.acme.bound():
        gone.refresh_from_db()
        assert gone.merged_into is None
    done = client.post(url, {"into": stays.pseudonym, "confirmed": "1"})
    assert done["Location"] == f"{LIST}{stays.pseudonym}/"
    with cast.acme.bound():
        gone.refresh_from_db()
        assert gone.merged_into == stays


@pytest.mark.parametrize(
    ("typed", "words"),
    [("", "Enter"), ("PX-1", "PX-7K3M-29QD"), ("rival", "You see no patient"), ("own", "same patient")],
)
def test_a_wrong_pseudonym_is_kept_and_explained(client: Any, cast: Cast, typed: str, words: str) -> None:
    gone, _ = pair(cast.acme)
    known = {"rival": cast.rival.patients[0].pseudonym, "own": gone.pseudonym}
    sign_in(client, cast.acme)
    response = client.post(f"{LIST}{gone.pseudonym}/merge/", {"into": known.get(typed, typed)})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert f'value="{known.get(typed, typed)}"' in response.content.decode() or not typed


def test_two_open_cases_are_refused_with_what_to_do(client: Any, cast: Cast) -> None:
    gone, stays = pair(cast.acme)
    for patient in (gone, stays):
        raise_alerts(cast.acme, {"prepared": "no"}, patient=patient)
    with cast.acme.bound(), pytest.raises(CannotMerge, match="1 and 2"):
        merge_patients(duplicate=gone, into=stays, by=None, now=T0)
    sign_in(client, cast.acme)
    response = client.post(f"{LIST}{gone.pseudonym}/merge/", {"into": stays.pseudonym, "confirmed": "1"})
    assert response.status_code == 422
    assert "Both have an open case" in response.content.decode()


def test_what_is_under_way_goes_to_the_survivor_and_what_comes_next_joins_it(cast: Cast) -> None:
    house = cast.acme
    gone, stays = pair(house)
    raise_alerts(house, {"prepared": "no"}, patient=gone)
    waiting = make_invitation(house, patient=gone)
    with house.bound():
        merge_patients(duplicate=gone, into=stays, by=None, now=later(hours=1))
        assert Case.objects.get().patient_id == stays.pk
        assert not Invitation.objects.filter(patient=gone).exists()
    later_answer = answer(house, waiting, {"prepared": "no", "callme": "yes"}, now=later(hours=2))
    with house.bound():
        assert later_answer.patient_id == stays.pk
        assert Response.objects.filter(patient=stays).count() == 2
    evaluate(house, later_answer, now=later(hours=3))
    with house.bound():
        assert Case.objects.get().concerns.count() == 3  # not prepared, twice, and a call-back


def wordy(house: House) -> Patient:
    """Give the first patient an address and words everywhere, all of them read by the safety reviewers."""
    patient = house.patients[0]
    with house.bound():
        respondent = reachable(house, patient)
    raise_alerts(house, {"prepared": "no", "words": "The card of Maria Lopez"}, survey="support_experience")
    with house.bound():
        case = Case.objects.get()
        case.note(text="Spoke with Maria", by=house.members["agent"], now=later(hours=1))
        Inbound.objects.create(
            organization=house.organization, partner=patient.partner, owner_id=respondent.pk, fingerprint=b"x",
            text="This is Maria", provider_id="in-1", received_at=later(hours=2),
        )  # fmt: skip
        Verbatim.objects.update(needs_review=False)
        CaseText.objects.update(needs_review=False)
        Item.objects.all().update(state="not_event")
    return patient


def words_left() -> str:
    texts = [*Verbatim.objects.values_list("text", flat=True), *CaseText.objects.values_list("text", flat=True)]
    return " ".join([*texts, *Inbound.objects.values_list("text", flat=True)]).strip()


def test_erasing_takes_addresses_and_words_and_keeps_counts_and_audit(cast: Cast) -> None:
    house = cast.acme
    patient = wordy(house)
    with house.bound():
        respondent = patient.answering.get().respondent
        message = queued(house, respondent)
        before = (Verbatim.objects.count(), CaseText.objects.count(), Response.objects.get().answers)
        assert "Maria" in words_left()
        erasure = erase(patient=patient, by=house.members["admin"], request="DSR-1", now=later(days=1))
        assert words_left() == ""
        assert not Address.objects.filter(owner_id=respondent.pk).exists()
        assert (Verbatim.objects.count(), CaseText.objects.count(), Response.objects.get().answers) == before
        assert state_of(message)[0] == "dropped"
        assert consented_channels(respondent_id=respondent.pk, purpose="survey") == []
        assert erasure.counts == {"addresses": 1, "answers": 1, "notes": 1, "reports": 0, "texts": 1}
        assert "(Erased on request)" in [each.words for each in in_words([Response.objects.get()]).popitem()[1]]
        assert AuditEntry.objects.get(action="patients.patient.erased").changes["request"] == "DSR-1"
        assert PatientEvent.objects.filter(kind="erased").count() == 1


def test_erasing_again_is_the_same_certificate_until_there_is_something_new(cast: Cast) -> None:
    house = cast.acme
    patient = wordy(house)
    with house.bound():
        first, again = (erase(patient=patient, by=None, request="DSR-1", now=later(days=each)) for each in (1, 2))
        assert first == again
        keep(patient.answering.get().respondent)
        third = erase(patient=patient, by=None, request="DSR-2", now=later(days=3))
        assert (third.request, third.counts["addresses"]) == ("DSR-2", 1)
        assert Erasure.objects.count() == 2


UNDECIDED = {
    "a pending item": lambda patient: Item.objects.create(
        organization_id=patient.organization_id, program=patient.program, partner=patient.partner, patient=patient,
        source="report", source_id=patient.pk, received_at=T0, due_at=T0,
    ),
    "a possible event": lambda patient: Item.objects.create(
        organization_id=patient.organization_id, program=patient.program, partner=patient.partner, patient=patient,
        source="report", source_id=patient.pk, received_at=T0, due_at=T0, state="possible", decided_at=T0,
    ),
    "an answer that nobody has taken in": lambda _: Verbatim.objects.update(needs_review=True),
    "a note that nobody has taken in": lambda _: CaseText.objects.update(needs_review=True),
    "a text message that nobody has taken in": lambda _: Inbound.objects.update(needs_review=True),
    "a death that nobody has taken in": lambda patient: change_status(
        patient=patient, status="deceased", by=None, now=T0, source="form"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", UNDECIDED)
def test_nothing_is_erased_while_safety_has_not_decided(client: Any, cast: Cast, what: str) -> None:
    house = cast.acme
    patient = wordy(house)
    with house.bound():
        UNDECIDED[what](patient)
        with pytest.raises(SafetyUndecided, match="Ask them to"):
            erase(patient=patient, by=None, request="DSR-1", now=T0)
        assert "Maria" in words_left()
    sign_in(client, house, "admin")
    url = f"{LIST}{patient.pseudonym}/erase/"
    assert "waits for the safety reviewers" in client.get(url).content.decode()
    response = client.post(url, {"request": "DSR-1"})
    assert response.status_code == 422
    assert "DSR-1" in response.content.decode()


def test_who_answers_for_another_patient_too_keeps_the_address(cast: Cast) -> None:
    house = cast.acme
    with house.bound():
        one, two, mother = twins(house)
        keep(mother)
        agree(mother)
        assert erase(patient=one, by=None, request="DSR-1", now=T0).counts["addresses"] == 0
        assert Address.objects.filter(owner_id=mother.pk).exists()
        assert consented_channels(respondent_id=mother.pk, purpose="survey") == ["sms"]
        assert two.answering.exists()


def test_the_certificate_can_be_printed_and_is_found_on_the_patients_page(client: Any, cast: Cast) -> None:
    house = cast.acme
    patient = wordy(house)
    sign_in(client, house, "admin")
    done = client.post(f"{LIST}{patient.pseudonym}/erase/", {"request": "DSR-2026-014"})
    assert done.status_code == 303
    html = client.get(done["Location"]).content.decode()
    for words in ("Certificate of erasure", "DSR-2026-014", patient.pseudonym, "Case notes"):
        assert words in html
    assert done["Location"] in client.get(f"{LIST}{patient.pseudonym}/").content.decode()
    other = client.get(done["Location"].replace(patient.pseudonym, cast.acme.patients[1].pseudonym))
    assert other.status_code == 404


@REAL_COMMITS
def test_two_who_erase_at_once_leave_one_certificate(cast: Cast) -> None:
    house, patient = cast.acme, cast.acme.patients[0]
    respond(house, {"prepared": "yes"})
    with house.bound():
        keep(patient.answering.get().respondent)

    def work(_: int) -> Any:
        with house.bound():
            return erase(patient=patient, by=None, request="DSR-1", now=later(days=1)).pk

    assert len(set(at_once(3, work))) == 1
    with house.bound():
        assert Erasure.objects.count() == 1
        assert not Consent.objects.filter(is_given=True).exists()
