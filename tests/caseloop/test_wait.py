from datetime import UTC, datetime, timedelta

import pytest

from tests.caseloop.conftest import NOW, fresh, move, post

DAY_AFTER = (NOW + timedelta(days=2)).date()


def wait(browser, acme, case, **data):
    return post(
        browser, acme, "wait", case, **{"on": "payer", "next_check": DAY_AFTER, "waiting_for": "Letter", **data}
    )


def test_waits_until_the_start_of_the_teams_day_and_resumes(acme, agent, case):
    move(acme, case, "log_attempt", channel="phone", outcome="voicemail", text="")
    assert wait(agent, acme, case).status_code == 303
    assert fresh(acme, case).due_at == datetime(2026, 3, 4, 5, tzinfo=UTC)
    assert post(agent, acme, "resume", case).status_code == 303
    assert fresh(acme, case).status == "contacting"


def test_nobody_waits_before_the_first_attempt(acme, agent, case):
    response = wait(agent, acme, case)
    assert response.status_code == 409
    assert "Log a contact attempt first" in response.content.decode()
    assert "Letter" in response.content.decode()


@pytest.mark.parametrize("days", [0, 61])
def test_next_check_is_soon_but_not_today(acme, agent, case, days):
    move(acme, case, "log_attempt", channel="phone", outcome="voicemail", text="")
    day = (NOW + timedelta(days=days)).date()
    assert wait(agent, acme, case, next_check=day).status_code == 409


def test_partner_agent_waits_though_the_team_is_the_sponsors(acme, sign_in, case):
    move(acme, case, "log_attempt", channel="phone", outcome="voicemail", text="")
    assert wait(sign_in(acme, "north_agent"), acme, case).status_code == 303


def test_a_case_that_does_not_wait_cannot_resume(acme, agent, case):
    assert post(agent, acme, "resume", case).status_code == 409
