import pytest

from tests.caseloop.conftest import NOW, events, fresh, open_for, post


def attempt(browser, acme, case, outcome="reached", text=""):
    return post(browser, acme, "attempt", case, channel="phone", outcome=outcome, text=text)


@pytest.mark.parametrize(
    ("outcome", "status"), [("reached", "contacted"), ("voicemail", "contacting"), ("interpreter_used", "contacted")]
)
def test_attempt_moves_the_case_and_meets_the_clock(acme, agent, case, outcome, status):
    assert attempt(agent, acme, case, outcome).status_code == 303
    with acme.bound():
        assert case.concerns.get().attempted_at == NOW
    assert (fresh(acme, case).status, fresh(acme, case).owner) == (status, acme.members["agent"])


def test_outcome_is_asked_for_and_the_text_kept(acme, agent, case):
    response = attempt(agent, acme, case, outcome="", text="Rang out")
    assert response.status_code == 422
    assert "Rang out" in response.content.decode()


def test_agent_does_not_contact_a_patient_who_asked_not_to(acme, agent):
    case = open_for(acme, do_not_contact=True)
    response = attempt(agent, acme, case, text="I tried anyway")
    assert response.status_code == 409
    page = response.content.decode()
    assert "asked not to be contacted" in page
    assert "I tried anyway" in page
    assert events(acme, case) == ["opened"]


def test_what_the_patient_started_is_logged(acme, agent):
    case = open_for(acme, do_not_contact=True)
    assert attempt(agent, acme, case, outcome="inbound").status_code == 303


def test_supervisor_contacts_such_a_patient_with_a_reason(acme, supervisor):
    case = open_for(acme, do_not_contact=True)
    assert attempt(supervisor, acme, case).status_code == 409
    assert attempt(supervisor, acme, case, text="Recall of the lot").status_code == 303
