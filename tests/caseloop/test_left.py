"""A patient withdraws, dies, pauses or is under age while the case is worked."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from caseloop.calling import callable_now
from caseloop.models import Case, ContactNotWished
from caseloop.tasks import sweep_leavers, take_leaver
from cxplatform.lib.tenancy import call_definer
from messaging.models import Message
from patients.models import PatientEvent, Respondent
from patients.services import answer_for
from tests.caseloop.conftest import NOW, at, events, fresh, move, new_patient, open_for, post
from tests.caseloop.reached import resolves, respondent_of, set_program, set_status
from tests.conftest import Cast

LEFT = [("withdrawn", "Consent was withdrawn.", "consent_withdrawn"), ("deceased", "The patient has died.", "deceased")]
CALLED: dict[str, Any] = {"channel": "phone", "outcome": "no_answer", "text": ""}


def told(house) -> list[UUID]:
    with house.bound():
        mine = Message.objects.filter(template="follow_up", dedupe_key__startswith="left:")
        return sorted(mine.values_list("member_id", flat=True))


def ids(house, *names: str) -> list[UUID]:
    return sorted(house.members[name].pk for name in names)


def pending() -> int:
    return len(call_definer("cx_left_patients", UUID(int=0), 100))


@pytest.mark.parametrize("left", LEFT)
def test_the_page_asks_for_the_coded_close(acme, agent, case, left):
    status, words, reason = left
    move(acme, case, "take")
    set_status(acme, status)
    response = agent.get(at(acme, "case", number=case.number))
    page = response.content.decode()
    assert response.context["page"].step == "end"
    assert f"<strong>{words}</strong>" in page
    step = page.split('class="next-step"')[1].split("</section>")[0]
    assert "Close the case" in step
    assert step.count("button-primary") == 1
    form = agent.get(at(acme, "no_action", number=case.number)).content.decode()
    for shown in (page, form):
        assert f'<option value="{reason}" selected>' in shown
    assert post(agent, acme, "no_action", case, seen=fresh(acme, case).version, reason=reason).status_code == 303
    assert fresh(acme, case).no_action_reason == reason


@pytest.mark.parametrize("status", ["withdrawn", "deceased"])
def test_no_contact_is_logged_but_what_came_in(acme, agent, case, status):
    set_status(acme, status)
    with pytest.raises(ContactNotWished, match="Nobody contacts this patient any more"):
        move(acme, case, "log_attempt", **CALLED, by="supervisor")
    assert post(agent, acme, "attempt", case, **CALLED).status_code == 409
    move(acme, case, "log_attempt", channel="phone", outcome="inbound", text="A daughter called")
    assert fresh(acme, case).status == "contacted"


def test_owner_and_partner_are_told_once(acme, case):
    move(acme, case, "take")
    event = set_status(acme, "deceased")
    for _ in range(2):
        take_leaver(organization_id=str(acme.organization.pk), event_id=str(event.pk))
    assert told(acme) == ids(acme, "agent", "north_agent")
    assert events(acme, case) == ["opened", "taken", "left"]
    sweep_leavers()
    assert events(acme, case).count("left") == 1


def test_without_an_owner_the_team_is_told(acme, case):
    set_status(acme, "withdrawn")
    assert sweep_leavers() == 1
    assert told(acme) == ids(acme, "agent", "supervisor", "north_agent")
    assert (pending(), sweep_leavers()) == (0, 0)


def test_dying_after_withdrawing_is_news(acme, case):
    move(acme, case, "take")
    set_status(acme, "withdrawn")
    sweep_leavers()
    set_status(acme, "deceased", now=NOW + timedelta(days=1))
    sweep_leavers()
    assert events(acme, case).count("left") == 2
    assert len(told(acme)) == 4


def test_who_came_back_before_anybody_was_told_is_no_news(acme, case):
    set_status(acme, "withdrawn")
    set_status(acme, "active")
    sweep_leavers()
    assert (pending(), told(acme), events(acme, case)) == (0, [], ["opened"])


def test_a_case_without_work_tells_nobody(acme, case):
    resolves(acme, case)
    set_status(acme, "deceased")
    sweep_leavers()
    assert told(acme) == []


def test_pausing_and_age_are_nothing_to_be_told_of(acme, case):
    set_status(acme, "paused")
    set_status(acme, "under_age", adult_from=NOW.date() + timedelta(days=400))
    assert pending() == 0


def test_one_that_cannot_be_told_stops_no_other(acme, case, monkeypatch):
    other = open_for(acme, patient=new_patient(acme))
    bad = set_status(acme, "deceased")
    set_status(acme, "deceased", patient=other.patient)
    from_model = PatientEvent.objects.get

    def refuse(*args, **lookup):
        if str(lookup.get("pk")) == str(bad.pk):
            raise RuntimeError
        return from_model(*args, **lookup)

    monkeypatch.setattr("caseloop.services.leaving.PatientEvent.objects.get", refuse)
    sweep_leavers()
    assert events(acme, other)[-1] == "left"
    assert pending() == 1


@pytest.mark.parametrize(
    "said",
    [("withdrawn", "Withdrawn", "No contact"), ("deceased", "Deceased", "No contact"), ("paused", "Paused", "Paused")],
)
def test_the_queue_says_it_and_take_next_passes_over(acme, agent, case, said):
    status, chip, call = said
    set_status(acme, status)
    row = agent.get(at(acme, "queue"), {"view": "open"}).context["rows"][0]
    assert (row.marks[0][0], row.call_text, row.is_callable) == (chip, call, False)
    with acme.bound():
        assert not callable_now(Case.objects.all(), now=NOW).exists()


def test_paused_suggests_no_contact(acme, agent, case):
    move(acme, case, "take")
    set_status(acme, "paused")
    response = agent.get(at(acme, "case", number=case.number))
    assert response.context["page"].step == "paused"
    assert "Do not call or write" in response.content.decode()


def test_under_age_says_who_may_be_talked_to(acme, agent, case):
    set_program(acme, contact_held_by="vault")
    set_status(acme, "under_age", adult_from=NOW.date() + timedelta(days=400))
    page = agent.get(at(acme, "case", number=case.number)).content.decode()
    assert "The patient is under age: talk to the caregiver only." in page or "no caregiver is known" in page
    assert agent.get(at(acme, "queue"), {"view": "open"}).context["rows"][0].marks == (("Under age", "p2"),)


def test_one_twin_dies_while_the_others_case_is_worked(acme, cast: Cast, agent):
    """A mother answers for twins; one dies: that case asks for its end, the other twin's goes on."""
    twins = [acme.patients[0], new_patient(acme, respondent_kind="caregiver")]
    with acme.bound():
        mother = respondent_of(twins[1])
        answer_for(respondent=mother, patient=twins[0], by=None, now=NOW)
        assert mother.kind == Respondent.Kind.CAREGIVER
    lost, goes_on = (open_for(acme, patient=twin) for twin in twins)
    for each in (lost, goes_on):
        move(acme, each, "log_attempt", **CALLED)
    set_status(acme, "deceased", patient=twins[0])
    sweep_leavers()
    assert [fresh(acme, each).status for each in (lost, goes_on)] == ["contacting", "contacting"]
    assert (events(acme, lost)[-1], events(acme, goes_on)[-1]) == ("left", "attempt")
    pages = [agent.get(at(acme, "case", number=each.number)) for each in (lost, goes_on)]
    assert [page.context["page"].step for page in pages] == ["end", "contact"]
    assert "has died" not in pages[1].content.decode()
    assert twins[0].pseudonym not in pages[1].content.decode()
