"""The monthly reconciliation with the sponsor: every item of a program, counted and listed; a nil return says so."""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from safety.models import Item, ItemQuerySet
from tenants.models import Program

COLUMNS = (
    "Item", "Received (UTC)", "Pseudonym", "Source", "State", "Sponsor number", "Partner number",
    "Forwarded (UTC)", "How", "Due (UTC)", "On time", "Special situations", "Elements known",
)  # fmt: skip
_RISKY = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class Month:
    """One calendar month in UTC."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str, *, now: datetime) -> "Month":
        """Read "2026-03"; the month before `now` for anything else, and never a month to come."""
        before = cls.of(now).before()
        try:
            year, month = (int(part) for part in text.split("-"))
            chosen = cls(year, month)
            return chosen if datetime(2000, 1, 1, tzinfo=UTC) <= chosen.start <= now else before
        except ValueError:
            return before

    @classmethod
    def of(cls, at: datetime) -> "Month":
        """Return the month of an instant."""
        at = at.astimezone(UTC)
        return cls(at.year, at.month)

    @property
    def start(self) -> datetime:
        """Return its first instant."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """Return the first instant after it."""
        return datetime(self.year + self.month // 12, self.month % 12 + 1, 1, tzinfo=UTC)

    def before(self) -> "Month":
        """Return the month before."""
        return Month(self.year, self.month - 1) if self.month > 1 else Month(self.year - 1, 12)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"


@dataclass(frozen=True, slots=True)
class Statement:
    """The counts of one program and month: received = forwarded + not_events + reported + pending.

    on_time: of the forwarded ones, those forwarded no later than due. median_hours: from receipt to forwarding.
    """

    program: Program
    month: Month
    received: int
    forwarded: int
    not_events: int
    reported: int
    pending: int
    on_time: int
    median_hours: float | None

    @property
    def is_nil(self) -> bool:
        """Tell whether there is nothing to reconcile: no possible event came in."""
        return self.forwarded == self.reported == self.pending == 0

    @property
    def adds_up(self) -> bool:
        """Tell whether every received item is accounted for."""
        return self.received == self.forwarded + self.not_events + self.reported + self.pending


def items_of(program: Program, month: Month) -> ItemQuerySet:
    """Return the items of a program that were received in a month, oldest first."""
    items = Item.objects.filter(program=program, received_at__gte=month.start, received_at__lt=month.end)
    return items.select_related("patient").order_by("received_at", "id")


def statement(program: Program, month: Month) -> Statement:
    """Count one program and month; one statement of SQL."""
    rows = list(items_of(program, month).values_list("state", "received_at", "forwarded_at", "due_at"))
    states = [state for state, *_ in rows]
    sent = [(received, at, due) for state, received, at, due in rows if at and state == Item.State.FORWARDED]
    hours = [(at - received).total_seconds() / 3600 for received, at, _ in sent]
    return Statement(
        program=program,
        month=month,
        received=len(rows),
        forwarded=len(sent),
        not_events=states.count(Item.State.NOT_EVENT),
        reported=states.count(Item.State.REPORTED),
        pending=sum(state in Item.UNDECIDED for state in states),
        on_time=sum(at <= due for _, at, due in sent),
        median_hours=round(statistics.median(hours), 1) if hours else None,
    )


def sheet(program: Program, month: Month) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the CSV, the heads first; no cell begins with what a spreadsheet takes for a formula."""
    yield COLUMNS
    for item in items_of(program, month).iterator(chunk_size=2000):
        yield tuple(plain_cell(cell) for cell in _cells(item))


def plain_cell(text: str) -> str:
    """Return a cell that no spreadsheet runs: a formula is preceded by an apostrophe.

    Source: OWASP, CSV Injection.
    """
    return f"'{text}" if text.lstrip().startswith(_RISKY) else text


def _cells(item: Item) -> tuple[str, ...]:
    is_forwarded = item.forwarded_at is not None and item.state == Item.State.FORWARDED
    return (
        item.reference,
        _utc(item.received_at),
        item.known_as,
        item.get_source_display(),
        item.get_state_display(),
        item.sponsor_number,
        item.partner_number,
        _utc(item.forwarded_at) if is_forwarded else "",
        item.get_forwarded_by_way_display() if is_forwarded else "",
        _utc(item.due_at),
        ("yes" if item.forwarded_at and item.forwarded_at <= item.due_at else "no") if is_forwarded else "",
        "; ".join(Item.Special(code).label for code in item.special),
        "; ".join(Item.Element(code).label for code in item.elements),
    )


def _utc(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" if at else ""
