import pytest

from tests.caseloop.conftest import at, fresh, move, new_patient, open_for


@pytest.fixture
def three(acme):
    return [open_for(acme, patient=new_patient(acme)) for _ in range(3)]


def bulk(browser, house, cases, **data):
    ticked = [case.number for case in cases]
    return browser.post(at(house, "bulk"), {"case": ticked, "back": "?view=open", **data}, follow=True)


def test_ticked_cases_are_taken_and_the_taken_one_is_named(acme, agent, three):
    move(acme, three[1], "take", by="supervisor")
    response = bulk(agent, acme, three, do="take")
    assert response.redirect_chain == [(at(acme, "queue") + "?view=open", 303)]
    page = response.content.decode()
    assert "2 cases taken." in page
    assert f"Case {three[1].number}: A colleague has already taken this case." in page
    owners = [fresh(acme, case).owner for case in three]
    assert owners == [acme.members[name] for name in ("agent", "supervisor", "agent")]


def test_supervisor_assigns_ticked_cases(acme, supervisor, three):
    page = bulk(supervisor, acme, three, do="assign", to=acme.members["agent"].pk).content.decode()
    assert "3 cases assigned." in page
    assert {fresh(acme, case).owner for case in three} == {acme.members["agent"]}


def test_agent_assigns_the_own_cases_only(acme, agent, three):
    move(acme, three[0], "take")
    page = bulk(agent, acme, three, do="assign", to=acme.members["supervisor"].pk).content.decode()
    assert "1 case assigned." in page
    assert page.count("Only a supervisor can assign a case that is not yours") == 2


@pytest.mark.parametrize(
    ("data", "words"),
    [({"do": "assign"}, "Choose whom to give the cases to"), ({"do": "close"}, "not one of the available")],
)
def test_unclear_wish_is_asked_about(acme, supervisor, three, data, words):
    assert words in bulk(supervisor, acme, three, **data).content.decode()


def test_cases_of_another_partner_are_left_alone(acme, sign_in, three):
    other = open_for(acme, patient=acme.patients[1])
    bulk(sign_in(acme, "north_agent"), acme, [three[0], other], do="take")
    assert fresh(acme, other).owner is None
    assert fresh(acme, three[0]).owner == acme.members["north_agent"]


def test_nobody_is_sent_to_another_site(acme, agent, three):
    response = agent.post(at(acme, "bulk"), {"case": [three[0].number], "do": "take", "back": "https://evil.example"})
    assert response["Location"] == at(acme, "queue")
