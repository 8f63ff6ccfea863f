"""The words of a patient's cases can be erased; what happened stays."""

from datetime import timedelta

from caseloop.models import CaseText, Concern, Draft
from caseloop.services import erase_texts, save_draft
from tests.caseloop.conftest import NOW, at, events, move, new_patient, open_for
from tests.caseloop.reached import resolves

SECRET = "Her daughter Mia has the flu"


def erase(house, patient, *, now=NOW) -> int:
    with house.bound():
        return erase_texts(patient_id=patient.pk, now=now)


def test_every_word_goes_and_every_event_stays(acme, agent):
    case = open_for(acme)
    move(acme, case, "note", SECRET)
    move(acme, case, "log_attempt", channel="phone", outcome="reached", text=SECRET)
    resolves(acme, case)
    with acme.bound():
        Concern.objects.update(action=SECRET)
        save_draft(case=case, member=acme.members["agent"], field="text", text=SECRET, now=NOW)
    before = events(acme, case)
    assert erase(acme, acme.patients[0]) == 3
    assert events(acme, case) == before
    page = agent.get(at(acme, "case", number=case.number)).content.decode()
    assert SECRET not in page
    assert "Sent the card again" not in page
    assert "Fixed. Affordability: copay card rejected or missing." in page
    with acme.bound():
        assert set(CaseText.objects.values_list("text", "erased_at")) == {("", NOW)}
        assert not Draft.objects.exists()
        assert Concern.objects.get().action == ""


def test_a_second_time_there_is_nothing_left(acme, case):
    move(acme, case, "note", SECRET)
    assert erase(acme, acme.patients[0]) == 1
    assert erase(acme, acme.patients[0], now=NOW + timedelta(days=1)) == 0


def test_words_about_others_stay(acme, case):
    other = open_for(acme, patient=new_patient(acme))
    move(acme, other, "note", SECRET)
    assert erase(acme, acme.patients[0]) == 0
    with acme.bound():
        assert CaseText.objects.get().text == SECRET


def test_words_on_cases_of_a_merged_duplicate_go_too(acme):
    duplicate = new_patient(acme)
    case = open_for(acme, patient=duplicate)
    move(acme, case, "note", SECRET)
    with acme.bound():
        type(duplicate).objects.filter(pk=duplicate.pk).update(merged_into=acme.patients[0])
    assert erase(acme, acme.patients[0]) == 1
