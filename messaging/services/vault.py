"""The contact vault: keep, list, show to somebody with a reason, erase."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from messaging.models import Address, Inbound, Message, Reveal
from messaging.numbers import DEFAULT_REGION
from tenants.models import Member
from tenants.models.audit import audit

SHOWN_FOR = timedelta(minutes=10)


def keep_address(
    *,
    organization_id: UUID,
    partner_id: UUID | None,
    owner_id: UUID,
    channel: str,
    value: str,
    now: datetime,
    region: str = DEFAULT_REGION,
) -> Address:
    """Seal one address of a respondent and return it; keeping the same address twice changes nothing.

    region: the country of telephone numbers without a country code (the program's).
    """
    Address.keep(
        organization_id=organization_id,
        partner_id=partner_id,
        owner_id=owner_id,
        channel=channel,
        value=value,
        now=now,
        region=region,
    )
    return Address.objects.of(owner_id, value=value, channel=channel, region=region)


def addresses_of(owner_id: UUID) -> list[Address]:
    """Return the sealed addresses of a respondent, newest first. Opening one is `Address.reveal`, after `reveal`."""
    return list(Address.objects.filter(owner_id=owner_id).order_by("-added_at", "-id"))


@transaction.atomic
def reveal(
    *,
    organization_id: UUID,
    partner_id: UUID | None,
    owner_id: UUID,
    subject_id: UUID | None,
    by: Member,
    reason: str,
    now: datetime,
) -> Reveal:
    """Let a member see the addresses of a respondent for ten minutes; recorded with its reason, and audited.

    subject_id: the case or safety item because of which it is needed. Whether the member may is the caller's to say.
    Raises ValueError for an empty reason.
    """
    if not reason.strip():
        raise ValueError("a reason is needed")
    row = Reveal.objects.create(
        organization_id=organization_id,
        partner_id=partner_id,
        owner_id=owner_id,
        subject_id=subject_id,
        member=by,
        reason=reason.strip()[:200],
        at=now,
        until=now + SHOWN_FOR,
    )
    audit(
        "messaging.address.revealed",
        by=by,
        target=row,
        now=now,
        owner_id=str(owner_id),
        subject_id=str(subject_id) if subject_id else "",
    )
    return row


def revealed(*, owner_id: UUID, by: Member, now: datetime) -> Reveal | None:
    """Return the reveal that lets this member see the addresses at this moment, None when there is none."""
    mine = Reveal.objects.filter(owner_id=owner_id, member=by, at__lte=now, until__gt=now)
    return mine.order_by("-until").first()


@transaction.atomic
def erase_addresses(*, owner_id: UUID, now: datetime) -> int:
    """Erase every address of a respondent, and drop what was to be sent there; return how many there were.

    Messages, stops and counts stay, by fingerprint: they say that something was sent, never where to.
    """
    mine = Message.objects.filter(address__owner_id=owner_id)
    mine.queued().update(
        state=Message.State.DROPPED, last_error=Message.Dropped.ERASED, final_at=now, leased_until=None
    )
    mine.update(address=None)
    erased, _ = Address.objects.filter(owner_id=owner_id).delete()
    return erased


def erase_texts(*, owner_id: UUID, now: datetime) -> int:
    """Erase the words of what a respondent wrote to us by text message; return how many texts had any.

    Keyword, time and number of messages stay.
    """
    mine = Inbound.objects.filter(owner_id=owner_id, erased_at=None).exclude(text="")
    return mine.update(text="", erased_at=now)
