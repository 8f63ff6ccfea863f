"""Making the partner act: asked in words, with a clock, shown in its queue, answered with a note."""

from datetime import UTC, datetime, timedelta

import pytest

from caseloop.models import PartnerTask
from messaging.models import Message
from tests.caseloop.conftest import NOW, at, events, fresh, move, post, resolved_by
from tests.caseloop.reached import resolves, set_program, set_status
from tests.conftest import join_team, make_member, make_team

PLEASE = "Please call her about the card"


@pytest.fixture(autouse=True)
def _oversight(acme):
    """The sponsor's people cannot reach patients."""
    set_program(acme, sponsor_sees_contact=False)


@pytest.fixture
def asked(acme, agent, case):
    """A case on which the partner was asked."""
    assert post(agent, acme, "ask_partner", case, question=PLEASE).status_code == 303
    return case


@pytest.fixture
def north(acme, sign_in):
    """The browser of the north hub's agent."""
    return sign_in(acme, "north_agent")


def see(browser, house, case) -> str:
    return str(browser.get(at(house, "case", number=case.number)).content.decode())


def task_of(house, case) -> PartnerTask:
    with house.bound():
        return PartnerTask.objects.get(case=case)


def test_asking_starts_a_clock_and_tells_the_partners_people(acme, case, agent):
    with acme.bound():
        night = {day: [["20:00", "22:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
        desk = make_team(acme.organization, name="North desk", partner=acme.partners["north"], hours=night)
        join_team(desk, acme.members["north_agent"])
        make_member(acme.organization, role="agent", partner=acme.partners["north"], email="another@north.example")
    post(agent, acme, "ask_partner", case, question=PLEASE)
    assert task_of(acme, case).due_at == datetime(2026, 3, 3, 3, 0, tzinfo=UTC)  # 22:00 in New York
    with acme.bound():
        told = Message.objects.filter(dedupe_key__startswith="asked:")
        assert [message.member_id for message in told] == [acme.members["north_agent"].pk]
    assert events(acme, case) == ["opened", "asked_partner"]


def test_without_a_team_the_partners_agents_are_told_and_have_a_day(acme, asked):
    assert task_of(acme, asked).due_at == NOW + timedelta(days=1)
    with acme.bound():
        told = Message.objects.filter(dedupe_key__startswith="asked:")
        assert [message.member_id for message in told] == [acme.members["north_agent"].pk]


def test_words_are_needed(acme, agent, case):
    assert post(agent, acme, "ask_partner", case, question=" ").status_code == 422


def test_one_question_at_a_time(acme, agent, asked):
    refused = post(agent, acme, "ask_partner", asked, question="And again")
    assert refused.status_code == 409
    assert "was asked and has not answered yet" in refused.content.decode()


def test_where_nobody_is_at_the_partner_it_says_what_to_do(acme, agent, case):
    with acme.bound():
        acme.members["north_agent"].is_active = False
        acme.members["north_agent"].save()
    refused = post(agent, acme, "ask_partner", case, question=PLEASE)
    assert refused.status_code == 409
    assert "Nobody at North Hub can open cases here. Invite somebody there, or call them." in refused.content.decode()


def test_the_partner_reads_and_answers(acme, agent, north, asked):
    assert PLEASE in see(north, acme, asked).split('class="case"')[0]
    assert post(north, acme, "answer_for_partner", asked, answer="Called her, card is on its way").status_code == 303
    task = task_of(acme, asked)
    assert (task.done_at, task.done_by_id) == (NOW, acme.members["north_agent"].pk)
    page = see(agent, acme, asked)
    assert "Called her, card is on its way" in page
    assert "answered for the partner" in page
    assert post(north, acme, "answer_for_partner", asked, answer="Again").status_code == 409


def test_the_partners_own_people_are_not_offered_to_ask(acme, north, case):
    assert "Ask the partner" not in see(north, acme, case)
    assert post(north, acme, "ask_partner", case, question=PLEASE).status_code == 409


def test_the_queue_shows_what_was_asked(acme, agent, north, asked):
    chip = '<span class="chip chip-info">Asked by sponsor</span>'
    assert chip in north.get(at(acme, "queue"), {"view": "open"}).content.decode()
    assert "Partner asked</span>" in agent.get(at(acme, "queue"), {"view": "open"}).content.decode()
    only = {"view": "open", "asked": "1"}
    assert len(north.get(at(acme, "queue"), only).context["rows"]) == 1
    post(north, acme, "answer_for_partner", asked, answer="Done")
    assert not north.get(at(acme, "queue"), only).context["rows"]
    assert chip not in north.get(at(acme, "queue"), {"view": "open"}).content.decode()


def test_the_next_step_of_oversight_is_to_make_the_partner_act(acme, agent, north, case):
    response = agent.get(at(acme, "case", number=case.number))
    assert response.context["page"].step == "ask"
    assert '<span class="chip chip-info">Oversight</span>' in response.content.decode()
    post(agent, acme, "ask_partner", case, question=PLEASE)
    assert agent.get(at(acme, "case", number=case.number)).context["page"].step == "asked"
    assert north.get(at(acme, "case", number=case.number)).context["page"].step == "take"


def test_a_reached_patient_is_to_be_resolved_by_anybody(acme, agent, asked):
    move(acme, asked, "log_attempt", channel="phone", outcome="reached", text="", by="north_agent")
    assert agent.get(at(acme, "case", number=asked.number)).context["page"].step == "resolve"


def test_the_end_of_the_work_ends_the_question(acme, asked):
    resolves(acme, asked, by="north_agent")
    assert task_of(acme, asked).done_at == NOW


def test_nobody_asks_on_a_resolved_case_or_about_one_who_left(acme, agent, case):
    set_status(acme, "withdrawn")
    assert agent.get(at(acme, "case", number=case.number)).context["page"].may.ask is False
    resolved_by(acme, case)
    assert post(agent, acme, "ask_partner", case, question=PLEASE).status_code == 409
    assert fresh(acme, case).status == "resolved"
