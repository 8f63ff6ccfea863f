"""What each move allows, and what the clocks do."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, transaction

from caseloop.models import CaseEvent, CaseNotOpen, ConcernsUnsettled, NotAllowedNow
from caseloop.services import close_if_quiet
from tests.caseloop.conftest import NOW, add_concern, events, fresh, move, open_for, resolved_by
from tests.conftest import T0

ATTEMPT: dict[str, Any] = {"channel": "phone", "outcome": "voicemail", "text": ""}


def test_new_case_is_due_one_business_day_later(acme, case):
    assert case.due_at == T0 + timedelta(days=1)
    assert (case.status, case.version, case.number) == ("new", 1, 1)


def test_attempt_meets_the_first_clock_and_the_resolution_runs(acme, case):
    after = move(acme, case, "log_attempt", **ATTEMPT)
    assert after.due_at == T0 + timedelta(days=3)


def test_joining_concern_is_not_met_by_an_earlier_contact(acme, case):
    move(acme, case, "log_attempt", **{**ATTEMPT, "outcome": "reached"})
    later = NOW + timedelta(hours=1)
    open_for(acme, severity="p2", now=later)
    after = fresh(acme, case)
    with acme.bound():
        first, second = case.concerns.order_by("opened_at")
    assert (first.attempted_at, second.attempted_at) == (NOW, None)
    assert after.due_at == min(first.resolve_due_at, second.first_attempt_due_at)
    assert after.severity == "p1"


def test_joining_concern_ends_the_waiting(acme, case):
    move(acme, case, "log_attempt", **ATTEMPT)
    move(acme, case, "wait", on="payer", next_check=(NOW + timedelta(days=2)).date(), text="Letter")
    open_for(acme, severity="p2", now=NOW)
    after = fresh(acme, case)
    assert (after.status, after.waiting_on, after.next_check_at) == ("contacting", "", None)


def test_joining_concern_reopens_a_resolved_case_and_leaves_settled_ones_settled(acme, case):
    resolved_by(acme, case)
    open_for(acme, severity="p2", now=NOW, summary="Costs are not clear")
    after = fresh(acme, case)
    assert (after.status, after.reopened_count, after.severity, after.why) == (
        "reopened",
        1,
        "p2",
        "Costs are not clear",
    )
    with acme.bound():
        assert [concern.settled_at for concern in case.concerns.order_by("opened_at")] == [NOW, None]


@pytest.mark.parametrize("end", ["close", "end_without_action"])
def test_after_the_end_an_alert_opens_a_new_case_linked_to_it(acme, case, end):
    if end == "close":
        resolved_by(acme, case)
        move(acme, case, "close", by="supervisor")
    else:
        move(acme, case, "end_without_action", reason="duplicate", text="")
    following = open_for(acme, now=NOW)
    assert following.pk != case.pk
    assert (following.previous_id, following.number) == (case.pk, 2)


def test_same_alert_makes_one_concern(acme, case):
    with acme.bound():
        first = add_concern(acme)
        from_again = first.source_id
        assert first.case.concerns.filter(source_id=from_again).count() == 1


def test_every_concern_needs_its_disposition(acme, case):
    open_for(acme, severity="p2")
    with pytest.raises(ConcernsUnsettled, match="2 concerns joined"):
        move(acme, case, "resolve", dispositions={})


def test_reopened_case_shows_the_first_resolution_for_ever(acme, case):
    resolved_by(acme, case)
    move(acme, case, "reopen", reason="Came back")
    resolved_by(acme, case)
    with acme.bound():
        told = [(event.data["dispositions"], event.text) for event in case.events.filter(kind="resolved")]
    codes = {"root_cause": "affordability.copay_reject", "outcome": "fixed"}
    assert [(list(settled.values()), words) for settled, words in told] == [([codes], "Sent the card again")] * 2


@pytest.mark.parametrize(
    ("verb", "words", "problem"),
    [
        ("take", {}, CaseNotOpen),
        ("log_attempt", ATTEMPT, CaseNotOpen),
        ("resolve", {"dispositions": {}}, CaseNotOpen),
        ("end_without_action", {"reason": "duplicate", "text": ""}, CaseNotOpen),
        ("resume", {}, NotAllowedNow),
    ],
)
def test_resolved_case_takes_no_work(acme, case, verb, words, problem):
    resolved_by(acme, case)
    with pytest.raises(problem):
        move(acme, case, verb, **words)
    assert events(acme, case) == ["opened", "resolved"]


@pytest.mark.parametrize(("verb", "words"), [("close", {}), ("reopen", {"reason": "Why"})])
def test_open_and_ended_cases_are_neither_closed_nor_reopened(acme, case, verb, words):
    with pytest.raises(NotAllowedNow):
        move(acme, case, verb, **words)
    move(acme, case, "end_without_action", reason="duplicate", text="")
    with pytest.raises(NotAllowedNow):
        move(acme, case, verb, **words)


def test_note_moves_nothing_in_any_status(acme, case):
    resolved_by(acme, case)
    after = move(acme, case, "note", "The patient wrote a card")
    assert (after.status, after.due_at) == ("resolved", None)


def test_two_quiet_weeks_close_a_resolved_case(acme, case):
    resolved_by(acme, case)
    with acme.bound():
        assert not close_if_quiet(case_id=case.pk, now=NOW + timedelta(days=13))
        assert close_if_quiet(case_id=case.pk, now=NOW + timedelta(days=15))
    assert fresh(acme, case).status == "closed"


@pytest.mark.parametrize("how", ["update", "delete"])
def test_history_cannot_be_changed_or_deleted(acme, case, how):
    with acme.bound():
        entries = CaseEvent.objects.filter(case=case)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            entries.update(data={}) if how == "update" else entries.delete()
