"""Real threads on real transactions: one wins, the others are told, nothing is written twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from caseloop.dossier import find_case
from caseloop.models import Case, CaseConflict, CaseEvent, PartnerTask
from caseloop.reach import reach
from caseloop.services import QUIET, ask_partner, close_if_quiet, hear_back, resolve, reveal_contact, take_next
from cxplatform.lib import nudge
from messaging.models import Reveal
from patients.services import change_status
from tests.caseloop.conftest import DISPOSITION, NOW, add_concern, events, fresh, new_patient, open_for, resolved_by
from tests.caseloop.reached import agree, resolves, set_program

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
            nudge._forget_producer()  # each thread keeps a connection to the broker of its own
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


def test_the_patients_no_and_a_joining_alert_take_turns(acme, case):
    resolves(acme, case)

    def answer():
        hear_back(case_id=case.pk, contacted="yes", settled="no", prepared=None, now=NOW, round=0)

    results = at_once(acme, answer, lambda: add_concern(acme, severity="p2", now=NOW))
    assert not any(isinstance(result, Exception) for result in results)
    after = fresh(acme, case)
    assert (after.status, after.reopened_count) == ("reopened", 1)
    with acme.bound():
        assert case.concerns.unsettled().count() == 2
        assert after.version == case.events.count()


def test_the_patients_yes_and_a_joining_alert_leave_one_open_case(acme, case):
    resolves(acme, case)

    def answer():
        hear_back(case_id=case.pk, contacted="yes", settled="yes", prepared=None, now=NOW, round=0)

    at_once(acme, answer, lambda: add_concern(acme, severity="p2", now=NOW))
    with acme.bound():
        current = Case.objects.current().get(patient=acme.patients[0])
        assert current.concerns.unsettled().count() == 1
        assert (current.pk == case.pk) == (fresh(acme, case).status == "reopened")


def test_two_reveals_at_once_are_one(acme, case):
    set_program(acme, contact_held_by="vault")
    agree(acme, channel="phone")

    def reveal():
        reveal_contact(case=Case.objects.lock(pk=case.pk), reason="She called", by=acme.members["agent"], now=NOW)

    assert conflicts(at_once(acme, reveal, reveal, reveal)) == 0
    with acme.bound():
        assert Reveal.objects.count() == 1
    assert events(acme, case) == ["opened", "revealed"]


def test_a_reveal_and_a_withdrawal_take_turns(acme, case):
    set_program(acme, contact_held_by="vault")
    agree(acme, channel="phone")

    def reveal():
        reveal_contact(case=Case.objects.lock(pk=case.pk), reason="She called", by=acme.members["agent"], now=NOW)

    def withdraw():
        change_status(patient=acme.patients[0], status="withdrawn", by=None, now=NOW, source="form")

    refused = conflicts(at_once(acme, reveal, withdraw))
    with acme.bound():
        assert Reveal.objects.count() == 1 - refused
        found = reach(find_case(case.number), member=acme.members["agent"], now=NOW)
    assert (found.way, found.contacts) == ("none", ())


def test_resolving_and_a_withdrawal_leave_nobody_asked(acme, case):
    agree(acme)

    def settle():
        locked = Case.objects.lock(pk=case.pk)
        done = {str(concern.pk): DISPOSITION for concern in locked.concerns.unsettled()}
        resolve(case=locked, dispositions=done, by=acme.members["agent"], now=NOW)

    def withdraw():
        change_status(patient=acme.patients[0], status="withdrawn", by=None, now=NOW, source="form")

    results = at_once(acme, settle, withdraw)
    assert not any(isinstance(result, Exception) for result in results)
    with acme.bound():
        assert close_if_quiet(case_id=case.pk, now=NOW + QUIET + timedelta(days=1))
    assert fresh(acme, case).closed_as == "not_verifiable"


def test_two_questions_to_the_partner_at_once_are_one(acme, case):
    def ask():
        ask_partner(case=Case.objects.lock(pk=case.pk), text="Please call", by=acme.members["agent"], now=NOW)

    assert conflicts(at_once(acme, ask, ask)) == 1
    with acme.bound():
        assert PartnerTask.objects.count() == 1
