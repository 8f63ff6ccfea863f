"""The steps of an invitation: invite, remind, call, expire; and what ends them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cxplatform.lib.tenancy import bound, call_definer
from messaging.models import Message, SurveyContact
from surveys import tasks
from surveys.invitations import ask_outcome, revoke_outcome, take_step
from surveys.models import CallTask, Invitation
from tests.conftest import T0, Cast
from tests.steps import REAL_COMMITS, answer, at_once, later
from tests.surveys.invited import (
    EMAIL,
    PHONE,
    SMS,
    fresh,
    invited,
    journey,
    planned,
    reachable,
    respondent_of,
    sent,
    skips,
    step,
)

DAY = timedelta(days=1)


def test_journey_runs_its_whole_course(cast: Cast):
    house = cast.acme
    reachable(house, channels=(EMAIL, PHONE))
    journey(house, delay_days=1, reminder_days=[3, 7], call_after_days=10, expire_days=21)
    (invitation,) = planned(house)
    assert step(house, invitation, now=T0) == ""  # not before its day
    said = []
    for _ in range(6):
        due = fresh(house, invitation).next_step_at
        if due is None:
            break
        said.append(((due - T0 + timedelta(hours=1)).days, step(house, invitation, now=due)))
    assert said == [(1, "sent"), (4, "sent"), (8, "sent"), (11, "called"), (22, "expired")]
    with house.bound():
        queued = Message.objects.filter(about_id=invitation.pk).order_by("created_at")
        assert list(queued.values_list("template", flat=True)) == ["invitation", "reminder", "reminder"]
    after = fresh(house, invitation)
    assert (after.ended_as, after.reminders_sent, after.expires_at) == (
        "expired",
        2,
        later(days=22) - timedelta(hours=1),
    )
    with house.bound():
        assert CallTask.objects.get().outcome == "over"  # nobody called in time


def test_each_day_is_the_same_hour_there_when_the_clocks_change(cast: Cast):
    house = cast.acme
    reachable(house)
    friday = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)  # 10:00 in New York; clocks go forward on Sunday
    invitation = invited(house, now=friday)
    assert step(house, invitation, now=friday) == "sent"
    after = fresh(house, invitation)
    assert after.next_step_at == datetime(2026, 3, 9, 14, 0, tzinfo=UTC)  # Monday 10:00 in New York
    assert after.expires_at == datetime(2026, 3, 27, 14, 0, tzinfo=UTC)


def test_at_night_a_step_waits_for_the_morning_there(cast: Cast):
    house = cast.acme
    reachable(house)
    night = datetime(2026, 3, 3, 3, 30, tzinfo=UTC)  # 22:30 in New York
    invitation = invited(house, now=night)
    assert step(house, invitation, now=night) == "waits"
    assert sent(house) == []
    morning = datetime(2026, 3, 3, 13, 0, tzinfo=UTC)
    assert fresh(house, invitation).next_step_at == morning
    assert step(house, invitation, now=morning) == "sent"


def test_expiry_counts_from_the_moment_of_sending(cast: Cast):
    house = cast.acme
    reachable(house)
    invitation = invited(house, send_at=later(days=5))
    assert step(house, invitation, now=later(days=9)) == "sent"
    assert fresh(house, invitation).expires_at == later(days=30)


def test_submitted_response_ends_everything(cast: Cast):
    house = cast.acme
    reachable(house)
    invitation = invited(house)
    step(house, invitation)
    answer(house, invitation, {"prepared": "yes"}, now=later(hours=1))
    due = fresh(house, invitation).next_step_at
    assert due is not None
    assert step(house, invitation, now=due) == "answered"
    assert sent(house) == [("invitation", EMAIL)]
    assert fresh(house, invitation).next_step_at is None


def test_answer_on_the_web_takes_the_call_off_the_list(cast: Cast):
    house = cast.acme
    reachable(house, channels=(EMAIL, PHONE))
    journey(house, delay_days=0, reminder_days=[], call_after_days=2, expire_days=9)
    (invitation,) = planned(house)
    step(house, invitation)
    assert step(house, invitation, now=later(days=2)) == "called"
    answer(house, invitation, {"prepared": "yes"}, now=later(days=3))
    assert step(house, invitation, now=later(days=9)) == "answered"
    with house.bound():
        assert CallTask.objects.get().outcome == "over"


def test_whoever_began_is_reminded_once_and_with_the_same_link(cast: Cast):
    house = cast.acme
    reachable(house)
    invitation = invited(house, survey="support_experience")
    step(house, invitation)
    answer(house, invitation, {}, now=later(hours=1), pages=1)
    assert step(house, invitation, now=later(days=3)) == "sent"
    assert step(house, invitation, now=later(days=7)) == "reminded before"
    assert [template for template, _ in sent(house)] == ["invitation", "reminder"]
    with house.bound():
        assert {row.about_id for row in Message.objects.filter(owner_id__isnull=False)} == {invitation.pk}


def test_late_worker_never_reminds_twice_at_once_but_still_leaves_the_call(cast: Cast):
    house = cast.acme
    reachable(house, channels=(EMAIL, PHONE))
    journey(house, delay_days=0, reminder_days=[3, 7], call_after_days=10, expire_days=21)
    (invitation,) = planned(house)
    step(house, invitation)
    assert step(house, invitation, now=later(days=12)) == "sent"
    assert step(house, invitation, now=later(days=12)) == "called"
    assert len(sent(house)) == 2


def test_refused_reminder_leaves_out_only_that_step(cast: Cast):
    house = cast.acme
    respondent = reachable(house)
    invitation = invited(house)
    step(house, invitation)
    with house.bound():
        house.program.is_active = False
        house.program.save()
    assert step(house, invitation, now=later(days=3)) == "skipped"
    with house.bound():
        house.program.is_active = True
        house.program.save()
    assert step(house, invitation, now=later(days=7)) == "sent"
    assert skips(house) == [("remind", "program_off")]
    assert respondent.pk


def test_partner_that_sends_links_gets_no_message_of_ours(cast: Cast):
    house = cast.acme
    reachable(house)
    with house.bound():
        house.program.links_sent_by = "partner"
        house.program.save()
    invitation = invited(house)
    assert step(house, invitation) == "fetched"
    after = fresh(house, invitation)
    assert sent(house) == []
    assert (after.sent_by, after.step, after.invited_at, after.channel) == ("partner", "expire", T0, "")
    with house.bound():
        assert SurveyContact.objects.count() == 1
    again = invited(house, now=later(days=5))
    assert step(house, again, now=later(days=5)) == "skipped"
    assert skips(house) == [("invite", "too_soon")]


# --- asking whether it is taken care of ---


def test_outcome_is_asked_once_for_each_round_and_outside_the_contact_rules(cast: Cast):
    house = cast.acme
    reachable(house)
    first = invited(house)
    step(house, first)
    with house.bound():
        patient, case = house.patients[0], first.pk  # any id stands for the case here
        asked = [ask_outcome(case_id=case, round=1, patient=patient, now=T0, send_at=later(days=3)) for _ in range(2)]
    assert asked[0] is not None
    assert asked[0] == asked[1]
    assert step(house, asked[0], now=later(days=3)) == "sent"
    assert sent(house, asked[0]) == [("outcome", EMAIL)]
    assert fresh(house, asked[0]).step == Invitation.Step.EXPIRE  # asked once, never reminded


def test_outcome_that_nobody_can_be_asked_leaves_the_reason(cast: Cast):
    house = cast.acme
    reachable(house, purposes=("survey",))
    with house.bound():
        patient = house.patients[0]
        nobody = ask_outcome(case_id=patient.pk, round=1, patient=patient, now=T0, send_at=T0)
    assert nobody is None
    assert skips(house) == [("invite", "no_consent")]


def test_reopened_case_asks_no_more(cast: Cast):
    house = cast.acme
    reachable(house)
    with house.bound():
        patient = house.patients[0]
        asked = ask_outcome(case_id=patient.pk, round=1, patient=patient, now=T0, send_at=later(days=3))
        assert asked is not None
        assert revoke_outcome(case_id=patient.pk, now=later(days=1)) == 1
        assert revoke_outcome(case_id=patient.pk, now=later(days=1)) == 0
    assert step(house, asked, now=later(days=3)) == ""
    assert sent(house) == []
    assert fresh(house, asked).is_over(now=later(days=2))


# --- at work ---


def test_sweep_with_nothing_due_is_one_indexed_query(cast: Cast):
    house = cast.acme
    reachable(house)
    invited(house, send_at=later(days=9000))
    for sweep in (tasks.sweep_invitations, tasks.sweep_touchpoints, tasks.sweep_unreached, tasks.sweep_mailings):
        with CaptureQueriesContext(connection) as asked:
            sweep()
        assert len(asked) == 1, sweep


def test_step_that_fails_is_pushed_back_and_stops_nobody(cast: Cast, monkeypatch):
    house = cast.acme
    reachable(house)
    invitation = invited(house)

    def fail(**_):
        raise RuntimeError

    monkeypatch.setattr("surveys.invitations.take_step", fail)
    assert tasks.step(organization_id=str(house.organization.pk), invitation_id=str(invitation.pk)) == "failed"
    after = fresh(house, invitation)
    assert after.step_failures == 1
    assert after.next_step_at is not None
    assert after.next_step_at > T0


@pytest.mark.parametrize("line", ["queue_to_respondent", "count_survey_contact", "drop_messages"])
def test_worker_that_dies_anywhere_leaves_the_step_as_due_as_it_was(cast: Cast, monkeypatch, line):
    house = cast.acme
    reachable(house)
    invitation = invited(house)
    real = getattr(__import__("messaging.services", fromlist=[line]), line)

    def die(**how):
        real(**how)
        raise KeyboardInterrupt

    if line == "drop_messages":  # on the way to the end of an invitation that may not go out
        with house.bound():
            house.patients[0].contact_status = "paused"
            house.patients[0].save()
    monkeypatch.setattr(f"messaging.services.{line}", die)
    with pytest.raises(KeyboardInterrupt):
        step(house, invitation)
    monkeypatch.undo()
    assert sent(house) == []
    assert skips(house) == []
    with house.bound():
        assert not SurveyContact.objects.exists()
    assert step(house, invitation) == ("skipped" if line == "drop_messages" else "sent")
    assert len(sent(house)) + len(skips(house)) == 1


@REAL_COMMITS
def test_eight_workers_send_one_message(cast: Cast):
    house = cast.acme
    reachable(house, channels=(EMAIL, SMS))
    invitation = invited(house)

    def work(_: int) -> str:
        with bound(house.organization.pk):
            return take_step(invitation_id=invitation.pk, now=T0)

    assert sorted(at_once(8, work)) == [""] * 7 + ["sent"]
    assert len(sent(house)) == 1
    assert len(call_definer("cx_due_invitations", T0, 10)) == 0
    assert respondent_of(house).pk
