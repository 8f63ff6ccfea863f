"""Any sequence of moves and alerts keeps the promises of a case."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from caseloop.codes import ENDED, URGENT, WORKED, AttemptOutcome, Settled, WaitingOn
from caseloop.models import Case, CaseConflict, PartnerTask
from caseloop.services import ask_partner, close, end_without_action, hear_back, note_left, reopen, resolve
from messaging.models import Purpose
from patients.models import Hold, Patient
from patients.services import change_status, record_consent
from surveys.models import Invitation
from tests.caseloop.conftest import DISPOSITION, add_concern, new_patient
from tests.caseloop.reached import keep, respondent_of
from tests.conftest import T0

MEMBERS = st.sampled_from(["agent", "supervisor", "admin"])


def machine(house) -> type[RuleBasedStateMachine]:  # noqa: C901 (one rule for each move)
    """Return the machine whose cases are of one house."""

    class Loop(RuleBasedStateMachine):
        @initialize()
        def open(self):
            self.patient = new_patient(house)
            self.now = T0
            respondent = respondent_of(self.patient)
            keep(house, respondent, "email", f"{self.patient.pk.hex}@example.org")
            record_consent(
                respondent=respondent, channel="email", purposes=list(Purpose), is_given=True, source="form",
                wording="", given_at=T0, by=None, now=T0,
            )  # fmt: skip
            self.history: dict[UUID, list[tuple[UUID, str, str, datetime]]] = {}
            self.versions: dict[UUID, int] = {}
            self.alert("p1")

        def newest(self) -> Case:
            return Case.objects.filter(patient=self.patient).latest("number")

        def move(self, verb, *args, by="agent", **words):
            self.moves(lambda case: getattr(case, verb)(*args, by=house.members[by], now=self.now, **words))

        def serve(self, service, by="agent", **words):
            self.moves(lambda case: service(case=case, by=house.members[by], now=self.now, **words))

        def moves(self, make):
            self.now += timedelta(minutes=7)
            before = self.newest()
            try:
                make(Case.objects.lock(pk=before.pk))
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
            self.serve(resolve, dispositions={str(concern.pk): DISPOSITION for concern in unsettled})

        @rule()
        def end(self):
            self.serve(end_without_action, reason="duplicate", text="")

        @rule()
        def close(self):
            self.serve(close, by="supervisor")

        @rule()
        def reopen(self):
            self.serve(reopen, reason="Came back")

        @rule(settled=st.sampled_from([*Settled.values, None]), back=st.integers(0, 1))
        def answer(self, settled, back):
            self.now += timedelta(minutes=7)
            case = self.newest()
            hear_back(
                case_id=case.pk, contacted="yes", settled=settled, prepared=None, now=self.now,
                round=max(0, case.reopened_count - back),
            )  # fmt: skip

        @rule()
        def ask(self):
            self.serve(ask_partner, text="Please call")

        @rule(status=st.sampled_from(Patient.ContactStatus.values))
        def patient_is(self, status):
            self.now += timedelta(minutes=7)
            event = change_status(
                patient=self.patient, status=status, by=None, now=self.now, source="form",
                adult_from=self.now.date() if status == "under_age" else None,
            )  # fmt: skip
            if event:
                note_left(event_id=event.pk, now=self.now)

        @invariant()
        def promises_hold(self):
            cases = list(Case.objects.filter(patient=self.patient))
            assert sum(case.status not in ENDED for case in cases) <= 1
            for case in cases:
                assert (case.due_at is not None) == (case.status in WORKED)
                assert (case.status == "waiting") == bool(case.waiting_on and case.next_check_at)
                assert case.status != "resolved" or not case.concerns.unsettled().exists()
                assert (case.status in ENDED) == (case.ended_at is not None)
                assert (case.status == "resolved") <= (case.resolved_at is not None)
                self.check_what_follows(case)
                self.check_history(case)

        def check_what_follows(self, case):
            urgent = case.concerns.unsettled().filter(severity__in=URGENT).exists()
            held = Hold.objects.standing().filter(source_id=case.pk).count()
            assert held == (case.status in WORKED and urgent)
            if case.status not in WORKED:
                assert not PartnerTask.objects.open().filter(case=case).exists()
            asked = Invitation.objects.filter(follows_up_id=case.pk)
            assert not asked.filter(ended_as="", round__lt=case.reopened_count).exists()

        def check_history(self, case):
            events = list(case.events.order_by("at", "id").values_list("id", "kind", "words__text", "at"))
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
