"""Journeys: what follows from an event, how they are changed, and the dry run."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cxplatform.lib.tenancy import bound
from patients.models import Touchpoint
from surveys import tasks
from surveys.invitations import plan_touchpoint
from surveys.invitations.dry_run import dry_run
from surveys.models import Invitation, Occasion
from surveys.plans import save_occasion
from tenants.models import AuditEntry
from tests.conftest import T0, Cast, House
from tests.steps import REAL_COMMITS, at_once, later
from tests.surveys.invited import (
    EMAIL,
    consent,
    happens,
    invited,
    journey,
    planned,
    reachable,
    respondent_of,
    sent,
    skips,
    step,
)


@pytest.fixture
def admin(client, cast: Cast):
    client.force_login(cast.acme.members["admin"].user)
    return client


def made(house: House) -> list[Invitation]:
    with house.bound():
        return list(Invitation.objects.order_by("pk"))


def test_event_invites_once_for_each_journey(cast: Cast):
    house = cast.acme
    journey(house, delay_days=2)
    journey(house, survey="support_experience", delay_days=0)
    journey(house, touchpoint="trained")
    event = happens(house)
    with house.bound():
        first = plan_touchpoint(touchpoint_id=event.pk, now=T0)
        assert plan_touchpoint(touchpoint_id=event.pk, now=T0) == []
        Touchpoint.objects.filter(pk=event.pk).update(plan_pending=True)  # as if a worker had died in between
        plan_touchpoint(touchpoint_id=event.pk, now=T0)
    assert sorted(each.next_step_at for each in first if each.next_step_at) == [T0, later(days=2)]
    assert len(made(house)) == 2
    assert {(each.source, each.step) for each in made(house)} == {("journey", "invite")}


@pytest.mark.parametrize(
    ("over", "count"),
    [
        ({"is_active": False}, 0),
        ({"since": T0 + timedelta(seconds=1)}, 0),
        ({"since": T0}, 1),
        ({"since": None}, 1),
    ],
)
def test_journey_that_is_off_or_too_young_invites_nobody(cast: Cast, over, count):
    journey(cast.acme, **over)
    assert len(planned(cast.acme)) == count


def test_backfill_invites_nobody(cast: Cast):
    journey(cast.acme)
    assert planned(cast.acme, is_backfill=True) == []
    assert made(cast.acme) == []


def test_event_of_another_program_is_no_event_of_this_journey(cast: Cast):
    journey(cast.acme)
    assert planned(cast.rival) == []


def test_event_told_late_is_sent_at_once_and_too_late_not_at_all(cast: Cast):
    house = cast.acme
    journey(house, delay_days=1, expire_days=21)
    (late,) = planned(house, at=T0, now=later(days=10))
    assert late.next_step_at == later(days=10)
    assert planned(house, at=T0, now=later(days=22, hours=1), source_id="b") == []
    assert skips(house) == [("invite", "too_late")]


def test_invitation_that_no_worker_came_by_in_time_is_not_sent(cast: Cast):
    house = cast.acme
    reachable(house)
    journey(house, delay_days=1, expire_days=21)
    (invitation,) = planned(house)
    assert step(house, invitation, now=later(days=23)) == "skipped"
    assert skips(house) == [("invite", "too_late")]


def test_paused_patient_is_left_out_with_a_reason(cast: Cast):
    house = cast.acme
    journey(house)
    with house.bound():
        type(house.patients[0]).objects.filter(pk=house.patients[0].pk).update(contact_status="paused")
    assert planned(house) == []
    assert skips(house) == [("invite", "status")]


def test_sweep_plans_what_no_nudge_reached_and_goes_past_a_bad_row(cast: Cast, monkeypatch):
    house = cast.acme
    journey(house)
    bad, good = happens(house), happens(house, patient=house.patients[1])
    real = plan_touchpoint

    def plan(*, touchpoint_id, now):
        if touchpoint_id == bad.pk:
            raise RuntimeError
        return real(touchpoint_id=touchpoint_id, now=now)

    monkeypatch.setattr("surveys.invitations.plan_touchpoint", plan)
    tasks.sweep_touchpoints()
    assert [each.touchpoint_id for each in made(house)] == [good.pk] or made(house) == []
    with house.bound():
        assert Touchpoint.objects.get(pk=bad.pk).plan_pending
        assert not Touchpoint.objects.get(pk=good.pk).plan_pending


@REAL_COMMITS
def test_eight_workers_plan_an_event_once(cast: Cast):
    house = cast.acme
    journey(house)
    event = happens(house)

    def work(_: int) -> int:
        with bound(house.organization.pk):
            return len(plan_touchpoint(touchpoint_id=event.pk, now=T0))

    assert sorted(at_once(8, work)) == [0] * 7 + [1]
    assert len(made(house)) == 1


# --- the editor ---


def form_of(house: House, **over):
    usual = {
        "program": house.program.pk,
        "touchpoint": "onboarding_completed",
        "delay_days": "2",
        "first_reminder": "3",
        "second_reminder": "7",
        "call_after_days": "10",
        "expire_days": "21",
        "is_active": "on",
    }
    return {**usual, **over}


def add(client, house: House, **over):
    return client.post(reverse("surveys:add_occasion", args=["acme", "pulse_5"]), form_of(house, **over))


def change(client, journey: Occasion, **over):
    url = reverse("surveys:change_occasion", args=["acme", "pulse_5", journey.pk])
    names = ("delay_days", "first_reminder", "second_reminder", "call_after_days", "expire_days", "is_active")
    usual = dict(zip(names, ("1", "3", "7", "10", "21", "on"), strict=True))
    return client.post(url, {f"{journey.pk.hex}-{name}": value for name, value in {**usual, **over}.items() if value})


def stored(house: House) -> list[Occasion]:
    with house.bound():
        return list(Occasion.objects.order_by("pk"))


def test_journey_is_added_with_all_its_days_and_audited(admin, cast: Cast):
    assert add(admin, cast.acme).status_code == 303
    (journey,) = stored(cast.acme)
    assert (journey.delay_days, journey.reminder_days, journey.call_after_days, journey.expire_days) == (
        2,
        [3, 7],
        10,
        21,
    )
    assert journey.is_active
    assert journey.since is not None
    with cast.acme.bound():
        entry = AuditEntry.objects.get()
    assert (entry.action, entry.changes["reminder_days"]) == ("surveys.occasion.created", [3, 7])
    html = admin.get(reverse("surveys:survey", args=["acme", "pulse_5"])).content.decode()
    assert "onboarding completed" in html


def test_days_may_be_left_out(admin, cast: Cast):
    add(admin, cast.acme, first_reminder="", second_reminder="", call_after_days="")
    (journey,) = stored(cast.acme)
    assert (journey.reminder_days, journey.call_after_days) == ([], None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"first_reminder": "7", "second_reminder": "7"},
        {"first_reminder": "", "second_reminder": "7"},
        {"call_after_days": "7"},
        {"expire_days": "10"},
        {"expire_days": ""},
        {"expire_days": "999"},
        {"delay_days": "-1"},
        {"first_reminder": "0"},
        {"program": "x"},
        {"touchpoint": "moon"},
    ],
)
def test_days_out_of_order_are_refused_and_kept_on_the_page(admin, cast: Cast, wrong):
    response = add(admin, cast.acme, **wrong)
    assert response.status_code == 422
    assert f'value="{wrong.get("delay_days", 2)}"' in response.content.decode()
    assert stored(cast.acme) == []


def test_switching_on_again_leaves_out_what_happened_meanwhile(cast: Cast):
    house = cast.acme
    line, by = journey(house, since=T0), house.members["admin"]
    with house.bound():
        line.is_active = False
        save_occasion(occasion=line, by=by, now=later(days=1))
        assert line.since == T0
        line.is_active = True
        save_occasion(occasion=line, by=by, now=later(days=9))
        assert line.since == later(days=9)
    assert planned(house, at=later(days=5), now=later(days=9)) == []


def test_changed_days_hold_for_invitations_under_way(admin, cast: Cast):
    house = cast.acme
    reachable(house)
    line = journey(house, delay_days=0, reminder_days=[3])
    (invitation,) = planned(house)
    step(house, invitation)
    assert change(admin, line, first_reminder="3", second_reminder="5").status_code == 303
    step(house, invitation, now=later(days=3))
    with house.bound():
        assert Invitation.objects.get().next_step_at == later(days=5)


def test_bad_change_is_refused_and_shown_on_its_line(admin, cast: Cast):
    line = journey(cast.acme)
    response = change(admin, line, expire_days="5")
    assert response.status_code == 422
    assert "Enter a later day than all the others." in response.content.decode()
    assert stored(cast.acme)[0].expire_days == 21


# --- the dry run ---


def test_dry_run_says_who_would_have_been_asked_and_why_others_not(cast: Cast):
    house, now = cast.acme, later(days=80)
    reachable(house)
    line = journey(house, since=now)
    for number, days in enumerate((1, 10, 40, 75)):
        happens(house, at=later(days=days), source_id=str(number))
    happens(house, at=later(days=5), patient=house.patients[1])
    with house.bound():
        run = dry_run(Occasion.objects.select_related("program__organization", "survey").get(pk=line.pk), now=now)
    assert (run.events, run.invited) == (5, 3)
    assert dict(run.skipped) == {"Asked within the last days already": 1, "No consent for surveys on any channel": 1}
    assert [(day.invited, day.skipped) for day in run.by_day] == [(1, 0), (1, 0), (0, 1), (0, 1), (1, 0)]
    assert made(house) == []
    assert skips(house) == []


def test_dry_run_agrees_with_what_then_happens(cast: Cast):
    """The forecast and the gates are two programs; whatever the situation, they must say the same."""
    house = cast.acme
    line = journey(house, delay_days=0)
    situations = {
        "nobody agreed": lambda: None,
        "no address": lambda: consent(house, respondent_of(house), EMAIL, ("survey",)),
        "reachable": lambda: reachable(house),
        "asked before": lambda: step(house, invited(house, now=later(days=2)), now=later(days=2)),
    }
    for number, (name, arrange) in enumerate(situations.items()):
        arrange()
        at = later(days=3 + 2 * number)
        event = happens(house, at=at, source_id=str(number))
        with house.bound():
            found = Occasion.objects.select_related("program__organization", "survey").get(pk=line.pk)
            run = dry_run(found, now=at, days=1)
            forecast = dict(run.skipped)
            (invitation,) = plan_touchpoint(touchpoint_id=event.pk, now=at)
        step(house, invitation, now=at)
        with house.bound():
            real = {skip.get_reason_display(): 1 for skip in invitation.skips.all()}
        assert (name, forecast) == (name, real)


def test_dry_run_is_shown_in_words_with_the_same_queries_for_many_events(client, cast: Cast):
    house = cast.acme
    client.force_login(house.members["supervisor"].user)
    reachable(house)
    line = journey(house)
    url = reverse("surveys:try_occasion", args=["acme", "pulse_5", line.pk])
    assert "No such event" in client.get(url).content.decode()
    just_now = timezone.now() - timedelta(days=2)
    happens(house, at=just_now)
    with CaptureQueriesContext(connection) as few:
        client.get(url)
    for number in range(20):
        happens(house, at=just_now - timedelta(hours=number + 1), source_id=str(number))
    with CaptureQueriesContext(connection) as many:
        html = client.get(url).content.decode()
    assert "21 events" in html
    assert len(many) == len(few)
    assert sent(house) == []
