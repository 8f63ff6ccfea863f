import pytest

from tests.caseloop.conftest import at, fresh, move, post, resolved_by, settling


def test_no_action_needs_a_coded_reason(acme, agent, case):
    assert post(agent, acme, "no_action", case, seen=case.version, reason="").status_code == 422
    assert post(agent, acme, "no_action", case, seen=case.version, reason="duplicate").status_code == 303
    assert (fresh(acme, case).status, fresh(acme, case).no_action_reason) == ("no_action", "duplicate")


def test_supervisor_closes_and_an_agent_may_not(acme, agent, supervisor, case):
    version = resolved_by(acme, case).version
    assert post(agent, acme, "close", case, seen=version).status_code == 403
    assert post(supervisor, acme, "close", case, seen=version).status_code == 303
    assert fresh(acme, case).closed_as == "not_verifiable"  # nobody agreed to be asked


def test_only_what_is_resolved_can_be_closed(acme, supervisor, case):
    response = post(supervisor, acme, "close", case, seen=case.version)
    assert response.status_code == 409
    assert "Resolve it first" in response.content.decode()


def test_reopening_needs_a_reason_and_keeps_the_old_words(acme, agent, case):
    version = resolved_by(acme, case).version
    assert post(agent, acme, "reopen", case, seen=version, reason="").status_code == 422
    assert post(agent, acme, "reopen", case, seen=version, reason="The card bounced").status_code == 303
    assert fresh(acme, case).status == "reopened"
    assert "Sent the card again" in agent.get(at(acme, "resolve", number=case.number)).content.decode()


@pytest.mark.parametrize("name", ["no_action", "resolve", "reopen"])
def test_what_changed_meanwhile_is_refused(acme, agent, case, name):
    move(acme, case, "note", "News", by="supervisor")
    data = {"reason": "duplicate", **settling(acme, case)}
    response = post(agent, acme, name, case, seen=1, **data)
    assert response.status_code == 409
    assert "News" in response.content.decode()
