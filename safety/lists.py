"""The list of items: which ones a member looks at, the most pressing first, page by page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from caseloop.queue import SOON
from cxplatform.lib.clocks import relative
from safety.models import Item, ItemQuerySet
from tenants.models import Member
from verbatims.screening import label

PAGE = 50
CAP = 500
VIEWS = {
    "open": "To do",
    "overdue": "Overdue",
    "check": "Second reading",
    "possible": "To be forwarded",
    "done": "Decided",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One item as the list shows it. clock: overdue, soon, later or met."""

    item: Item
    clock: str
    due_text: str
    terms: list[str]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of items, the counts by view (CAP + 1 means more), and the item after which the next page begins."""

    rows: list[Row]
    counts: Mapping[str, int]
    next: UUID | None


def listing(view: str, *, filters: Mapping[str, str], after: UUID | None, member: Member, now: datetime) -> Listing:
    """Return one page of a view, in two statements (three beyond the first page), whatever the number of items.

    filters: program, partner, source and state by value. after: the last item of the page before.
    """
    items = _in_view(view, member=member, now=now).filter(**filters)
    last = Item.objects.filter(pk=after).first() if after else None
    items = items.filter(_beyond(last, view)) if last else items
    order = ["-id"] if view == "done" else ["-is_crisis", "-rank", "due_at", "id"]
    found = list(items.order_by(*order).select_related("program", "partner", "patient")[: PAGE + 1])
    shown = found[:PAGE]
    return Listing(
        rows=[row_of(item, now=now) for item in shown],
        counts=counts(member=member, now=now),
        next=shown[-1].pk if len(found) > PAGE else None,
    )


def next_to_do(*, but: Item, member: Member, now: datetime) -> Item | None:
    """Return the most pressing item that is to be read, other than `but`; None when nothing is left."""
    pending = _in_view("open", member=member, now=now).filter(state=Item.State.PENDING).exclude(pk=but.pk)
    return pending.order_by("-is_crisis", "-rank", "due_at", "id").first()


def counts(*, member: Member, now: datetime) -> dict[str, int]:
    """Count every view but the last up to the cap, in one statement."""
    parts: list[str] = []
    params: list[Any] = []
    names = [name for name in VIEWS if name != "done"]
    for name in names:
        sql, values = _in_view(name, member=member, now=now).values("pk")[: CAP + 1].query.sql_with_params()
        parts.append(f"(SELECT count(*) FROM ({sql}) AS capped)")  # noqa: S608 (the ORM wrote it; values are bound)
        params.extend(values)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        return dict(zip(names, cursor.fetchone(), strict=True))


def row_of(item: Item, *, now: datetime) -> Row:
    """Return an item with its clock and what was found, in words."""
    return Row(item, clock_of(item, now=now), _due_text(item, now=now), [label(term) for term in item.terms])


def clock_of(item: Item, *, now: datetime) -> str:
    """Say where the clock of an item stands: met, overdue, soon or later."""
    if not item.is_undecided:
        return "met"
    if item.due_at <= now:
        return "overdue"
    return "soon" if item.due_at <= now + SOON else "later"


def _due_text(item: Item, *, now: datetime) -> str:
    return relative(item.due_at, now) if item.is_undecided else item.get_state_display()


def _in_view(view: str, *, member: Member, now: datetime) -> ItemQuerySet:
    items = Item.objects.all()
    if view == "overdue":
        return items.overdue(now=now)
    if view == "check":
        return items.to_check(by=member)
    if view == "possible":
        return items.filter(state=Item.State.POSSIBLE)
    return items.exclude(state__in=Item.UNDECIDED) if view == "done" else items.undecided()


def _beyond(last: Item, view: str) -> Q:
    """Keep what comes after `last` in the order of the view."""
    if view == "done":
        return Q(pk__lt=last.pk)
    later = Q(due_at__gt=last.due_at) | Q(due_at=last.due_at, pk__gt=last.pk)
    lower = Q(rank__lt=last.rank) | Q(Q(rank=last.rank) & later)
    calmer = Q(is_crisis=False) if last.is_crisis else Q(pk__in=[])
    return calmer | Q(Q(is_crisis=last.is_crisis) & lower)
