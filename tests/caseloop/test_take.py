from tests.caseloop.conftest import at, events, fresh, post


def test_takes_and_comes_back_to_the_case(acme, agent, case):
    response = post(agent, acme, "take", case)
    assert (response.status_code, response["Location"]) == (303, at(acme, "case", number=case.number))
    taken = fresh(acme, case)
    assert (taken.owner, taken.status) == (acme.members["agent"], "acknowledged")


def test_second_taker_is_told(acme, agent, supervisor, case):
    post(supervisor, acme, "take", case)
    response = post(agent, acme, "take", case)
    assert response.status_code == 409
    assert "already taken" in response.content.decode()
    assert fresh(acme, case).owner == acme.members["supervisor"]


def test_taking_again_changes_nothing(acme, agent, case):
    post(agent, acme, "take", case)
    assert post(agent, acme, "take", case).status_code == 303
    assert events(acme, case) == ["opened", "taken"]
