"""The table of what must not be sent: every channel, purpose and template against everything that forbids it."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from django.core import mail

from messaging.models import Message, Purpose, Stop
from messaging.services import deliver, drop_messages, erase_addresses, stop_owner
from tenants.models import Program
from tests.conftest import T0, Cast, House
from tests.messaging.people import Pocket, again, send, someone, use_pocket, write_to
from tests.steps import later

CHANNELS = ("sms", "email")
TEMPLATES = ("invitation", "reminder", "outcome")
NIGHT = T0.replace(hour=2)  # 21:00 in New York, the evening before


@pytest.fixture(autouse=True)
def pocket(settings: Any) -> type[Pocket]:
    """Catch everything."""
    return use_pocket(settings)


def left() -> int:
    """Return how many messages left by any channel."""
    return len(Pocket.sent) + len(mail.outbox)


def stopped(reason: str) -> Callable[[House, UUID, str], None]:
    """Return what stops every address of somebody."""

    def stop(house: House, owner: UUID, channel: str) -> None:
        stop_owner(organization_id=house.organization.pk, owner_id=owner, reason=reason, source_id=None, now=T0)

    return stop


def taken_back(reason: str) -> Callable[[House, UUID, str], None]:
    """Return what drops the messages to somebody."""

    def drop(house: House, owner: UUID, channel: str) -> None:
        assert drop_messages(reason=reason, now=T0, owner_id=owner) == 1

    return drop


def bounced(house: House, owner: UUID, channel: str) -> None:
    """Let the address of this channel have bounced."""
    stop_owner(
        organization_id=house.organization.pk,
        owner_id=owner,
        reason=Stop.Reason.BOUNCE,
        source_id=None,
        now=T0,
        channels=[channel],
    )


def erased(house: House, owner: UUID, channel: str) -> None:
    """Erase every address of somebody."""
    assert erase_addresses(owner_id=owner, now=T0) == 2


def switched_off(house: House, owner: UUID, channel: str) -> None:
    """Switch the program off."""
    Program.objects.filter(pk=house.program.pk).update(is_active=False)


FORBIDDEN: dict[str, tuple[Callable[[House, UUID, str], None], str]] = {
    **{f"stop: {reason}": (stopped(reason), "stopped") for reason in Stop.Reason.values if reason != "bounce"},
    "bounced": (bounced, "stopped"),
    "erased": (erased, "erased"),
    "consent taken back": (taken_back("consent"), "consent"),
    "status": (taken_back("status"), "status"),
    "revoked": (taken_back("revoked"), "revoked"),
    "program off": (switched_off, "revoked"),
}


# In turn one of the channels; the other is looked at with the whole tables.
BOTH = [
    pytest.param(channel, what, marks=[pytest.mark.thorough] if (place + number) % 2 else [])
    for place, channel in enumerate(CHANNELS)
    for number, what in enumerate(FORBIDDEN)
]


@pytest.mark.parametrize(("channel", "what"), BOTH)
def test_what_is_forbidden_does_not_leave_and_says_why(cast: Cast, channel: str, what: str) -> None:
    forbid, code = FORBIDDEN[what]
    queued: list[Message] = []
    for purpose, template in product(Purpose.values, TEMPLATES):
        owner = someone(cast.acme, sms=f"+1312555{len(queued):04}", email=f"p{len(queued)}@example.org")
        queued.append(write_to(cast.acme, owner, channel=channel, purpose=purpose, template=template))
        with cast.acme.bound():
            forbid(cast.acme, owner, channel)
    for message in queued:
        assert send(cast.acme, message, at=later(seconds=1)) in {"", "dropped"}
        row = again(cast.acme, message)
        assert (row.state, row.last_error, row.final_at is not None) == ("dropped", code, True)
        assert send(cast.acme, message, at=later(days=2)) == ""
    assert left() == 0


@pytest.mark.parametrize(("channel", "template"), list(product(CHANNELS, TEMPLATES)))
def test_an_expired_message_does_not_leave(cast: Cast, channel: str, template: str) -> None:
    message = write_to(
        cast.acme, someone(cast.acme), channel=channel, template=template, expires_at=T0 + timedelta(hours=1)
    )
    assert send(cast.acme, message, at=T0 + timedelta(hours=1)) == "dropped"
    assert again(cast.acme, message).last_error == "expired"
    assert left() == 0


@pytest.mark.parametrize(("channel", "template"), list(product(CHANNELS, TEMPLATES)))
def test_nothing_leaves_in_quiet_hours_and_everything_does_at_8(cast: Cast, channel: str, template: str) -> None:
    owner = someone(cast.acme)
    message = write_to(cast.acme, owner, channel=channel, template=template, now=NIGHT)
    eight = T0.replace(hour=13)
    assert message.next_try_at == eight
    assert send(cast.acme, message, at=eight - timedelta(seconds=1)) == ""
    assert left() == 0
    assert send(cast.acme, message, at=eight) == "sent"
    assert left() == 1


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_retry_that_falls_into_quiet_hours_waits_without_counting_as_a_try(cast: Cast, channel: str) -> None:
    message = write_to(cast.acme, someone(cast.acme), channel=channel)
    with cast.acme.bound():
        Message.objects.update(next_try_at=NIGHT, attempts=3)
    assert send(cast.acme, message, at=NIGHT) == "queued"
    row = again(cast.acme, message)
    assert (row.next_try_at, row.attempts, row.leased_until) == (T0.replace(hour=13), 3, None)
    assert left() == 0


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_nothing_forbids_leaves(cast: Cast, channel: str) -> None:
    for purpose, template in product(Purpose.values, TEMPLATES):
        message = write_to(cast.acme, someone(cast.acme), channel=channel, purpose=purpose, template=template)
        assert send(cast.acme, message) == "sent"
    assert left() == len(Purpose.values) * len(TEMPLATES)


def test_a_bounce_of_a_text_does_not_stop_calls_or_mail(cast: Cast) -> None:
    owner = someone(cast.acme)
    with cast.acme.bound():
        bounced(cast.acme, owner, "sms")
    assert send(cast.acme, write_to(cast.acme, owner, channel="email")) == "sent"


def test_somebody_elses_stop_in_another_organization_holds_nothing_back(cast: Cast) -> None:
    theirs, ours = someone(cast.rival), someone(cast.acme)
    with cast.rival.bound():
        stopped("word")(cast.rival, theirs, "sms")
    message = write_to(cast.acme, ours)
    assert send(cast.acme, message) == "sent"


def test_a_message_on_its_way_when_it_is_dropped_is_not_tried_again(cast: Cast) -> None:
    message = write_to(cast.acme, someone(cast.acme))
    with cast.acme.bound():
        leased = Message.objects.lease(message.pk, now=T0)
        assert leased is not None
        assert drop_messages(reason="consent", now=T0, about_id=message.about_id) == 0
        leased.try_later("busy", now=T0)
    assert send(cast.acme, message, at=later(seconds=5)) == "dropped"
    assert left() == 0


def test_only_what_is_named_is_dropped(cast: Cast) -> None:
    owner, other = someone(cast.acme), someone(cast.acme)
    kept = [write_to(cast.acme, owner, purpose="follow_up"), write_to(cast.acme, owner, channel="email")]
    kept.append(write_to(cast.acme, other))
    gone = write_to(cast.acme, owner)
    with cast.acme.bound():
        dropped = drop_messages(reason="consent", now=T0, owner_id=owner, purposes=["survey"], channels=["sms"])
        assert dropped == 1
        with pytest.raises(ValueError, match="name"):
            drop_messages(reason="consent", now=T0, purposes=["survey"])
    assert again(cast.acme, gone).state == "dropped"
    assert {again(cast.acme, message).state for message in kept} == {"queued"}


def test_another_tenants_message_to_a_respondent_cannot_be_delivered(cast: Cast) -> None:
    message = write_to(cast.acme, someone(cast.acme))
    assert deliver(organization_id=cast.rival.organization.pk, message_id=message.pk, now=T0) == ""
    assert left() == 0
