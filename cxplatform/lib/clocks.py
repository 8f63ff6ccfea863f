"""Business-time arithmetic: opening hours, working time across DST changes, due times and how they are said.

Every instant goes in as an aware datetime (any zone) and comes out in UTC; a naive one raises ValueError.
Working time is real elapsed time while the team is open. On the days when the clocks change, a time of day that occurs
twice means its first occurrence, and one that does not occur means the moment at which the clocks jump over it.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

DAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}

# The parts of the day in which a patient can ask to be called, in the patient's own zone.
DAY_PARTS = {"morning": ("08:00", "12:00"), "afternoon": ("12:00", "17:00"), "evening": ("17:00", "20:00")}
_BY_DAY = ["08:00", "21:00"]

_HORIZON = timedelta(days=400)
_CALL_NOTICE = timedelta(hours=1)
_ONE_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=1)
_TIME = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")

Hours = tuple[tuple[time, time], ...]
Span = tuple[datetime, datetime]


class InvalidHours(ValueError):
    """Opening hours that make no sense. Its message is one sentence, fit to be shown beside the form field."""


class NeverOpen(Exception):
    """The team has no opening hours within 400 days, so that no due time can be named."""


@dataclass(frozen=True)
class WorkingWeek:
    """When a team works: an ordinary week in one time zone, and the dates on which it does not.

    zone: an IANA key, such as "America/New_York".
    hours: 7 tuples, Monday first, of (start, end) in order and apart. An end of `time.max` means 24:00, the midnight
    that ends the day; a shift across midnight is two spans.
    holidays: dates in that zone, closed from midnight to midnight.
    """

    zone: str
    hours: tuple[Hours, ...]
    holidays: frozenset[date] = frozenset()

    @classmethod
    def parse(cls, *, zone: str, hours: Mapping[str, object], holidays: Iterable[str] = ()) -> "WorkingWeek":
        """Read the JSON form: hours {"mon": [["09:00", "17:00"]], …}, holidays ["2026-12-25", …].

        A day that is left out is closed. Spans may come in any order; those that touch are joined. An end may be
        "24:00".
        Raises InvalidHours for the first fault found.
        """
        _check_zone(zone)
        if not isinstance(hours, Mapping):
            raise InvalidHours('Give the hours as a list for each day, such as {"mon": [["09:00", "17:00"]]}.')
        for day in hours:
            if day not in DAYS:
                raise InvalidHours(f'"{day}" is not a day; use {", ".join(DAYS)}.')
        week = tuple(_parse_day(name, hours.get(day, ())) for day, name in DAYS.items())
        return cls(zone=zone, hours=week, holidays=frozenset(map(_parse_holiday, holidays)))

    @property
    def day_length(self) -> timedelta:
        """One business day as working time: the longest ordinary day of the week; zero if every day is closed."""
        return max(sum((_nominal(*span) for span in day), timedelta()) for day in self.hours)

    def is_open(self, at: datetime) -> bool:
        """Tell whether the team works at `at`: the first instant of a span is open, its end is closed."""
        return any(self.open_spans(at, _utc(at) + _TICK))

    def next_open(self, at: datetime) -> datetime:
        """Return the first open instant that is not before `at`: `at` itself if the team is open.

        Raises NeverOpen if there is none within 400 days.
        """
        for opens, _ in self._spans_from(at):
            return opens
        raise NeverOpen

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time from `start` to `end`: negative if `end` comes first, zero if nothing is open."""
        start, end = _utc(start), _utc(end)
        if end < start:
            return -self.working_time_between(end, start)
        return sum((closes - opens for opens, closes in self.open_spans(start, end)), timedelta())

    def add_working_time(self, start: datetime, amount: timedelta) -> datetime:
        """Return the earliest instant, not before `start`, by which `amount` of working time has passed.

        So a full day from the morning ends at closing time and not next morning, and a zero amount gives `start`.
        Raises ValueError if `amount` is negative, NeverOpen if 400 days pass without any opening hours.
        """
        if amount < timedelta():
            raise ValueError("Working time to add cannot be negative.")
        if not amount:
            return _utc(start)
        for opens, closes in self._spans_from(start):
            if amount <= closes - opens:
                return opens + amount
            amount -= closes - opens
        raise NeverOpen

    def add_business_days(self, start: datetime, n: int | Decimal) -> datetime:
        """Add `n` business days, each of `day_length` working time, to `start`; see `add_working_time`.

        n: finite and not negative; a fraction is exact to the microsecond.
        Raises ValueError for any other `n`, NeverOpen if the week has no hours.
        """
        if not Decimal(n).is_finite():
            raise ValueError("The number of business days must be finite.")
        if not self.day_length:
            raise NeverOpen
        return self.add_working_time(start, round(Decimal(self.day_length // _TICK) * n) * _TICK)

    def open_spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Yield each (opens, closes) between two instants: in UTC, in order, not overlapping, cut to the bounds."""
        start, end, zone = _utc(start), _utc(end), ZoneInfo(self.zone)
        first, last = (at.astimezone(zone).date() for at in (start, end))
        # One date more: where clocks go back across midnight, the day before is shown again within the next day.
        for n in range((last - first).days + 2):
            for opens, closes in self._spans_on(first + n * _ONE_DAY, zone):
                opens, closes = max(opens, start), min(closes, end)
                if opens < closes:
                    yield opens, closes

    def _spans_from(self, start: datetime) -> Iterator[Span]:
        """Yield open spans without end, until 400 days go by with none."""
        start, found = _utc(start), True
        while found:
            found = False
            for span in self.open_spans(start, start + _HORIZON):
                found = True
                yield span
            start += _HORIZON

    def _spans_on(self, day: date, zone: ZoneInfo) -> Iterator[Span]:
        if day in self.holidays:
            return
        for start, end in self.hours[day.weekday()]:
            yield _instant(datetime.combine(day, start), zone), _instant(_end_of(day, end), zone)


def call_window(*, zone: str, days: Sequence[str] = (), parts: Sequence[str] = ()) -> WorkingWeek:
    """Return the times at which a patient asked to be called, as a week in the patient's zone.

    days: of DAYS; parts: of DAY_PARTS; none chosen means any, which is 8 to 21 o'clock on every day.
    Raises InvalidHours for an unknown zone, day or part.
    """
    for part in parts:
        if part not in DAY_PARTS:
            raise InvalidHours(f'"{part}" is not a part of the day; use {", ".join(DAY_PARTS)}.')
    spans = [list(span) for part, span in DAY_PARTS.items() if part in parts] or [_BY_DAY]
    return WorkingWeek.parse(zone=zone, hours=dict.fromkeys(days or DAYS, spans))


def callback_due(week: WorkingWeek, asked_at: datetime, window: WorkingWeek | None) -> datetime:
    """Return when a call-back is due: inside the window that the patient chose, and within 1 business day of the team.

    window: from `call_window`; None if the patient chose none, which leaves the business day.
    The promise is "inside the chosen window, at most 1 business day" (the call-back row of the closed loop). Decided:
    the due time is the last moment of the next window at which the team can call, so normally the window's end, and
    sooner if the team goes home sooner. A window in which the team never works, or that is over less than an hour after
    the asking, is passed over: its due time could not be met. The business day wins over a later window, because a
    patient who waits for Saturday is better asked for leave to call now than forgotten until then.
    Raises NeverOpen if the team has no opening hours within 400 days.
    """
    latest, soonest = week.add_business_days(asked_at, 1), _utc(asked_at) + _CALL_NOTICE
    if window is None:
        return latest
    ends = (_last_open(week, *span) for span in window.open_spans(asked_at, latest))
    return next((end for end in ends if end and end >= soonest), latest)


def relative(due: datetime, now: datetime) -> str:
    """Say how far off a due time is: "due in 2 h 10 min", "35 min overdue", "due in 3 days", "due now".

    Real time, not working time. Cut, never rounded up, so that it promises no more than is left: to minutes, from one
    day on to hours, from two days on to days.
    """
    left = _utc(due) - _utc(now)
    said = _duration(abs(left))
    if not said:
        return "due now"
    return f"due in {said}" if left > timedelta() else f"{said} overdue"


def _utc(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError("A clock needs an aware datetime, not a naive one.")
    return at.astimezone(UTC)


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant at which a clock on the wall first shows `wall` or later."""
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return first
    # The time does not occur: the two readings lie after and before the jump, so look for the jump between them.
    gap = range((first - second) // timedelta(seconds=1))
    jump = bisect_left(gap, True, key=lambda s: _shown(second + timedelta(seconds=s), zone) >= wall)
    return second + timedelta(seconds=jump)


def _shown(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)


def _end_of(day: date, end: time) -> datetime:
    return datetime.combine(day + _ONE_DAY, time.min) if end == time.max else datetime.combine(day, end)


def _nominal(start: time, end: time) -> timedelta:
    return _end_of(date.min, end) - datetime.combine(date.min, start)


def _last_open(week: WorkingWeek, start: datetime, end: datetime) -> datetime | None:
    return max((closes for _, closes in week.open_spans(start, end)), default=None)


def _duration(length: timedelta) -> str:
    minutes = length // timedelta(minutes=1)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days >= 2:
        return f"{days} days"
    parts = [(days, "day"), (hours, "h"), (0 if days else minutes % 60, "min")]
    return " ".join(f"{n} {unit}" for n, unit in parts if n)


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError, TypeError):  # OSError: the key names a folder, such as "America"
        raise InvalidHours(f'"{zone}" is not a time zone; use a name such as America/New_York.') from None


def _parse_day(name: str, spans: object) -> Hours:
    if not isinstance(spans, list | tuple):
        raise InvalidHours(f'{name}: give a list of opening hours, such as [["09:00", "17:00"]], or leave the day out.')
    joined: list[tuple[time, time]] = []
    for start, end in sorted(_parse_span(name, span) for span in spans):
        if joined and start < joined[-1][1]:
            raise InvalidHours(f"{name}: the hours from {start:%H:%M} overlap with those before; make them one.")
        if joined and start == joined[-1][1]:
            start = joined.pop()[0]
        joined.append((start, end))
    return tuple(joined)


def _parse_span(name: str, span: object) -> tuple[time, time]:
    if not isinstance(span, list | tuple) or len(span) != 2:
        raise InvalidHours(f'{name}: give each opening as a start and an end, such as ["09:00", "17:00"].')
    start, end = _parse_time(name, span[0]), time.max if span[1] == "24:00" else _parse_time(name, span[1])
    if end <= start:
        raise InvalidHours(
            f"{name}: {span[1]} is not after {span[0]}; a shift across midnight ends at 24:00 and goes on the next day."
        )
    return start, end


def _parse_time(name: str, text: object) -> time:
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise InvalidHours(f'{name}: "{text}" is not a time; write it as HH:MM, such as 09:00 (24:00 only as an end).')
    return time.fromisoformat(text)


def _parse_holiday(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except (ValueError, TypeError):
        raise InvalidHours(f'"{text}" is not a holiday date; write it as YYYY-MM-DD, such as 2026-12-25.') from None
