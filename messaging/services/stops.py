"""Stops: an address that gets no more messages, at once, whoever it serves and in whatever program."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from messaging.models import Address, Message, Stop
from messaging.services.queued import drop
from tenants.models import Member
from tenants.models.audit import audit

# What the person may take back by writing START: their own words, and an address that evidently works.
LIFTED_BY_START = (Stop.Reason.WORD, Stop.Reason.UNSUBSCRIBED, Stop.Reason.WISH, Stop.Reason.BOUNCE)


@transaction.atomic
def stop_address(
    *, organization_id: UUID, channel: str, fingerprint: bytes, reason: str, source_id: UUID | None, now: datetime
) -> bool:
    """Stop one address and drop whatever is queued to it, for anybody; False when it was stopped before.

    A bounce holds for its channel only (a number that takes no texts can be called); anything else for all of them,
    and takes the place of a bounce. Safe to race: one standing stop remains.
    """
    if reason != Stop.Reason.BOUNCE:
        bounces = Stop.objects.standing().filter(fingerprint=fingerprint, reason=Stop.Reason.BOUNCE)
        bounces.update(lifted_at=now)
    stop = Stop(
        organization_id=organization_id,
        channel=channel,
        fingerprint=fingerprint,
        reason=reason,
        source_id=source_id,
        at=now,
    )
    Stop.objects.bulk_create([stop], ignore_conflicts=True)
    _drop_to(fingerprint, channel=channel, reason=reason, now=now)
    return Stop.objects.filter(pk=stop.pk).exists()


def stop_owner(
    *,
    organization_id: UUID,
    owner_id: UUID,
    reason: str,
    source_id: UUID | None,
    now: datetime,
    channels: Sequence[str] | None = None,
) -> int:
    """Stop each address of a respondent (on the given channels) and drop what is queued to it, whoever it is for.

    Returns how many addresses were stopped by this call.
    """
    mine = Address.objects.filter(owner_id=owner_id)
    if channels is not None:
        mine = mine.filter(channel__in=channels)
    ways = {bytes(print_): channel for channel, print_ in mine.values_list("channel", "fingerprint")}
    return sum(
        stop_address(
            organization_id=organization_id,
            channel=channel,
            fingerprint=print_,
            reason=reason,
            source_id=source_id,
            now=now,
        )
        for print_, channel in sorted(ways.items())  # always in one order, so that two callers cannot lock each other
    )


@transaction.atomic
def lift_stops(*, owner_id: UUID, by: Member, now: datetime) -> int:
    """Lift every standing stop on the addresses of a respondent, because a member says so; audited, with the count."""
    prints = Address.objects.filter(owner_id=owner_id).values_list("fingerprint", flat=True)
    standing = list(Stop.objects.standing().filter(fingerprint__in=list(prints)))
    lifted = Stop.objects.standing().filter(pk__in=[s.pk for s in standing]).update(lifted_at=now, lifted_by=by)
    for stop in standing:
        audit("messaging.stop.lifted", by=by, target=stop, now=now, owner_id=str(owner_id), reason=stop.reason)
    return lifted


def lift_by_start(*, fingerprint: bytes, now: datetime) -> int:
    """Lift what the person stopped, because they wrote START; a death, a complaint or a member's stop stays."""
    standing = Stop.objects.standing().filter(fingerprint=fingerprint, reason__in=LIFTED_BY_START)
    return standing.update(lifted_at=now)


def stops_of(owner_id: UUID) -> list[Stop]:
    """Return the standing stops on the addresses of a respondent, newest first."""
    prints = Address.objects.filter(owner_id=owner_id).values_list("fingerprint", flat=True)
    return list(Stop.objects.standing().filter(fingerprint__in=list(prints)).order_by("-at"))


def standing_on(ways: Iterable[tuple[str, bytes | memoryview]]) -> dict[tuple[str, bytes], str]:
    """Return, for those of the (channel, fingerprint) pairs that a standing stop covers, its reason; one query."""
    wanted = {(channel, bytes(print_)) for channel, print_ in ways}
    stops = Stop.objects.standing().filter(fingerprint__in={print_ for _, print_ in wanted})
    by_print = {bytes(stop.fingerprint): stop for stop in stops}
    return {
        (channel, print_): stop.reason
        for channel, print_ in wanted
        if (stop := by_print.get(print_)) and (stop.reason != Stop.Reason.BOUNCE or stop.channel == channel)
    }


def _drop_to(fingerprint: bytes, *, channel: str, reason: str, now: datetime) -> None:
    waiting = Message.objects.filter(member=None, fingerprint=fingerprint).exclude(
        template__in=(Message.Template.STOPPED, Message.Template.HELP)
    )
    if reason != Stop.Reason.BOUNCE:
        drop(waiting, reason=Message.Dropped.STOPPED, now=now)
        return
    for message in drop(waiting.filter(channel=channel), reason=Message.Dropped.STOPPED, now=now):
        message.ask_for_another_way()  # the person wants it; only this address is no good
