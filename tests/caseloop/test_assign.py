import pytest

from tests.caseloop.conftest import fresh, move, post


def assign(browser, acme, case, to, **data):
    return post(browser, acme, "assign", case, to=acme.members[to].pk, **{"seen": fresh(acme, case).version, **data})


def test_supervisor_assigns_and_takes_over(acme, supervisor, case):
    assert assign(supervisor, acme, case, "agent").status_code == 303
    assert fresh(acme, case).owner == acme.members["agent"]
    assert assign(supervisor, acme, case, "supervisor").status_code == 303
    assert fresh(acme, case).owner == acme.members["supervisor"]


def test_agent_hands_over_the_own_case_within_the_team(acme, agent, case):
    move(acme, case, "take")
    assert assign(agent, acme, case, "supervisor").status_code == 303
    assert fresh(acme, case).owner == acme.members["supervisor"]


def test_agent_does_not_give_away_the_case_of_another(acme, agent, case):
    move(acme, case, "take", by="supervisor")
    response = assign(agent, acme, case, "agent")
    assert response.status_code == 409
    assert "Only a supervisor can assign" in response.content.decode()


@pytest.mark.parametrize("to", ["analyst", "south_agent"])
def test_nobody_gets_a_case_who_cannot_work_it(acme, supervisor, case, to):
    assert assign(supervisor, acme, case, to).status_code == 422
    assert fresh(acme, case).owner is None


def test_agent_does_not_hand_over_outside_the_team(acme, agent, case):
    move(acme, case, "take")
    assert assign(agent, acme, case, "admin").status_code == 422


def test_a_case_that_changed_meanwhile_is_not_assigned(acme, supervisor, case):
    seen = case.version
    move(acme, case, "note", "Patient moved house")
    response = assign(supervisor, acme, case, "agent", seen=seen)
    assert response.status_code == 409
    assert "Patient moved house" in response.content.decode()
