"""A stop acts at once on the address, whoever it serves; races leave one stop and nothing to send."""

from smtplib import SMTPRecipientsRefused
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from messaging.channels.outcome import Outcome
from messaging.models import Address, Message, Stop
from messaging.services import (
    AddressStopped,
    NoAddress,
    deliver,
    keep_address,
    lift_stops,
    stop_address,
    stop_owner,
    stops_of,
    usable_channels,
)
from messaging.vault import fingerprint
from tenants.models.audit import AuditEntry
from tests.conftest import T0, Cast, House
from tests.messaging.people import NUMBER, Pocket, again, send, someone, stops, use_pocket, write_to
from tests.steps import REAL_COMMITS, at_once, later


@pytest.fixture(autouse=True)
def pocket(settings: Any) -> type[Pocket]:
    """Catch everything."""
    return use_pocket(settings)


def stop(house: House, *, reason: str = "word", channel: str = "sms", value: str = NUMBER) -> bool:
    """Stop one address."""
    return stop_address(
        organization_id=house.organization.pk,
        channel=channel,
        fingerprint=fingerprint(channel, value),
        reason=reason,
        source_id=None,
        now=T0,
    )


def test_a_number_that_serves_three_is_stopped_for_all_of_them(cast: Cast) -> None:
    people = [someone(cast.acme, partner=code) for code in ("north", "north", "south")]
    queued = [write_to(cast.acme, owner) for owner in people]
    mailed = write_to(cast.acme, people[0], channel="email")
    with cast.acme.bound():
        assert (
            stop_owner(
                organization_id=cast.acme.organization.pk,
                owner_id=people[0],
                reason="word",
                source_id=None,
                now=T0,
                channels=["sms"],
            )
            == 1
        )
        assert [usable_channels(owner_id=owner, channels=["sms", "email"]) for owner in people] == [["email"]] * 3
    assert {again(cast.acme, message).last_error for message in queued} == {"stopped"}
    assert again(cast.acme, mailed).state == "queued"
    for owner in people:
        with pytest.raises(AddressStopped):
            write_to(cast.acme, owner)


def test_a_stop_reaches_what_a_confined_member_cannot_see_when_it_is_delivered(cast: Cast) -> None:
    north, south = cast.acme.partners["north"], cast.acme.partners["south"]
    hidden = write_to(cast.acme, someone(cast.acme, partner="south"), partner_id=south.pk)
    with cast.acme.bound(north):
        assert stop(cast.acme)
    assert send(cast.acme, hidden) == "dropped"
    assert Pocket.sent == []


def test_stopping_again_changes_nothing_and_lifting_is_audited(cast: Cast) -> None:
    owner = someone(cast.acme)
    with cast.acme.bound():
        assert [stop(cast.acme), stop(cast.acme, reason="wish")] == [True, False]
        assert [row.reason for row in stops_of(owner)] == ["word"]
        assert lift_stops(owner_id=owner, by=cast.acme.members["admin"], now=later(days=1)) == 1
        assert lift_stops(owner_id=owner, by=cast.acme.members["admin"], now=later(days=1)) == 0
        assert stops_of(owner) == []
        entry = AuditEntry.objects.get(action="messaging.stop.lifted")
        assert (entry.actor, entry.changes["reason"]) == (cast.acme.members["admin"], "word")
    assert send(cast.acme, write_to(cast.acme, owner)) == "sent"


def test_a_wish_takes_the_place_of_a_bounce_and_a_bounce_never_of_a_wish(cast: Cast) -> None:
    owner = someone(cast.acme)
    with cast.acme.bound():
        assert stop(cast.acme, reason="bounce")
        assert usable_channels(owner_id=owner, channels=["sms", "email"]) == ["email"]
        assert stop(cast.acme, reason="word")
        assert not stop(cast.acme, reason="bounce")
    assert stops(cast.acme) == [("sms", "word")]


def test_a_number_that_takes_no_texts_can_be_called_but_not_after_a_stop(cast: Cast) -> None:
    owner = someone(cast.acme)
    with cast.acme.bound():
        keep_address(
            organization_id=cast.acme.organization.pk,
            partner_id=None,
            owner_id=owner,
            channel="phone",
            value="(312) 555-0142",
            now=T0,
        )
        stop(cast.acme, reason="bounce")
        assert usable_channels(owner_id=owner, channels=["phone", "sms"]) == ["phone"]
        stop(cast.acme)
        assert usable_channels(owner_id=owner, channels=["phone", "sms"]) == []


def test_an_older_address_serves_after_a_bounce_and_never_gets_round_a_stop(cast: Cast) -> None:
    owner = someone(cast.acme)
    with cast.acme.bound():
        keep_address(
            organization_id=cast.acme.organization.pk,
            partner_id=None,
            owner_id=owner,
            channel="sms",
            value="+13125550199",
            now=later(days=1),
        )
        stop(cast.acme, value="+13125550199", reason="bounce")
    message = write_to(cast.acme, owner)
    assert bytes(again(cast.acme, message).fingerprint or b"") == fingerprint("sms", NUMBER)
    with cast.acme.bound():
        stop(cast.acme, value="+13125550199", reason="word")
        assert usable_channels(owner_id=owner, channels=["sms"]) == []
    with pytest.raises(AddressStopped):
        write_to(cast.acme, owner)


def test_without_an_address_nothing_is_queued(cast: Cast) -> None:
    with pytest.raises(NoAddress):
        write_to(cast.acme, uuid4())
    with pytest.raises(ValueError, match="phone"):
        write_to(cast.acme, someone(cast.acme), channel="phone")


def test_the_same_occasion_queues_once(cast: Cast) -> None:
    owner = someone(cast.acme)
    first, second = (write_to(cast.acme, owner, occasion="once", channel=way) for way in ("sms", "email"))
    assert first.pk == second.pk
    with cast.acme.bound():
        assert Message.objects.count() == 1


def test_a_message_refused_for_good_asks_for_another_way_and_a_dead_address_is_stopped(cast: Cast) -> None:
    Pocket.answer = Outcome("failed", "Twilio 21614", is_dead=True)
    first, second = (write_to(cast.acme, someone(cast.acme)) for _ in range(2))
    assert send(cast.acme, first) == "failed"
    assert stops(cast.acme) == [("sms", "bounce")]
    rows = [again(cast.acme, message) for message in (first, second)]
    assert [(row.state, row.needs_stand_in) for row in rows] == [("failed", True), ("dropped", True)]


def test_one_passing_fault_stops_nothing(cast: Cast, settings: Any) -> None:
    settings.SMS_BACKEND = "nowhere.AtAll"
    message = write_to(cast.acme, someone(cast.acme))
    assert send(cast.acme, message) == "queued"
    assert stops(cast.acme) == []
    assert not again(cast.acme, message).needs_stand_in


@pytest.mark.parametrize("said", [b"5.7.1 blocked", b"5.1.1 no such mailbox"])
def test_a_mailbox_that_does_not_exist_is_stopped_and_a_policy_is_not(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    def refuse(*_: Any) -> int:
        raise SMTPRecipientsRefused({"ann@example.org": (550, said)})

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    message = write_to(cast.acme, someone(cast.acme), channel="email")
    assert send(cast.acme, message) == "failed"
    assert again(cast.acme, message).needs_stand_in
    assert stops(cast.acme) == ([("email", "bounce")] if said.startswith(b"5.1.1") else [])


@REAL_COMMITS
def test_two_stops_at_once_leave_one(cast: Cast) -> None:
    owner = someone(cast.acme)
    queued = [write_to(cast.acme, owner, about_id=uuid4()) for _ in range(5)]

    def act(place: int) -> bool:
        with cast.acme.bound():
            return stop(cast.acme, reason=("word", "unsubscribed")[place % 2])

    assert sorted(at_once(8, act)) == [False] * 7 + [True]
    assert len(stops(cast.acme)) == 1
    assert {again(cast.acme, message).state for message in queued} == {"dropped"}


@REAL_COMMITS
def test_a_stop_against_a_delivery_either_sends_or_drops_and_nothing_leaves_afterwards(cast: Cast) -> None:
    owner = someone(cast.acme)
    queued = [write_to(cast.acme, owner, now=T0) for _ in range(8)]
    with cast.acme.bound():
        Message.objects.update(time_zone="UTC", next_try_at=T0)

    def act(place: int) -> str:
        if place == 0:
            with cast.acme.bound():
                return str(stop(cast.acme))
        return deliver(organization_id=cast.acme.organization.pk, message_id=queued[place].pk, now=T0)

    states = at_once(8, act)
    assert states[0] == "True"
    assert set(states[1:]) <= {"sent", "dropped", ""}
    left = len(Pocket.sent)
    assert left == states[1:].count("sent")
    for message in queued:
        deliver(organization_id=cast.acme.organization.pk, message_id=message.pk, now=T0)
    assert len(Pocket.sent) == left
    assert mail.outbox == []
    with cast.acme.bound():
        assert not Message.objects.queued().exists()


def test_looking_up_channels_costs_two_queries_whatever_there_is(cast: Cast, django_assert_num_queries: Any) -> None:
    owner = someone(cast.acme)
    with cast.acme.bound():
        with django_assert_num_queries(2):
            usable_channels(owner_id=owner, channels=["sms", "email"])
        for n in range(20):
            keep_address(
                organization_id=cast.acme.organization.pk,
                partner_id=None,
                owner_id=owner,
                channel="sms",
                value=f"+131255502{n:02}",
                now=T0,
            )
        stop(cast.acme)
        assert Address.objects.filter(owner_id=owner).count() == 22
        with django_assert_num_queries(2):
            usable_channels(owner_id=owner, channels=["sms", "email"])
        assert Stop.objects.count() == 1
