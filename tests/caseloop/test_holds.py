import pytest

from patients.models import Hold
from patients.services import is_held
from tests.caseloop.conftest import NOW, at, open_for, post, settling
from tests.caseloop.reached import ends, reopens, resolves


def held(house) -> bool:
    with house.bound():
        return is_held(house.patients[0].pk)


@pytest.mark.parametrize(("severity", "stops"), [("p0", True), ("p1", True), ("callback", False), ("p2", False)])
def test_an_urgent_concern_stops_surveys(acme, severity, stops):
    open_for(acme, severity=severity)
    assert held(acme) == stops


def test_a_second_urgent_concern_places_no_second_hold(acme, case):
    open_for(acme)
    with acme.bound():
        assert Hold.objects.filter(source_id=case.pk).count() == 1


def test_an_urgent_concern_that_joins_stops_them_too(acme):
    open_for(acme, severity="p2")
    assert not held(acme)
    open_for(acme)
    assert held(acme)


@pytest.mark.parametrize("over", [resolves, ends])
def test_surveys_go_out_again_when_the_work_is_over(acme, case, over):
    over(acme, case)
    assert not held(acme)


def test_reopening_stops_them_again(acme, case):
    resolves(acme, case)
    reopens(acme, case)
    assert held(acme)


def test_the_pages_let_them_go_too(acme, agent, case):
    post(agent, acme, "resolve", case, seen=case.version, **settling(acme, case))
    assert not held(acme)


def test_a_weak_concern_that_reopens_leaves_the_settled_urgent_one_alone(acme, case):
    resolves(acme, case)
    open_for(acme, severity="p2", now=NOW)
    assert not held(acme)
    assert at(acme, "case", number=case.number)
