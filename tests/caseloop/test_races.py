"""Real threads on real transactions: one wins, the others are told, nothing is written twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from caseloop.models import Case, CaseConflict, CaseEvent
from caseloop.services import take_next
from tests.caseloop.conftest import DISPOSITION, NOW, add_concern, events, fresh, new_patient, open_for, resolved_by

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def at_once(house, *jobs: Callable[[], object]) -> list[object]:
    """Run each job in its own thread and transaction, all starting together; return results or conflicts."""
    start = Barrier(len(jobs), timeout=20)

    def run(job: Callable[[], object]) -> object:
        start.wait()
        try:
            with house.bound():
                return job()
        except CaseConflict as conflict:
            return conflict
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def conflicts(results) -> int:
    return sum(isinstance(result, CaseConflict) for result in results)


def test_eight_agents_resolve_one_case_and_one_wins(acme, case):
    with acme.bound():
        dispositions = {str(case.concerns.get().pk): DISPOSITION}

    def resolve():
        Case.objects.lock(pk=case.pk).resolve(dispositions=dispositions, by=acme.members["agent"], now=NOW)

    assert conflicts(at_once(acme, *[resolve] * 8)) == 7
    assert events(acme, case) == ["opened", "resolved"]
    assert fresh(acme, case).version == 2


def test_two_members_take_one_case_and_one_gets_it(acme, case):
    def taker(name):
        return lambda: Case.objects.lock(pk=case.pk).take(by=acme.members[name], now=NOW)

    results = at_once(acme, taker("agent"), taker("supervisor"))
    assert conflicts(results) == 1
    winner = ("agent", "supervisor")[results.index(None)]
    assert fresh(acme, case).owner == acme.members[winner]
    assert events(acme, case) == ["opened", "taken"]


def test_alert_and_closing_take_turns(acme, case):
    resolved_by(acme, case)

    def close():
        Case.objects.lock(pk=case.pk).close(by=acme.members["supervisor"], now=NOW)

    at_once(acme, close, lambda: add_concern(acme, severity="p2", now=NOW))
    with acme.bound():
        current = Case.objects.current().get(patient=acme.patients[0])
        assert current.due_at is not None
        assert current.concerns.unsettled().count() == 1
        assert fresh(acme, case).status in ("closed", "reopened")
        assert (current.pk == case.pk) == (fresh(acme, case).status == "reopened")


def test_alerts_on_one_patient_at_once_share_one_case(acme):
    at_once(acme, *[lambda: add_concern(acme) for _ in range(6)])
    with acme.bound():
        case = Case.objects.get()
        assert case.concerns.count() == 6
        assert case.version == CaseEvent.objects.filter(case=case).count() == 6


def test_take_next_gives_everybody_another_case(acme):
    for _ in range(3):
        open_for(acme, patient=new_patient(acme))
    names = ("agent", "supervisor", "admin", "agent")
    results = at_once(acme, *[lambda name=name: take_next(by=acme.members[name], now=NOW) for name in names])
    taken = [case.pk for case in results if isinstance(case, Case)]
    assert len(taken) == len(set(taken)) == 3
