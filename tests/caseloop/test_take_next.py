from tests.caseloop.conftest import at, fresh, move, new_patient, open_for
from tests.conftest import T0


def take_next(browser, house):
    return browser.post(at(house, "take_next"))


def test_most_urgent_free_case_is_reserved_and_opened(acme, agent, case):
    urgent = open_for(acme, patient=acme.patients[1], now=T0.replace(hour=14))
    response = take_next(agent, acme)
    assert (response.status_code, response["Location"]) == (303, at(acme, "case", number=urgent.number))
    assert fresh(acme, urgent).owner == acme.members["agent"]
    assert fresh(acme, case).owner is None


def test_cases_that_cannot_be_worked_now_are_passed_over(acme, agent, case):
    older = T0.replace(hour=13)
    move(acme, open_for(acme, patient=new_patient(acme), now=older), "take", by="supervisor")
    open_for(acme, patient=new_patient(acme, time_zone="Asia/Tokyo"), now=older)
    open_for(acme, patient=new_patient(acme, language="es"), now=older)
    open_for(acme, patient=new_patient(acme), now=older, do_not_contact=True)
    assert take_next(agent, acme)["Location"] == at(acme, "case", number=case.number)


def test_nothing_to_take_is_said(acme, agent):
    response = agent.post(at(acme, "take_next"), follow=True)
    assert "There is nothing to take now" in response.content.decode()


def test_no_case_of_a_closed_team(acme, agent, case):
    with acme.bound():
        acme.team.hours = {"sun": [["09:00", "17:00"]]}
        acme.team.save()
    take_next(agent, acme)
    assert fresh(acme, case).owner is None


def test_partner_agent_gets_the_own_partners_case(acme, sign_in, case):
    other = open_for(acme, patient=acme.patients[1], now=T0.replace(hour=14))
    take_next(sign_in(acme, "north_agent"), acme)
    assert fresh(acme, case).owner == acme.members["north_agent"]
    assert fresh(acme, other).owner is None
