"""Messages to respondents: to the newest address that may be used, once per occasion, by day."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from cxplatform.lib.nudge import nudge
from messaging.models import Address, Channel, Message, Stop
from messaging.quiet import next_allowed
from messaging.services.queued import drop
from messaging.services.stops import standing_on
from tenants.models import Program

SENDABLE = (Channel.EMAIL, Channel.SMS)


class Unreachable(Exception):
    """Nothing can be sent to the respondent by this channel."""


class NoAddress(Unreachable):
    """The vault holds no address of the respondent for this channel."""


class AddressStopped(Unreachable):
    """The address asked for no messages, or does not work."""


def usable_channels(*, owner_id: UUID, channels: Sequence[str]) -> list[str]:
    """Return those of the channels by which the respondent can be reached, in the order given; two queries.

    That is: the newest address there that works is covered by no standing stop.
    """
    addresses = _newest_first(owner_id, channels)
    stopped = standing_on((a.channel, a.fingerprint) for a in addresses)
    return [c for c in channels if _usable([a for a in addresses if a.channel == c], stopped)]


def queue_to_respondent(
    *,
    program: Program,
    partner_id: UUID | None,
    owner_id: UUID,
    channel: str,
    purpose: str,
    template: str,
    language: str,
    time_zone: str,
    about_id: UUID | None,
    occasion: str,
    now: datetime,
    expires_at: datetime | None = None,
) -> Message:
    """Queue one message to a respondent's newest usable address of a channel, not before 8 and not after 21 there.

    Consent and contact status are the caller's to ask; stop, expiry and quiet hours are asked again before it leaves.
    about_id: the invitation whose link it carries. occasion: the same one never queues a second message to the same
    respondent; the first one is returned.
    Raises NoAddress, AddressStopped (both Unreachable); ValueError for a channel that carries no messages.
    """
    if channel not in SENDABLE:
        raise ValueError(f"no message can be sent by {channel}")
    address = _usable_address(owner_id, channel)
    message = Message(
        organization_id=program.organization_id,
        program=program,
        partner_id=partner_id,
        owner_id=owner_id,
        address=address,
        fingerprint=address.fingerprint,
        channel=channel,
        purpose=purpose,
        template=template,
        language=language,
        time_zone=time_zone,
        about_id=about_id,
        fields={"invitation_id": str(about_id)} if about_id else {},
        dedupe_key=f"{occasion}:{owner_id}",
        next_try_at=next_allowed(now, time_zone=time_zone),
        created_at=now,
        expires_at=expires_at,
    )
    return _queued_once(message, now=now)


def queue_reply(
    *, to: Message, template: str, language: str, occasion: str, now: datetime, expires_at: datetime
) -> Message:
    """Queue an answer to what somebody just wrote, to the address and from the program of an earlier message.

    Neither stops nor quiet hours hold it back: the person is waiting for it. So it expires soon.
    """
    message = Message(
        organization_id=to.organization_id,
        program_id=to.program_id,
        partner_id=to.partner_id,
        owner_id=to.owner_id,
        address_id=to.address_id,
        fingerprint=to.fingerprint,
        channel=to.channel,
        template=template,
        language=language,
        time_zone=to.time_zone,
        dedupe_key=f"{template}:{occasion}",
        next_try_at=now,
        created_at=now,
        expires_at=expires_at,
    )
    return _queued_once(message, now=now)


def drop_messages(
    *,
    reason: str,
    now: datetime,
    owner_id: UUID | None = None,
    about_id: UUID | None = None,
    purposes: Collection[str] | None = None,
    channels: Collection[str] | None = None,
) -> int:
    """Drop the queued messages to a respondent, or about a row, of some purposes and channels; return how many.

    reason: one of Message.Dropped. A message on its way at this moment is not counted; it is not tried again.
    Raises ValueError when neither respondent nor row is named.
    """
    if owner_id is None and about_id is None:
        raise ValueError("name the respondent or the row")
    wanted = Message.objects.filter(member=None)
    narrowing = {"owner_id": owner_id, "about_id": about_id, "purpose__in": purposes, "channel__in": channels}
    wanted = wanted.filter(**{name: value for name, value in narrowing.items() if value is not None})
    return len(drop(wanted, reason=reason, now=now))


def _newest_first(owner_id: UUID, channels: Collection[str]) -> list[Address]:
    mine = Address.objects.filter(owner_id=owner_id, channel__in=channels)
    return list(mine.order_by("-added_at", "-id"))


def _usable_address(owner_id: UUID, channel: str) -> Address:
    addresses = _newest_first(owner_id, [channel])
    if not addresses:
        raise NoAddress
    address = _usable(addresses, standing_on((channel, a.fingerprint) for a in addresses))
    if address is None:
        raise AddressStopped
    return address


def _usable(addresses: list[Address], stopped: dict[tuple[str, bytes], str]) -> Address | None:
    """Return the newest address that works, unless it is stopped: an older one must not serve to get round that."""
    reasons = ((address, stopped.get((address.channel, bytes(address.fingerprint)))) for address in addresses)
    found = next(((a, reason) for a, reason in reasons if reason != Stop.Reason.BOUNCE), None)
    return found[0] if found and not found[1] else None


def _queued_once(message: Message, *, now: datetime) -> Message:
    Message.check_fields(message.template, message.fields)
    Message.objects.bulk_create([message], ignore_conflicts=True)
    queued = Message.objects.get(dedupe_key=message.dedupe_key)
    if queued.pk == message.pk and queued.next_try_at <= now:
        nudge("messaging.message", organization_id=queued.organization_id, message_id=queued.pk)
    return queued
