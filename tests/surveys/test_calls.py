"""The call list: due, callable now, answers on the telephone, not reached, declined."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from patients.services import place_hold
from surveys.invitations.calls import next_business_day
from surveys.models import CallTask, Invitation, Response
from tenants.models import AuditEntry
from tests.conftest import Cast, House
from tests.surveys.invited import PHONE, consent, fresh, invited, respondent_of


@pytest.fixture
def agent(client, cast: Cast):
    client.force_login(cast.acme.members["agent"].user)
    return client


def due_call(house: House, *, place: int = 0, zone: str = "") -> CallTask:
    """Put a call on the list; its respondent lives where it is noon now unless `zone` says otherwise."""
    now, patient = timezone.now(), house.patients[place]
    invitation = invited(house, patient, now=now)
    with house.bound():
        respondent = patient.answering.get().respondent
        type(respondent).objects.filter(pk=respondent.pk).update(time_zone=zone or at_noon(now))
        Invitation.objects.filter(pk=invitation.pk).update(
            invited_at=now, step="expire", next_step_at=now + timedelta(days=9)
        )
        return CallTask.objects.create(
            organization=house.organization, invitation=invitation, partner_id=patient.partner_id, due_at=now
        )


def at_noon(now: datetime, *, hours: int = 12) -> str:
    """Return a zone where the clock shows about `hours` now."""
    off = (hours - now.astimezone(UTC).hour) % 24
    return f"Etc/GMT{-off:+d}" if off <= 12 else f"Etc/GMT{24 - off:+d}"


def page(client, name: str, *args, **form):
    return client.post(reverse(f"surveys:{name}", args=["acme", *args]), form)


def listed(client) -> str:
    html: str = client.get(reverse("surveys:calls", args=["acme"])).content.decode()
    return html


def test_list_says_who_may_be_called_now(agent, cast: Cast):
    house = cast.acme
    assert "No call is due" in listed(agent)
    due_call(house)
    due_call(house, place=1, zone=at_noon(timezone.now(), hours=3))
    html = listed(agent)
    assert house.patients[0].pseudonym in html
    assert "from 08:00 there" in html
    assert html.count("disabled") == 1


def test_partner_sees_its_own_calls_only(client, cast: Cast):
    house = cast.acme
    mine, theirs = due_call(house), due_call(house, place=1)
    client.force_login(house.members["north_agent"].user)
    html = listed(client)
    assert house.patients[0].pseudonym in html
    assert house.patients[1].pseudonym not in html
    assert page(client, "start_call", theirs.pk).status_code == 404
    assert page(client, "start_call", mine.pk).status_code == 303


def test_answers_on_the_telephone_are_the_patients_pages_and_say_who_typed(agent, cast: Cast):
    house = cast.acme
    task = due_call(house)
    door = page(agent, "start_call", task.pk)["Location"]
    opened = agent.get(door, headers={"accept-encoding": "gzip"})
    html = opened.content.decode()
    assert f"On the telephone with {house.patients[0].pseudonym}" in html
    url = door
    for _ in range(12):
        shown = agent.get(url)
        token = shown.content.decode().partition('name="_form" value="')[2].partition('"')[0]
        if not token:
            break
        asked = {"prepared": "yes"} if 'name="prepared"' in shown.content.decode() else {}
        form = {"_form": token, "_go": "next", **asked}
        saved = agent.post(url, form)
        assert saved.status_code == 303
        url = door + saved["Location"]
    assert "The answers are saved" in shown.content.decode()
    with house.bound():
        response = Response.objects.get()
        assert (response.mode, response.submitted_at is not None) == ("phone", True)
        done = CallTask.objects.get()
        assert (done.outcome, done.done_by_id) == ("answered", house.members["agent"].pk)
        actions = set(AuditEntry.objects.filter(actor=house.members["agent"]).values_list("action", flat=True))
    assert {"surveys.call.started", "surveys.call.answered"} <= actions
    assert fresh(house, task.invitation).next_step_at is None


def test_door_is_for_the_one_who_opened_it(agent, client, cast: Cast):
    house = cast.acme
    task = due_call(house)
    door = page(agent, "start_call", task.pk)["Location"]
    client.force_login(house.members["supervisor"].user)
    assert client.get(door).status_code == 303
    assert client.get(door.replace("/ask/", "/ask/x")).status_code == 303
    client.force_login(cast.rival.members["admin"].user)
    assert client.get(door).status_code == 404


def test_form_without_its_token_saves_nothing(agent, cast: Cast):
    task = due_call(cast.acme)
    door = page(agent, "start_call", task.pk)["Location"]
    assert agent.post(door, {"prepared": "no"}).status_code == 400
    with cast.acme.bound():
        assert not Response.objects.exists()


@pytest.mark.parametrize("why", ["hold", "status", "refused", "program"])
def test_call_that_is_no_longer_right_is_not_started(agent, cast: Cast, why):
    house = cast.acme
    task, patient = due_call(house), house.patients[0]
    with house.bound():
        if why == "hold":
            place_hold(patient_id=patient.pk, source_id=patient.pk, now=timezone.now())
        elif why == "status":
            type(patient).objects.filter(pk=patient.pk).update(contact_status="withdrawn")
        elif why == "refused":
            consent(house, respondent_of(house), PHONE, ("survey",), given=False)
        else:
            type(house.program).objects.filter(pk=house.program.pk).update(is_active=False)
    answered = agent.post(reverse("surveys:start_call", args=["acme", task.pk]), follow=True)
    assert "Do not call now" in answered.content.decode()


def test_not_reached_comes_back_next_business_day_three_times_at_most(agent, cast: Cast):
    house = cast.acme
    task = due_call(house)
    for tries in range(3):
        page(agent, "end_call", task.pk, do="not_reached", tries=tries)
    with house.bound():
        after = CallTask.objects.get()
    assert (after.tries, after.outcome) == (3, "not_reached")
    assert after.due_at > timezone.now()


def test_two_agents_note_one_try(agent, cast: Cast):
    task = due_call(cast.acme)
    for _ in range(2):
        page(agent, "end_call", task.pk, do="not_reached", tries=0)
    page(agent, "end_call", task.pk, do="not_reached", tries="x")
    with cast.acme.bound():
        assert CallTask.objects.get().tries == 1


def test_whoever_declines_is_not_asked_again(agent, client, cast: Cast):
    house = cast.acme
    task = due_call(house)
    page(agent, "end_call", task.pk, do="declined")
    after = fresh(house, task.invitation)
    assert (after.ended_as, after.next_step_at) == ("revoked", None)
    with house.bound():
        assert CallTask.objects.get().outcome == "declined"
    assert "no longer open" in client.get(f"/s/{task.invitation.token}/").content.decode()


@pytest.mark.parametrize(
    ("now", "back"),
    [
        (datetime(2026, 3, 5, 22, 0, tzinfo=UTC), datetime(2026, 3, 6, 14, 0, tzinfo=UTC)),  # Thursday → Friday
        (datetime(2026, 3, 6, 22, 0, tzinfo=UTC), datetime(2026, 3, 9, 13, 0, tzinfo=UTC)),  # over the change of clocks
        (datetime(2026, 3, 7, 4, 0, tzinfo=UTC), datetime(2026, 3, 9, 13, 0, tzinfo=UTC)),  # still Friday there
    ],
)
def test_next_business_day_is_that_of_the_respondent(now, back):
    assert next_business_day(now, zone="America/New_York") == back


def test_list_takes_as_many_queries_for_many(agent, cast: Cast):
    house = cast.acme
    due_call(house)
    with CaptureQueriesContext(connection) as few:
        listed(agent)
    for _ in range(15):
        due_call(house)
    with CaptureQueriesContext(connection) as many:
        listed(agent)
    assert len(many) == len(few)
