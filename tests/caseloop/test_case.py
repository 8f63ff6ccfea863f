from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caseloop.models import Case
from caseloop.services import note_changed_answer
from surveys.models import Response
from surveys.services import save_page
from surveys.sitting import open_link
from tests.caseloop.conftest import NOW, add_concern, at, events, move, open_for, resolved_by
from tests.conftest import T0, make_invitation

ANSWERED = [{"question": "prepared", "text": "Do you feel prepared?", "answer": "No", "actual": "no"}]


def answer(house, **form) -> Response:
    """Answer the whole Pulse-5 survey as a patient does, page by page."""
    invitation = make_invitation(house)
    with house.bound():
        sitting = open_link(invitation_id=invitation.pk, now=T0)
        while page := sitting.next_page():
            posted = {name: [value] for name, value in form.items() if name in page.keys}
            save_page(sitting, page=page, form=posted, now=T0)
            if sitting.response and sitting.response.is_submitted:
                break
        return Response.objects.get(invitation=invitation)


def see(browser, house, case, **kwargs) -> str:
    return str(browser.get(at(house, "case", number=case.number), **kwargs).content.decode())


def test_page_tells_who_why_and_what_next(acme, agent, case):
    page = see(agent, acme, case)
    for words in (
        f'data-copy="{acme.patients[0].pseudonym}"', "Not prepared to start", "acme brand program", "North Hub",
        "Enrolled", "English", "America/New_York", "Take case", "First attempt", "Resolve", "acme team", "Nobody yet",
    ):  # fmt: skip
        assert words in page


def test_answers_are_in_words_with_the_trigger_marked_and_the_verbatim(acme, agent):
    response = answer(acme, prepared="no", words="The card never came", callme="yes")
    case = open_for(acme, answers=ANSWERED, response=str(response.pk))
    page = see(agent, acme, case)
    assert page.count("Raised the alert: ") == 1
    assert "Raised the alert: </span>No" in page
    assert "The card never came" in page
    assert "Yes, please" in page


def test_changed_answer_is_said_and_the_alert_stays(acme, agent):
    response = answer(acme, prepared="no")
    case = open_for(acme, answers=ANSWERED, response=str(response.pk))
    with acme.bound():
        changed = {"question": "prepared", "text": "Do you feel prepared?", "before": "No", "after": "Yes"}
        note_changed_answer(source_id=case.concerns.get().source_id, changed=changed, now=NOW)
    page = see(agent, acme, case)
    assert "Patient later changed this to Yes" in page
    assert "Raised the alert: </span>No" in page
    assert "The patient" in page
    assert "changed an answer" in page


def test_earlier_cases_and_responses_are_listed(acme, agent):
    answer(acme, prepared="yes")
    earlier = resolved_by(acme, open_for(acme))
    move(acme, earlier, "close", by="supervisor")
    case = open_for(acme, now=NOW)
    page = see(agent, acme, case)
    assert f'href="{at(acme, "case", number=earlier.number)}">Case {earlier.number}</a>' in page
    assert "Pulse-5 after a call" in page


@pytest.mark.parametrize(
    ("moves", "step"),
    [
        ([], "take"),
        ([("take", {})], "contact"),
        ([("log_attempt", {"channel": "phone", "outcome": "no_answer", "text": ""})], "contact"),
        ([("log_attempt", {"channel": "phone", "outcome": "reached", "text": ""})], "resolve"),
        (
            [
                ("log_attempt", {"channel": "phone", "outcome": "reached", "text": ""}),
                ("wait", {"on": "payer", "next_check": (NOW + timedelta(days=2)).date(), "text": "Letter"}),
            ],
            "resume",
        ),
        ([("end_without_action", {"reason": "duplicate", "text": ""})], ""),
    ],
)
def test_one_next_step_for_each_status(acme, agent, case, moves, step):
    for verb, words in moves:
        move(acme, case, verb, **words)
    response = agent.get(at(acme, "case", number=case.number))
    assert response.context["page"].step == step
    primary = response.content.decode().split('class="next-step"')[1].split("</section>")[0]
    assert primary.count("button-primary") == (1 if step else 0)


def test_only_a_supervisor_is_offered_to_close(acme, agent, sign_in, case):
    resolved_by(acme, case)
    assert "Close case" not in see(agent, acme, case)
    assert "Close case" in see(sign_in(acme, "supervisor"), acme, case)


def test_queries_do_not_grow_with_the_history(acme, agent, case):
    see(agent, acme, case)
    with CaptureQueriesContext(connection) as short:
        see(agent, acme, case)
    with acme.bound():
        for n in range(10):
            add_concern(acme, now=T0 + timedelta(minutes=n))
    for n in range(10):
        move(acme, case, "note", f"Note {n}", by="supervisor")
    with CaptureQueriesContext(connection) as long:
        assert see(agent, acme, case).count("wrote a note") == 10
    assert len(long) == len(short)


def test_wish_not_to_be_contacted_is_a_badge_until_it_is_settled(acme, agent):
    case = open_for(acme, do_not_contact=True)
    assert "Do not contact" in see(agent, acme, case)
    resolved_by(acme, case)
    assert "Do not contact" not in see(agent, acme, case)


def test_partner_agent_reads_of_a_colleague_at_the_sponsor(acme, sign_in, case):
    move(acme, case, "take", by="supervisor")
    move(acme, case, "assign", to=acme.members["agent"], by="supervisor")
    page = see(sign_in(acme, "north_agent"), acme, case)
    assert "A colleague at the sponsor" in page
    assert "gave the case to A colleague at the sponsor" in page
    assert "acme supervisor" not in page
    assert "A team of the sponsor" in page


@pytest.mark.parametrize("name", ["case", "changes", "take", "resolve"])
def test_cases_of_others_do_not_exist(acme, cast, sign_in, case, name):
    for browser, house in [(sign_in(acme, "south_agent"), acme), (sign_in(cast.rival, "agent"), cast.rival)]:
        assert browser.get(at(house, name, number=case.number)).status_code == 404


def test_page_learns_that_the_case_changed(acme, agent, case):
    address = at(acme, "changes", number=case.number)
    assert agent.get(address, {"seen": case.version}).status_code == 204
    move(acme, case, "note", "News", by="supervisor")
    assert "changed this case" in agent.get(address, {"seen": case.version}).content.decode()


def test_history_names_everything_that_can_happen(acme, agent, case):
    move(acme, case, "take")
    move(acme, case, "log_attempt", channel="phone", outcome="reached", text="Will look")
    move(acme, case, "wait", on="payer", next_check=(NOW + timedelta(days=2)).date(), text="Letter due")
    move(acme, case, "resume")
    resolved_by(acme, case)
    move(acme, case, "reopen", reason="Came back")
    resolved_by(acme, case)
    with acme.bound():
        Case.objects.lock(pk=case.pk).close(by=None, now=NOW + timedelta(days=15))
    page = see(agent, acme, case)
    for words in (
        "took the case", "called", "Reached the right person", "Will look", "waits for: payer", "Next check Wed 4 Mar",
        "ended the waiting", "resolved the case", "Fixed. Affordability: copay card rejected or missing. Sent the card",
        "reopened the case", "Came back", "Two quiet weeks", "closed the case as unverified",
    ):  # fmt: skip
        assert words in page


@pytest.mark.parametrize(
    "name", ["take", "assign", "note", "attempt", "wait", "resume", "resolve", "no_action", "reopen"]
)
def test_every_action_has_a_page_that_works_without_script(acme, agent, case, name):
    page = agent.get(at(acme, name, number=case.number))
    assert page.status_code == 200
    assert f'action="{at(acme, name, number=case.number)}"' in page.content.decode()
    assert events(acme, case) == ["opened"]
