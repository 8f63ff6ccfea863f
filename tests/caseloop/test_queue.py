from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from caseloop.lens import Cursor
from caseloop.models import Case
from tests.caseloop.conftest import NOW, at, fresh, move, new_patient, open_for, resolved_by
from tests.conftest import T0, join_team, make_team


def shown(response) -> list[int]:
    return [row.number for row in response.context["rows"]]


def many(acme, count: int) -> list[Case]:
    return [open_for(acme, patient=new_patient(acme), now=T0 + timedelta(minutes=n)) for n in range(count)]


def test_most_urgent_comes_first(acme, agent):
    later = open_for(acme, severity="p2")
    urgent = open_for(acme, patient=acme.patients[1])
    assert shown(agent.get(at(acme, "queue"), {"view": "open"})) == [urgent.number, later.number]


def test_page_names_what_an_agent_needs(acme, agent, case):
    page = agent.get(at(acme, "queue"), {"view": "open"}).content.decode()
    for word in (acme.patients[0].pseudonym, "Not prepared to start", "North Hub", "Urgent", "Nobody yet", "due in"):
        assert word in page


@pytest.mark.parametrize(("member", "view"), [("agent", "mine"), ("supervisor", "open"), ("admin", "open")])
def test_first_view_follows_the_role(acme, sign_in, member, view):
    assert sign_in(acme, member).get(at(acme, "queue")).context["lens"].view == view


def test_a_first_visit_shows_work_rather_than_an_empty_view(acme, agent, case):
    assert agent.get(at(acme, "queue")).context["lens"].view == "unassigned"
    assert agent.get(at(acme, "queue"), {"view": "mine"}).context["lens"].view == "mine"
    move(acme, case, "take", by="supervisor")
    assert agent.get(at(acme, "queue")).context["lens"].view == "open"
    move(acme, open_for(acme, patient=new_patient(acme)), "take")
    assert agent.get(at(acme, "queue")).context["lens"].view == "mine"


def test_my_teams_is_a_view_for_those_who_see_a_team_of_theirs(acme, sign_in, case):
    def tabs(member: str) -> list[str]:
        return [tab["label"] for tab in sign_in(acme, member).get(at(acme, "queue")).context["tabs"]]

    assert "My teams" in tabs("agent")
    assert "My teams" not in tabs("north_agent")  # in no team
    with acme.bound():
        join_team(acme.team, acme.members["north_agent"])
    assert "My teams" not in tabs("north_agent")  # in a team of the sponsor, which the member does not see
    with acme.bound():
        join_team(
            make_team(acme.organization, name="North", partner=acme.partners["north"]), acme.members["north_agent"]
        )
    assert "My teams" in tabs("north_agent")


def test_views_hold_what_they_say(acme, agent, case):
    mine = move(acme, open_for(acme, patient=new_patient(acme)), "take")
    waiting = move(
        acme, open_for(acme, patient=new_patient(acme)), "log_attempt", channel="phone", outcome="reached", text=""
    )
    move(acme, waiting, "wait", on="payer", next_check=(NOW + timedelta(days=3)).date(), text="Letter")
    done = resolved_by(acme, open_for(acme, patient=new_patient(acme)))
    late = open_for(acme, patient=new_patient(acme), now=T0 - timedelta(days=9), team=None)
    expected = {
        "mine": {mine.number},
        "unassigned": {case.number, late.number},
        "teams": {case.number, mine.number, waiting.number},
        "overdue": {late.number},
        "open": {case.number, mine.number, waiting.number, late.number},
        "done": {done.number},
    }
    assert {view: set(shown(agent.get(at(acme, "queue"), {"view": view}))) for view in expected} == expected


def test_tabs_count_what_they_hold(acme, agent, case):
    resolved_by(acme, open_for(acme, patient=acme.patients[1]))
    tabs = {tab["label"]: tab["count"] for tab in agent.get(at(acme, "queue")).context["tabs"]}
    assert tabs == {
        "Mine now": "", "Unassigned": "1", "My teams": "1", "Overdue": "", "All open": "1", "Resolved and ended": "",
    }  # fmt: skip


def test_filters_narrow_and_nonsense_is_passed_over(acme, agent, case):
    other = move(acme, open_for(acme, patient=acme.patients[1], severity="p2"), "take")
    north, south = acme.partners["north"].pk, acme.partners["south"].pk
    for query, expected in [
        ({"severity": "p1"}, [case.number]),
        ({"status": "acknowledged"}, [other.number]),
        ({"owner": "nobody"}, [case.number]),
        ({"owner": "me"}, [other.number]),
        ({"partner": north}, [case.number]),
        ({"partner": south, "severity": "p1"}, []),
        ({"overdue": "1"}, []),
        ({"severity": "p9", "partner": "x", "after": "y.z", "before": "12.zz"}, [case.number, other.number]),
    ]:
        assert shown(agent.get(at(acme, "queue"), {"view": "open", **query})) == expected, query


def test_empty_filter_offers_to_clear_it(acme, agent, case):
    page = agent.get(at(acme, "queue"), {"view": "open", "severity": "p3"}).content.decode()
    assert "Nothing matches these filters" in page
    assert 'href="?view=open"' in page


def test_pages_follow_each_other_without_gap_or_repeat(acme, agent, monkeypatch):
    monkeypatch.setattr("caseloop.queue.PAGE", 3)
    numbers = [case.number for case in many(acme, 8)]
    first = agent.get(at(acme, "queue"), {"view": "open"})
    second = agent.get(at(acme, "queue") + first.context["next"])
    third = agent.get(at(acme, "queue") + second.context["next"])
    assert shown(first) + shown(second) + shown(third) == numbers
    assert not third.context["next"]
    assert not first.context["previous"]
    assert shown(agent.get(at(acme, "queue") + third.context["previous"])) == shown(second)
    assert shown(agent.get(at(acme, "queue") + second.context["previous"])) == shown(first)


def test_done_cases_come_newest_first_and_page_too(acme, agent, monkeypatch):
    monkeypatch.setattr("caseloop.queue.PAGE", 2)
    done = [resolved_by(acme, c, now=NOW + timedelta(minutes=n)).number for n, c in enumerate(many(acme, 5))]
    first = agent.get(at(acme, "queue"), {"view": "done"})
    second = agent.get(at(acme, "queue") + first.context["next"])
    assert shown(first) + shown(second) == done[:0:-1]


def test_cursor_survives_the_address():
    cursor = Cursor(T0 + timedelta(microseconds=1), uuid4())
    assert Cursor.read(str(cursor)) == cursor


@pytest.mark.parametrize("typed", ["{number}", "#{number}", "{pseudonym}", "{start}"])
def test_search_finds_by_number_and_by_the_beginning_of_a_pseudonym(acme, agent, case, typed):
    open_for(acme, patient=acme.patients[1])
    pseudonym = acme.patients[0].pseudonym
    text = typed.format(number=case.number, pseudonym=pseudonym.lower(), start=pseudonym[:9])
    assert shown(agent.get(at(acme, "queue"), {"q": text})) == [case.number]


def test_search_says_what_is_wrong(acme, agent, case):
    page = agent.get(at(acme, "queue"), {"q": "PX-0000"}).content.decode()
    assert "A pseudonym looks like PX-7K3M-29QD" in page
    assert "No case found" in agent.get(at(acme, "queue"), {"q": "987654321987654321"}).content.decode()


def test_callable_shows_the_hour_there(acme, agent):
    for zone in ("America/New_York", "Asia/Tokyo"):
        open_for(acme, patient=new_patient(acme, time_zone=zone))
    rows = agent.get(at(acme, "queue"), {"view": "open"}).context["rows"]
    assert [(row.is_callable, row.call_text) for row in rows] == [(True, ""), (False, "From 08:00")]


def test_queries_are_the_same_for_one_case_and_for_twenty(acme, agent, case):
    agent.get(at(acme, "queue"), {"view": "open"})
    with CaptureQueriesContext(connection) as one:
        agent.get(at(acme, "queue"), {"view": "open"})
    for other in many(acme, 19):
        move(acme, other, "take", by="supervisor")
    with CaptureQueriesContext(connection) as twenty:
        assert len(shown(agent.get(at(acme, "queue"), {"view": "open"}))) == 20
    assert len(twenty) == len(one)


def test_no_page_counts_or_skips_all_rows(acme, agent, case):
    with CaptureQueriesContext(connection) as all_queries:
        agent.get(at(acme, "queue"), {"view": "open"})
    on_cases = [query["sql"] for query in all_queries if '"caseloop_case"' in query["sql"]]
    assert on_cases
    assert all("LIMIT" in sql and "OFFSET" not in sql for sql in on_cases)


class TestPolling:
    HTMX = {"HX-Request": "true"}

    def poll(self, agent, acme, etag=""):
        headers = {**self.HTMX, **({"If-None-Match": etag} if etag else {})}
        return agent.get(at(acme, "queue"), {"view": "open"}, headers=headers)

    def test_poll_gets_the_rows_alone(self, acme, agent, case):
        body = self.poll(agent, acme).content.decode()
        assert body.startswith('<tbody id="queue-rows"')
        assert "<html" not in body
        assert 'hx-swap-oob="true"' in body

    def test_nothing_new_is_a_304_without_a_body(self, acme, agent, case):
        first = self.poll(agent, acme)
        again = self.poll(agent, acme, first["ETag"])
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
        assert not first["ETag"].startswith("W/")
        assert first["Cache-Control"] == "private, no-cache"

    def test_a_move_a_new_case_and_a_changed_count_are_news(self, acme, agent, case):
        etag = self.poll(agent, acme)["ETag"]
        move(acme, case, "note", "Called the pharmacy")
        noted = self.poll(agent, acme, etag)
        assert noted.status_code == 200
        resolved_by(acme, open_for(acme, patient=acme.patients[1]))
        assert self.poll(agent, acme, noted["ETag"]).status_code == 200

    def test_a_clock_that_ran_out_is_news(self, acme, agent, case):
        etag = self.poll(agent, acme)["ETag"]
        due_at = fresh(acme, case).due_at
        assert due_at is not None
        with time_machine.travel(due_at + timedelta(minutes=1), tick=False):
            agent.force_login(acme.members["agent"].user)
            assert self.poll(agent, acme, etag).status_code == 200


def test_partner_agent_sees_the_own_partner_only(acme, sign_in, case):
    move(acme, case, "take", by="supervisor")
    open_for(acme, patient=acme.patients[1])
    response = sign_in(acme, "north_agent").get(at(acme, "queue"), {"view": "open"})
    assert shown(response) == [case.number]
    page = response.content.decode()
    assert "A colleague at the sponsor" in page
    assert "South Hub" not in page


def test_rival_sees_nothing(cast, sign_in, case):
    assert shown(sign_in(cast.rival, "agent").get(at(cast.rival, "queue"), {"view": "open"})) == []
    assert sign_in(cast.rival, "agent").get(at(cast.acme, "queue")).status_code == 404
