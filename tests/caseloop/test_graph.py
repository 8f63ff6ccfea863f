"""Any sequence of moves and alerts keeps the promises of a case."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from caseloop.codes import ENDED, WORKED, AttemptOutcome, WaitingOn
from caseloop.models import Case, CaseConflict
from tests.caseloop.conftest import DISPOSITION, add_concern, new_patient
from tests.conftest import T0

MEMBERS = st.sampled_from(["agent", "supervisor", "admin"])


def machine(house) -> type[RuleBasedStateMachine]:  # noqa: C901 (one rule for each move)
    """Return the machine whose cases are of one house."""

    class Loop(RuleBasedStateMachine):
        @initialize()
        def open(self):
            self.patient = new_patient(house)
            self.now = T0
            self.history: dict[UUID, list[tuple[UUID, str, str, datetime]]] = {}
            self.versions: dict[UUID, int] = {}
            self.alert("p1")

        def newest(self) -> Case:
            return Case.objects.filter(patient=self.patient).latest("number")

        def move(self, verb, *args, by="agent", **words):
            self.now += timedelta(minutes=7)
            before = self.newest()
            try:
                getattr(Case.objects.lock(pk=before.pk), verb)(*args, by=house.members[by], now=self.now, **words)
            except CaseConflict:
                after = self.newest()
                assert (after.version, after.status) == (before.version, before.status)

        @rule(severity=st.sampled_from(["p1", "callback", "p2", "p3"]))
        def alert(self, severity):
            self.now += timedelta(minutes=7)
            add_concern(house, patient=self.patient, severity=severity, now=self.now)

        @rule(by=MEMBERS)
        def take(self, by):
            self.move("take", by=by)

        @rule(by=MEMBERS, to=MEMBERS)
        def assign(self, by, to):
            self.move("assign", by=by, to=house.members[to])

        @rule()
        def note(self):
            self.move("note", "Said something")

        @rule(outcome=st.sampled_from(AttemptOutcome.values))
        def attempt(self, outcome):
            self.move("log_attempt", channel="phone", outcome=outcome, text="")

        @rule(on=st.sampled_from(WaitingOn.values), days=st.integers(0, 70))
        def wait(self, on, days):
            self.move("wait", on=on, next_check=(self.now + timedelta(days=days)).date(), text="Letter")

        @rule()
        def resume(self):
            self.move("resume")

        @rule(complete=st.booleans())
        def resolve(self, complete):
            unsettled = self.newest().concerns.unsettled() if complete else []
            self.move("resolve", dispositions={str(concern.pk): DISPOSITION for concern in unsettled})

        @rule()
        def end(self):
            self.move("end_without_action", reason="duplicate", text="")

        @rule()
        def close(self):
            self.move("close", by="supervisor")

        @rule()
        def reopen(self):
            self.move("reopen", reason="Came back")

        @invariant()
        def promises_hold(self):
            cases = list(Case.objects.filter(patient=self.patient))
            assert sum(case.status not in ENDED for case in cases) <= 1
            for case in cases:
                assert (case.due_at is not None) == (case.status in WORKED)
                assert (case.status == "waiting") == bool(case.waiting_on and case.next_check_at)
                assert case.status != "resolved" or not case.concerns.unsettled().exists()
                self.check_history(case)

        def check_history(self, case):
            events = list(case.events.order_by("at", "id").values_list("id", "kind", "text", "at"))
            known = self.history.get(case.pk, [])
            assert events[: len(known)] == known
            assert case.version == len(events) >= self.versions.get(case.pk, 0)
            self.history[case.pk], self.versions[case.pk] = events, case.version

    return Loop


@pytest.mark.django_db
def test_every_walk_over_the_graph_keeps_the_promises(acme):
    with acme.bound():
        run_state_machine_as_test(
            machine(acme),
            settings=settings(
                max_examples=6,
                stateful_step_count=16,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
