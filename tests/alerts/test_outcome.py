"""The patient's answer whether it is taken care of moves the case, with the evaluation of that answer, once."""

from datetime import timedelta

import pytest

from alerts.models import Alert
from alerts.services import evaluate_response
from caseloop.models import Case, CaseEvent, Disposition
from caseloop.services import resolve
from surveys.models import Invitation, Response
from surveys.services import save_page
from surveys.sitting import open_link
from tests.conftest import T0, Cast, make_invitation
from tests.steps import raise_alerts

NOW = T0 + timedelta(days=4)


@pytest.fixture
def case(cast: Cast) -> Case:
    """A resolved case that was opened by an answer, with an invitation to say what came of it."""
    raise_alerts(cast.acme, {"prepared": "no"})
    with cast.acme.bound():
        case = Case.objects.lock(patient=cast.acme.patients[0])
        done = {str(each.pk): Disposition("other", "Called", "fixed") for each in case.concerns.all()}
        resolve(case=case, dispositions=done, by=cast.acme.members["agent"], now=T0 + timedelta(days=1))
    invitation = make_invitation(cast.acme, survey="outcome_follow_up")
    with cast.acme.bound():
        Invitation.objects.filter(pk=invitation.pk).update(follows_up_id=case.pk, source="follow_up")
    return case


def answers(house, case, *, pages=9, **form) -> Response:
    """Answer so many pages of the outcome survey."""
    with house.bound():
        link = Invitation.objects.get(follows_up_id=case.pk).pk
        for _ in range(pages):
            sitting = open_link(invitation_id=link, now=NOW)
            page = sitting.next_page()
            assert page is not None
            posted = {name: [value] for name, value in form.items() if name in page.keys}
            if save_page(sitting, page=page, form=posted, now=NOW).next_page is None:
                break
        return Response.objects.get(invitation=link)


def evaluated(house, response, *, now=NOW) -> list[Alert]:
    with house.bound():
        return evaluate_response(response_id=response.pk, now=now)


def after(house, case) -> tuple[str, str]:
    with house.bound():
        case.refresh_from_db()
    return case.status, case.closed_as


@pytest.mark.parametrize(
    ("settled", "end"),
    [
        ("yes", ("closed", "verified")), ("no_matter", ("closed", "verified")), ("partly", ("reopened", "")),
        ("no", ("reopened", "")),
    ],
)  # fmt: skip
def test_the_answer_moves_the_case(cast: Cast, case, settled, end):
    response = answers(cast.acme, case, contacted="yes", settled=settled, prepared="yes")
    evaluated(cast.acme, response)
    assert after(cast.acme, case) == end


def test_it_moves_it_once(cast: Cast, case):
    response = answers(cast.acme, case, contacted="yes", settled="no", prepared="yes")
    for _ in range(3):
        evaluated(cast.acme, response)
    with cast.acme.bound():
        assert CaseEvent.objects.filter(case=case, kind="reopened").count() == 1


def test_a_page_without_the_end_moves_nothing(cast: Cast, case):
    response = answers(cast.acme, case, pages=1, contacted="yes", settled="no")
    assert response.submitted_at is None
    evaluated(cast.acme, response, now=NOW + timedelta(days=1))
    assert after(cast.acme, case)[0] == "resolved"


def test_still_not_prepared_raises_its_alert_too(cast: Cast, case):
    response = answers(cast.acme, case, contacted="yes", settled="no", prepared="no")
    raised = evaluated(cast.acme, response)
    assert after(cast.acme, case)[0] == "reopened"
    with cast.acme.bound():
        assert {alert.concern and alert.concern.case_id for alert in raised} <= {case.pk}
        assert case.concerns.unsettled().count() == 1 + len(raised)


def test_a_failed_evaluation_moves_nothing(cast: Cast, case, monkeypatch):
    response = answers(cast.acme, case, contacted="yes", settled="no", prepared="yes")
    monkeypatch.setattr("alerts.services.evaluation.Rule.objects.active_for", lambda response: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        evaluated(cast.acme, response)
    assert after(cast.acme, case)[0] == "resolved"
