"""Delivery: leased, sent with nothing open, recorded; at least once, normally once, always under one Message-ID."""

import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from messaging import tasks
from messaging.models import BACK_OFF, LEASE, Attempt, GoLink, Message
from messaging.rendering import message_id
from messaging.services import deliver, delivery, queue_follow_up
from tests.conftest import T0, Cast, House
from tests.messaging.post import Inbox, queue_one, send_to, smtp_server, turned_away
from tests.steps import REAL_COMMITS, at_once, later


@pytest.fixture
def inbox(settings: Any) -> Iterator[Inbox]:
    """Run an SMTP server."""
    with smtp_server(settings) as running:
        yield running


def send(house: House, message: Message, *, at: datetime = T0) -> str:
    """Deliver at a moment."""
    with time_machine.travel(at, tick=False):
        return deliver(organization_id=house.organization.pk, message_id=message.pk)


def again(house: House, message: Message) -> Message:
    """Return the row as it is now."""
    with house.bound():
        return Message.objects.get(pk=message.pk)


def tries(house: House, message: Message) -> list[tuple[int, str, str]]:
    """Return the attempts in order: number, outcome, error."""
    with house.bound():
        rows = Attempt.objects.filter(message=message).order_by("at", "id")
        return list(rows.values_list("number", "outcome", "error"))


def test_an_accepted_message_is_sent_and_final(cast: Cast, inbox: Inbox) -> None:
    message = queue_one(cast.acme)
    assert send(cast.acme, message) == "sent"
    row = again(cast.acme, message)
    assert (row.state, row.attempts, row.final_at, row.leased_until) == ("sent", 1, T0, None)
    assert tries(cast.acme, message) == [(1, "sent", "")]
    assert inbox.ids == [message_id(message)]
    assert inbox.received[0]["To"] == "agent@acme.example"


def test_a_sent_message_is_never_sent_again(cast: Cast, inbox: Inbox) -> None:
    message = queue_one(cast.acme)
    send(cast.acme, message)
    assert send(cast.acme, message, at=later(days=1)) == ""
    assert len(inbox.received) == 1


def test_a_recipient_refused_for_good_fails_with_the_reason(cast: Cast, inbox: Inbox) -> None:
    inbox.rcpt = "550 no such person"
    message = queue_one(cast.acme)
    assert send(cast.acme, message) == "failed"
    row = again(cast.acme, message)
    assert (row.state, row.final_at, row.last_error) == ("failed", T0, "recipient refused [550]")
    assert tries(cast.acme, message) == [(1, "failed", "recipient refused [550]")]


@pytest.mark.parametrize(("step", "answer"), [("rcpt", "553 not here"), ("data", "554 spam"), ("data", "550 no")])
def test_a_permanent_refusal_is_final_and_somebody_else_must_be_told(
    cast: Cast, inbox: Inbox, step: str, answer: str
) -> None:
    setattr(inbox, step, answer)
    message = queue_one(cast.acme)
    assert send(cast.acme, message) == "failed"
    row = again(cast.acme, message)
    assert (row.state, row.final_at, row.needs_stand_in) == ("failed", T0, True)
    assert answer[:3] in row.last_error
    assert send(cast.acme, message, at=T0 + timedelta(days=1)) == ""


@pytest.mark.parametrize(
    ("step", "answer"),
    [("rcpt", "530 sign in first"), ("rcpt", "535 wrong password"), ("data", "530 sign in"), ("data", "503 order")],
)
def test_a_refusal_of_our_settings_is_tried_again_until_they_are_mended(
    cast: Cast, inbox: Inbox, step: str, answer: str
) -> None:
    setattr(inbox, step, answer)
    message = queue_one(cast.acme)
    assert send(cast.acme, message) == "queued"
    row = again(cast.acme, message)
    assert (row.state, row.next_try_at, row.needs_stand_in) == ("queued", T0 + BACK_OFF[0], False)
    assert answer[:3] in row.last_error
    inbox.rcpt = inbox.data = "250 OK"
    assert send(cast.acme, message, at=T0 + BACK_OFF[0]) == "sent"


def test_a_server_that_refuses_every_connection_is_tried_again(cast: Cast, settings: Any) -> None:
    with turned_away("554 no service here") as port:
        send_to(settings, port=port)
        message = queue_one(cast.acme)
        assert send(cast.acme, message) == "queued"
    assert again(cast.acme, message).last_error == "SMTPConnectError 554"


@pytest.mark.parametrize(("step", "answer"), [("rcpt", "451 come back"), ("data", "451 busy"), ("data", "421 full")])
def test_a_passing_refusal_is_tried_again_under_the_same_id(cast: Cast, inbox: Inbox, step: str, answer: str) -> None:
    setattr(inbox, step, answer)
    message = queue_one(cast.acme)
    assert send(cast.acme, message) == "queued"
    row = again(cast.acme, message)
    assert (row.state, row.next_try_at, row.leased_until) == ("queued", T0 + BACK_OFF[0], None)
    assert answer[:3] in row.last_error
    inbox.rcpt = inbox.data = "250 OK"
    assert send(cast.acme, message, at=T0 + BACK_OFF[0] - timedelta(seconds=1)) == ""
    assert send(cast.acme, message, at=T0 + BACK_OFF[0]) == "sent"
    assert inbox.ids == [message_id(message)]
    assert [outcome for _, outcome, _ in tries(cast.acme, message)] == ["later", "sent"]


def test_a_refused_connection_is_tried_ever_later_and_never_given_up(cast: Cast, settings: Any) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        send_to(settings, port=nobody.getsockname()[1])
        message, at = queue_one(cast.acme), T0
        for wait in (*BACK_OFF, BACK_OFF[-1], BACK_OFF[-1]):
            assert send(cast.acme, message, at=at) == "queued"
            row = again(cast.acme, message)
            assert (row.next_try_at - at, row.last_error) == (wait, "ConnectionRefusedError")
            at = row.next_try_at
    with smtp_server(settings) as inbox:
        assert send(cast.acme, message, at=at) == "sent"
        assert inbox.ids == [message_id(message)]


def test_a_silent_server_is_a_passing_fault(cast: Cast, settings: Any) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        send_to(settings, port=silent.getsockname()[1])
        settings.EMAIL_TIMEOUT = 0.05
        message = queue_one(cast.acme)
        assert send(cast.acme, message) == "queued"
    assert again(cast.acme, message).last_error in {"TimeoutError", "SMTPServerDisconnected"}


def test_a_worker_that_dies_after_sending_leaves_it_to_the_next_under_the_same_id(
    cast: Cast, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = queue_one(cast.acme)

    def die(*_: Any, **__: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(delivery, "_record", die)
        with pytest.raises(SystemExit):
            send(cast.acme, message)
    row = again(cast.acme, message)
    assert (row.state, row.leased_until) == ("queued", T0 + LEASE)
    assert send(cast.acme, message, at=T0 + LEASE - timedelta(seconds=1)) == ""
    assert send(cast.acme, message, at=T0 + LEASE) == "sent"
    assert inbox.ids == [message_id(message)] * 2
    assert again(cast.acme, message).attempts == 2


@REAL_COMMITS
def test_eight_workers_send_one_mail(cast: Cast, inbox: Inbox) -> None:
    message = queue_one(cast.acme)
    inbox.delay_s = 0.1
    states = at_once(8, lambda _: deliver(organization_id=cast.acme.organization.pk, message_id=message.pk))
    assert sorted(states) == [""] * 7 + ["sent"]
    assert inbox.ids == [message_id(message)]


def test_a_message_whose_nudge_was_lost_is_swept(cast: Cast, inbox: Inbox) -> None:
    queue_one(cast.acme)
    queue_one(cast.rival)
    with time_machine.travel(T0, tick=False):
        assert tasks.sweep_messages() == 2
        assert tasks.sweep_messages() == 0
    assert {message["To"] for message in inbox.received} == {"agent@acme.example", "agent@rival.example"}


def test_a_message_that_cannot_be_written_is_pushed_back_shown_and_stops_no_other(cast: Cast, inbox: Inbox) -> None:
    acme = cast.acme
    poison, good = queue_one(acme), queue_one(acme, role="supervisor")
    with acme.bound():
        GoLink.objects.filter(pk=poison.fields["go_link_id"]).delete()
    with time_machine.travel(T0, tick=False):
        assert tasks.sweep_messages() == 2
        assert tasks.sweep_messages() == 0
    row = again(acme, poison)
    assert (row.state, row.next_try_at, row.last_error) == ("queued", T0 + BACK_OFF[0], "DoesNotExist")
    assert tries(acme, poison) == [(1, "later", "DoesNotExist")]
    assert again(acme, good).state == "sent"


def test_the_same_occasion_queues_one_message_for_a_member(cast: Cast) -> None:
    acme = cast.acme
    with acme.bound():
        told = [
            queue_follow_up(
                organization_id=acme.organization.pk,
                members=[acme.members["agent"], acme.members["supervisor"]][:number],
                pseudonym="PX-7K3M-29QD",
                case_id=acme.program.pk,
                occasion="once",
                due_at=None,
                now=T0,
            )
            for number in (1, 2)
        ]
        assert told[0].items() <= told[1].items()
        assert Message.objects.count() == 2
        assert GoLink.objects.count() == 1


def test_another_tenants_message_cannot_be_delivered(cast: Cast, inbox: Inbox) -> None:
    message = queue_one(cast.acme)
    with time_machine.travel(T0, tick=False):
        assert deliver(organization_id=cast.rival.organization.pk, message_id=message.pk) == ""
    assert inbox.received == []
