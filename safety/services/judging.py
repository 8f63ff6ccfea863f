"""Verdicts: what a trained person found in a text, and what a second one says to it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from safety.models import Item, ItemEvent, Training
from tenants.models import Member
from tenants.models.audit import audit


class JudgementRefused(Exception):
    """A verdict that cannot be given now; the text says why and what to do."""


class NotTrained(JudgementRefused):
    """The member has no certificate of safety training that is valid today."""


class ItemChanged(JudgementRefused):
    """Somebody else moved the item since the page was shown."""


class AlreadyJudged(JudgementRefused):
    """The item is not in a state in which this verdict can be given."""


@dataclass(frozen=True, slots=True)
class Forwarding:
    """How a possible event went to the sponsor. number: the sponsor's, if it is known already."""

    at: datetime
    way: str
    number: str = ""


def is_trained(member: Member, *, now: datetime) -> bool:
    """Tell whether the member holds a certificate that is valid on this day, where the member is."""
    today = now.astimezone(ZoneInfo(member.user.time_zone)).date()
    return Training.objects.filter(member=member).valid(today=today).exists()


def judge_not_event(*, item_id: UUID, reason: str, by: Member, version: int, now: datetime) -> Item:
    """Decide that a text holds no event; of some, by chance, a second person reads it too.

    reason: of Item.NotEvent. Which items are in the sample depends on their id alone. One about which two people
    disagreed before is always read by a second person again.
    Raises NotTrained, ItemChanged, AlreadyJudged.
    """
    with transaction.atomic():
        item = _open_item(item_id, by=by, version=version, now=now)
        is_sampled = item.check_state == Item.Check.DISAGREED or in_sample(item.pk, item.program.safety_sample_pct)
        item.not_event = reason
        item.check_state = Item.Check.DUE if is_sampled else Item.Check.NONE
        item.checked_at = item.checked_by = None
        _judge(item, Item.State.NOT_EVENT, by=by, now=now, reason=reason, sampled=is_sampled)
        return item


def judge_possible(
    *,
    item_id: UUID,
    special: Sequence[str],
    elements: Sequence[str],
    by: Member,
    version: int,
    now: datetime,
    forwarding: Forwarding | None = None,
) -> Item:
    """Decide that a text may hold an event; the clock goes on until it is forwarded.

    special: of Item.Special. elements: of Item.Element, those that are known; none of them has to be. forwarding: when
    it was forwarded before it was entered here.
    Raises NotTrained, ItemChanged, AlreadyJudged, and what `forward` raises.
    """
    with transaction.atomic():
        item = _open_item(item_id, by=by, version=version, now=now)
        item.special, item.elements, item.not_event = list(special), list(elements), ""
        _judge(item, Item.State.POSSIBLE, by=by, now=now, special=item.special, elements=item.elements)
        if forwarding:
            _forward(item, forwarding, by=by, now=now)
        return item


def judge_already_reported(*, item_id: UUID, number: str, by: Member, version: int, now: datetime) -> Item:
    """Decide that the partner has reported the event already, under its own number.

    Raises NotTrained, ItemChanged, AlreadyJudged, JudgementRefused without a number.
    """
    if not number.strip():
        raise JudgementRefused("Give the partner's number of the report.")
    with transaction.atomic():
        item = _open_item(item_id, by=by, version=version, now=now)
        item.partner_number, item.not_event = number.strip(), ""
        _judge(item, Item.State.REPORTED, by=by, now=now, number=item.partner_number)
        return item


def forward(*, item_id: UUID, forwarding: Forwarding, by: Member, version: int, now: datetime) -> Item:
    """Record that a possible event was forwarded to the sponsor, which stops its clock.

    Raises NotTrained, ItemChanged, AlreadyJudged (it is no possible event), JudgementRefused for a time before the
    text was received or in the future.
    """
    with transaction.atomic():
        item = _open_item(item_id, by=by, version=version, now=now)
        if item.state != Item.State.POSSIBLE:
            raise AlreadyJudged("Judge it a possible event first, then record how it was forwarded.")
        _forward(item, forwarding, by=by, now=now)
        return item


def add_sponsor_number(*, item_id: UUID, number: str, by: Member, now: datetime) -> Item:
    """Add the sponsor's number to a forwarded item, or correct it; history keeps each.

    Raises NotTrained, AlreadyJudged when it was not forwarded, JudgementRefused without a number.
    """
    if not number.strip():
        raise JudgementRefused("Give the sponsor's number.")
    with transaction.atomic():
        item = _locked(item_id)
        _need_training(by, now=now)
        if item.state != Item.State.FORWARDED:
            raise AlreadyJudged("Only a forwarded item has a number of the sponsor.")
        item.sponsor_number = number.strip()
        _save(item)
        item.happened(ItemEvent.Kind.NUMBERED, by=by, now=now, number=item.sponsor_number)
        audit("safety.item.numbered", by=by, target=item, now=now)
        return item


def check(*, item_id: UUID, agrees: bool, by: Member, version: int, now: datetime) -> Item:
    """Record what the second person says to “not an event”.

    Agreeing settles it. Disagreeing opens the item again, to be judged anew with the clock as it was.
    Raises NotTrained, ItemChanged, AlreadyJudged (no check is due), JudgementRefused for the first reader.
    """
    with transaction.atomic():
        item = _locked(item_id)
        _need_training(by, now=now)
        _expect(item, version)
        if item.check_state != Item.Check.DUE:
            raise AlreadyJudged("This item does not wait for a second reader any more.")
        if item.decided_by_id == by.pk:
            raise JudgementRefused("Somebody else has to read it: you judged it yourself.")
        item.checked_at, item.checked_by = now, by
        item.check_state = Item.Check.AGREED if agrees else Item.Check.DISAGREED
        first, reason = item.decided_by_id, item.not_event
        if not agrees:
            item.state, item.decided_at, item.decided_by, item.not_event = Item.State.PENDING, None, None, ""
        _save(item)
        item.happened(ItemEvent.Kind.CHECKED, by=by, now=now, agrees=agrees)
        if not agrees:
            item.happened(ItemEvent.Kind.OPENED_AGAIN, by=by, now=now, first=str(first), reason=reason)
        audit("safety.item.checked", by=by, target=item, now=now, agrees=agrees)
        return item


def in_sample(item_id: UUID, percent: int) -> bool:
    """Tell whether an item belongs to the sample: by a hash of its id, so that nobody can choose."""
    return int.from_bytes(hashlib.sha256(item_id.bytes).digest()[:8]) % 100 < percent


def _open_item(item_id: UUID, *, by: Member, version: int, now: datetime) -> Item:
    item = _locked(item_id)
    _need_training(by, now=now)
    _expect(item, version)
    if not item.is_undecided:
        raise AlreadyJudged(f"This item was judged already: {item.get_state_display().lower()}.")
    return item


def _locked(item_id: UUID) -> Item:
    return Item.objects.select_for_update(of=("self",)).select_related("program").get(pk=item_id)


def _need_training(by: Member, *, now: datetime) -> None:
    if not is_trained(by, now=now):
        raise NotTrained(
            "You need a valid certificate of safety training. An admin can record it under Safety, Training."
        )


def _expect(item: Item, version: int) -> None:
    if item.version != version:
        raise ItemChanged("Somebody else changed this item while you were reading. Look at what is new, then decide.")


def _judge(item: Item, state: str, *, by: Member, now: datetime, **data: Any) -> None:
    before = item.state
    item.state, item.decided_at, item.decided_by = state, now, by
    item.next_page_at = None
    if item.is_crisis and item.acknowledged_at is None:  # who judges it is on it
        item.acknowledged_at, item.acknowledged_by = now, by
    _save(item)
    item.happened(ItemEvent.Kind.JUDGED, by=by, now=now, verdict=state, before=before, **data)
    audit("safety.item.judged", by=by, target=item, now=now, verdict=state)


def _forward(item: Item, forwarding: Forwarding, *, by: Member, now: datetime) -> None:
    # Forms know minutes, clocks seconds: what is forwarded within the minute of its receipt is not before it.
    if not item.received_at.replace(second=0, microsecond=0) <= forwarding.at <= now:
        raise JudgementRefused("Choose a time of forwarding between the receipt of the text and now.")
    item.state, item.forwarded_at = Item.State.FORWARDED, forwarding.at
    item.forwarded_by_way, item.sponsor_number = forwarding.way, forwarding.number.strip()
    _save(item)
    item.happened(ItemEvent.Kind.FORWARDED, by=by, now=now, way=forwarding.way, number=item.sponsor_number)
    audit("safety.item.forwarded", by=by, target=item, now=now, way=forwarding.way)


def _save(item: Item) -> None:
    item.version += 1
    item.save()
