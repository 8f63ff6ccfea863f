"""What mail providers report, by their id or by our Message-ID: bounces, complaints, unsubscribes."""

from typing import Any

import pytest
from anymail.signals import AnymailTrackingEvent, tracking
from django.core import mail

from messaging.models import Message
from tests.conftest import Cast, House
from tests.messaging.people import again, send, someone, stops, use_pocket, write_to
from tests.messaging.post import queue_one


@pytest.fixture(autouse=True)
def _caught(settings: Any) -> None:
    use_pocket(settings)


def mailed(house: House) -> Message:
    """Send one e-mail to somebody, and return it as it is stored."""
    message = write_to(house, someone(house), channel="email")
    assert send(house, message) == "sent"
    return again(house, message)


def report(message_id: str, event: str, reason: str | None = None) -> None:
    """Let the provider's webhook be read."""
    seen = AnymailTrackingEvent(
        event_type=event, message_id=message_id, reject_reason=reason, recipient="x@example.org"
    )
    tracking.send(sender=object, event=seen, esp_name="Some")


@pytest.mark.parametrize(
    ("event", "reason", "state", "stop"),
    [
        ("bounced", "bounced", "failed", [("email", "bounce")]),
        ("bounced", "invalid", "failed", [("email", "bounce")]),
        ("bounced", "timed_out", "failed", []),
        ("bounced", "other", "failed", []),
        ("rejected", "blocked", "failed", []),
        ("rejected", "spam", "failed", [("email", "complaint")]),
        ("rejected", "unsubscribed", "failed", [("email", "unsubscribed")]),
        ("failed", None, "failed", []),
        ("complained", None, "sent", [("email", "complaint")]),
        ("unsubscribed", None, "sent", [("email", "unsubscribed")]),
        ("deferred", None, "sent", []),
        ("delivered", None, "sent", []),
        ("opened", None, "sent", []),
    ],
)
def test_an_event_is_acted_on(
    cast: Cast, event: str, reason: str | None, state: str, stop: list[tuple[str, str]]
) -> None:
    message = mailed(cast.acme)
    for _ in range(2):
        report(message.provider_id, event, reason)
    row = again(cast.acme, message)
    assert (row.state, row.needs_stand_in) == (state, state == "failed")
    assert stops(cast.acme) == stop


def test_our_message_id_is_what_is_known_where_the_provider_gives_none(cast: Cast) -> None:
    message = mailed(cast.acme)
    assert f"<{message.provider_id}>" == mail.outbox[0].message()["Message-ID"]
    report(f"<{message.provider_id}>", "complained")
    assert stops(cast.acme) == [("email", "complaint")]


def test_events_of_others_change_nothing(cast: Cast) -> None:
    message = mailed(cast.acme)
    for message_id in ("", "<>", "somebody-elses", None):
        report(message_id, "bounced", "bounced")  # type: ignore[arg-type]
    assert again(cast.acme, message).state == "sent"
    assert stops(cast.acme) == []


def test_a_bounce_of_a_staff_message_asks_for_a_stand_in_and_stops_nobody(cast: Cast) -> None:
    message = queue_one(cast.acme)
    assert send(cast.acme, message) == "sent"
    report(again(cast.acme, message).provider_id, "bounced", "bounced")
    row = again(cast.acme, message)
    assert (row.state, row.needs_stand_in) == ("failed", True)
    assert stops(cast.acme) == []
