"""Business-time arithmetic: opening hours, working time across DST changes, due times and how they are said."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxplatform.lib.clocks import InvalidHours, NeverOpen, WorkingWeek, call_window, callback_due, relative

NEW_YORK = "America/New_York"
NINE_TO_FIVE = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
OFFICE = WorkingWeek.parse(zone=NEW_YORK, hours=NINE_TO_FIVE, holidays=["2026-12-25"])
ALWAYS = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}

# Clocks go forward and back, by an hour, by half an hour, at midnight, and over a whole date.
CHANGES = [
    (NEW_YORK, date(2026, 3, 8)),
    (NEW_YORK, date(2026, 11, 1)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Africa/Cairo", date(2026, 4, 24)),
    ("Africa/Cairo", date(2026, 10, 29)),
    ("America/St_Johns", date(2010, 11, 7)),
    ("Pacific/Apia", date(2011, 12, 30)),
]


def hours(n: float) -> timedelta:
    return timedelta(hours=n)


def local(text: str, zone: str = NEW_YORK) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def every_day(zone: str, *spans: tuple[str, str]) -> WorkingWeek:
    return WorkingWeek.parse(zone=zone, hours={day: [list(span) for span in spans] for day in ALWAYS})


def weeks() -> st.SearchStrategy[tuple[WorkingWeek, datetime]]:
    """Draw a week that is open for some hours at least, and an instant within three days of a change of its clocks."""
    small_hours, any_time = st.integers(0, 240), st.integers(0, 1440)
    return st.builds(
        week_and_instant,
        change=st.sampled_from(CHANGES),
        some=st.tuples(small_hours, small_hours, any_time, any_time),
        others=st.tuples(any_time, any_time),
        kinds=st.integers(0, 127),
        shut=st.booleans(),
        minutes=st.integers(-3 * 1440, 3 * 1440),
    )


def week_and_instant(
    *,
    change: tuple[str, date],
    some: tuple[int, ...],
    others: tuple[int, ...],
    kinds: int,
    shut: bool,
    minutes: int,
) -> tuple[WorkingWeek, datetime]:
    zone, day = change
    days = {key: spans_of(some if kinds >> n & 1 else others) for n, key in enumerate(ALWAYS)}
    days["wed"] = [["01:30", "03:00"], ["08:00", "16:30"]]
    week = WorkingWeek.parse(zone=zone, hours=days, holidays=[str(day)] if shut else [])
    return week, datetime.combine(day, time(), UTC) + timedelta(minutes=minutes)


def spans_of(minutes: tuple[int, ...]) -> list[list[str]]:
    marks = [f"{m // 60:02}:{m % 60:02}" for m in sorted(minutes)]
    return [[start, end] for start, end in zip(marks[::2], marks[1::2], strict=True) if start != end]


amounts = st.integers(0, 60 * 24 * 9).map(lambda n: timedelta(minutes=n))


@settings(deadline=None)
@given(weeks(), amounts)
def test_adding_is_undone_by_measuring(drawn: tuple[WorkingWeek, datetime], amount: timedelta) -> None:
    week, start = drawn
    assert week.working_time_between(start, week.add_working_time(start, amount)) == amount


@settings(deadline=None)
@given(weeks(), amounts)
def test_measuring_is_undone_by_adding(drawn: tuple[WorkingWeek, datetime], apart: timedelta) -> None:
    week, start = drawn
    end = start + apart
    amount = week.working_time_between(start, end)
    due = week.add_working_time(start, amount)
    assert due <= end
    assert not any(week.open_spans(due, end))


@settings(deadline=None)
@given(weeks(), amounts, amounts, amounts)
def test_later_start_or_more_work_is_never_due_sooner(
    drawn: tuple[WorkingWeek, datetime], later: timedelta, amount: timedelta, more: timedelta
) -> None:
    week, start = drawn
    due = week.add_working_time(start, amount)
    assert due <= week.add_working_time(start, amount + more)
    assert due <= week.add_working_time(start + later, amount)


@settings(deadline=None)
@given(weeks(), amounts, amounts)
def test_work_in_two_parts_is_the_work_in_one(
    drawn: tuple[WorkingWeek, datetime], first: timedelta, second: timedelta
) -> None:
    week, start = drawn
    middle, end = start + first, start + first + second
    whole = week.working_time_between(start, end)
    assert whole == week.working_time_between(start, middle) + week.working_time_between(middle, end)
    assert whole == -week.working_time_between(end, start)


@settings(deadline=None)
@given(weeks())
def test_next_open_is_open_and_nothing_before_it_is(drawn: tuple[WorkingWeek, datetime]) -> None:
    week, at = drawn
    opens = week.next_open(at)
    assert opens >= at
    assert week.is_open(opens)
    assert not any(week.open_spans(at, opens))
    assert week.is_open(at) == (opens == at)


@settings(max_examples=20, deadline=None)
@given(weeks())
def test_working_time_is_what_a_wall_clock_that_never_turns_back_says(drawn: tuple[WorkingWeek, datetime]) -> None:
    week, at = drawn
    start = at - timedelta(days=1)
    assert week.working_time_between(start, at) == timedelta(minutes=minutes_on_the_wall(week, start, at))


def minutes_on_the_wall(week: WorkingWeek, start: datetime, end: datetime) -> int:
    """Count minute by minute, another way: while clocks repeat an hour, the day stands at the end of that hour."""
    zone, latest, count = ZoneInfo(week.zone), datetime.min, 0
    at = start - timedelta(hours=3)
    while at < end:
        latest = max(latest, at.astimezone(zone).replace(tzinfo=None))
        count += at >= start and is_listed(week, latest)
        at += timedelta(minutes=1)
    return count


def is_listed(week: WorkingWeek, wall: datetime) -> bool:
    spans = week.hours[wall.weekday()] if wall.date() not in week.holidays else ()
    return any(start <= wall.time() < end for start, end in spans)


@pytest.mark.parametrize(
    ("zone", "day", "spans", "worked"),
    [
        (NEW_YORK, "2026-03-08", [("00:00", "24:00")], 23),
        (NEW_YORK, "2026-11-01", [("00:00", "24:00")], 25),
        ("Australia/Lord_Howe", "2026-10-04", [("00:00", "24:00")], 23.5),
        ("Australia/Lord_Howe", "2026-04-05", [("00:00", "24:00")], 24.5),
        ("Europe/Berlin", "2026-03-29", [("01:00", "02:30")], 1),  # the end is jumped over
        ("Europe/Berlin", "2026-03-29", [("02:30", "04:00")], 1),  # the start is jumped over
        ("Europe/Berlin", "2026-03-29", [("02:15", "02:45")], 0),  # all of it is
        ("Europe/Berlin", "2026-10-25", [("01:00", "02:30")], 1.5),  # ends when 02:30 is shown first
        ("Europe/Berlin", "2026-10-25", [("02:30", "03:00")], 1.5),  # begins then
        ("Europe/Berlin", "2026-10-25", [("02:15", "02:45")], 0.5),
        ("Pacific/Apia", "2011-12-30", [("09:00", "17:00")], 0),  # a date that Samoa never had
    ],
)
def test_working_time_on_a_day_when_clocks_change(
    zone: str, day: str, spans: list[tuple[str, str]], worked: float
) -> None:
    midnight = local(day, zone)
    next_midnight = local(str(date.fromisoformat(day) + timedelta(days=1)), zone)
    assert every_day(zone, *spans).working_time_between(midnight, next_midnight) == hours(worked)


def test_due_time_keeps_the_hour_of_day_over_a_weekend_on_which_clocks_change() -> None:
    due = OFFICE.add_business_days(local("2026-03-06T15:00"), 1)
    assert due == local("2026-03-09T15:00")
    assert due.tzinfo is UTC


def test_opening_is_open_and_closing_is_closed() -> None:
    assert OFFICE.is_open(local("2026-11-20T09:00"))
    assert OFFICE.is_open(local("2026-11-20T16:59:59"))
    assert not OFFICE.is_open(local("2026-11-20T17:00"))
    assert not OFFICE.is_open(local("2026-11-20T08:59:59"))


def test_the_second_time_round_is_told_from_the_first() -> None:
    night = every_day(NEW_YORK, ("01:00", "01:30"))
    at = local("2026-11-01T01:15")
    assert night.is_open(at)
    assert not night.is_open(at.replace(fold=1))


def test_shift_goes_on_while_clocks_show_the_evening_before_again() -> None:
    week = every_day("America/St_Johns", ("00:00", "00:30"))  # at 00:01 clocks went back to 23:01
    assert not week.is_open(local("2010-11-06T23:30", "America/St_Johns"))
    assert week.is_open(local("2010-11-06T23:30", "America/St_Johns").replace(fold=1))


def test_holiday_and_weekend_are_passed_over() -> None:
    assert OFFICE.next_open(local("2026-12-24T17:00")) == local("2026-12-28T09:00")
    assert OFFICE.add_working_time(local("2026-12-24T16:00"), hours(2)) == local("2026-12-28T10:00")


def test_a_full_day_ends_at_closing_time() -> None:
    assert OFFICE.add_business_days(local("2026-11-20T09:00"), 1) == local("2026-11-20T17:00")


def test_no_work_is_due_at_once() -> None:
    saturday = local("2026-11-21T12:00")
    assert OFFICE.add_working_time(saturday, timedelta()) == saturday


def test_shift_across_midnight_is_one_stretch() -> None:
    night = every_day(NEW_YORK, ("00:00", "06:00"), ("22:00", "24:00"))
    assert night.add_working_time(local("2026-11-20T22:00"), hours(8)) == local("2026-11-21T06:00")
    assert night.is_open(local("2026-11-21T00:00"))


def test_business_day_is_the_longest_ordinary_day() -> None:
    week = WorkingWeek.parse(
        zone=NEW_YORK, hours={"mon": [["09:00", "12:00"], ["13:00", "18:00"]], "tue": [["09:00", "12:00"]]}
    )
    assert week.day_length == hours(8)
    assert week.add_business_days(local("2026-11-23T09:00"), 1) == local("2026-11-23T18:00")
    assert week.add_business_days(local("2026-11-24T09:00"), 1) == local("2026-11-30T15:00")


def test_business_day_of_a_round_the_clock_team_is_24_real_hours() -> None:
    week = WorkingWeek.parse(zone=NEW_YORK, hours=ALWAYS)
    assert week.add_business_days(local("2026-10-31T12:00"), 1) == local("2026-11-01T11:00")


def test_part_of_a_business_day() -> None:
    assert OFFICE.add_business_days(local("2026-11-20T09:00"), Decimal("0.8")) == local("2026-11-20T15:24")
    assert OFFICE.add_business_days(local("2026-11-20T09:00"), Decimal("1.5")) == local("2026-11-23T13:00")


def test_many_business_days_go_far_beyond_the_horizon() -> None:
    week = WorkingWeek.parse(zone="UTC", hours=NINE_TO_FIVE)
    assert week.add_business_days(datetime(2026, 1, 5, 9, tzinfo=UTC), 5 * 520) == datetime(
        2035, 12, 21, 17, tzinfo=UTC
    )


@pytest.mark.parametrize("n", [-1, Decimal("-0.1"), Decimal("NaN"), Decimal("Infinity")])
def test_impossible_number_of_business_days_is_refused(n: int | Decimal) -> None:
    with pytest.raises(ValueError, match=r"negative|finite"):
        OFFICE.add_business_days(local("2026-11-20T09:00"), n)


def closed_weeks() -> list[WorkingWeek]:
    dates = [str(date(2026, 1, 1) + timedelta(days=n)) for n in range(800)]
    return [
        WorkingWeek.parse(zone=NEW_YORK, hours={}),
        WorkingWeek.parse(zone=NEW_YORK, hours=NINE_TO_FIVE, holidays=dates),
    ]


@pytest.mark.parametrize("week", closed_weeks(), ids=["no hours", "all holidays"])
def test_team_that_never_opens_is_named_so(week: WorkingWeek) -> None:
    at = local("2026-06-01T12:00")
    attempts: list[Callable[[], object]] = [
        lambda: week.next_open(at),
        lambda: week.add_working_time(at, hours(1)),
        lambda: week.add_business_days(at, 1),
        lambda: callback_due(week, at, None),
    ]
    for attempt in attempts:
        with pytest.raises(NeverOpen):
            attempt()
    assert not week.is_open(at)
    assert week.working_time_between(at, at + timedelta(days=100)) == timedelta()


def test_naive_datetimes_are_refused() -> None:
    naive, aware = datetime(2026, 11, 20, 9), local("2026-11-20T09:00")
    attempts: list[Callable[[], object]] = [
        lambda: OFFICE.is_open(naive),
        lambda: OFFICE.next_open(naive),
        lambda: OFFICE.add_working_time(naive, hours(1)),
        lambda: OFFICE.add_working_time(naive, timedelta()),
        lambda: OFFICE.add_business_days(naive, 1),
        lambda: OFFICE.working_time_between(naive, naive),
        lambda: OFFICE.working_time_between(aware, naive),
        lambda: callback_due(OFFICE, naive, None),
        lambda: relative(naive, naive),
    ]
    for attempt in attempts:
        with pytest.raises(ValueError, match="aware"):
            attempt()


def test_touching_spans_are_joined_and_any_order_is_read() -> None:
    week = WorkingWeek.parse(zone="UTC", hours={"sun": [["13:00", "24:00"], ["08:00", "12:00"], ["12:00", "13:00"]]})
    assert week.hours[6] == ((time(8), time.max),)
    assert week.hours[:6] == ((),) * 6
    assert week.day_length == hours(16)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"zone": "Mars/Olympus"}, "not a time zone"),
        ({"zone": "America"}, "not a time zone"),
        ({"zone": "../etc/passwd"}, "not a time zone"),
        ({"zone": ""}, "not a time zone"),
        ({"zone": None}, "not a time zone"),
        ({"hours": []}, "list for each day"),
        ({"hours": {"Monday": []}}, '"Monday" is not a day'),
        ({"hours": {"mon": "09:00"}}, "Monday: give a list"),
        ({"hours": {"mon": None}}, "Monday: give a list"),
        ({"hours": {"mon": ["09:00", "17:00"]}}, "Monday: give each opening as a start and an end"),
        ({"hours": {"tue": [["09:00", "25:00"]]}}, 'Tuesday: "25:00" is not a time'),
        ({"hours": {"tue": [["9:00", "17:00"]]}}, 'Tuesday: "9:00" is not a time'),
        ({"hours": {"tue": [["٠٩:00", "17:00"]]}}, "is not a time"),
        ({"hours": {"tue": [["24:00", "24:00"]]}}, '"24:00" is not a time'),
        ({"hours": {"tue": [[9, 17]]}}, 'Tuesday: "9" is not a time'),
        ({"hours": {"sun": [["17:00", "09:00"]]}}, "Sunday: 09:00 is not after 17:00"),
        ({"hours": {"sun": [["09:00", "09:00"]]}}, "Sunday: 09:00 is not after 09:00"),
        ({"hours": {"sun": [["09:00", "12:00"], ["11:00", "15:00"]]}}, "Sunday: the hours from 11:00 overlap"),
        ({"hours": {"sun": [["09:00", "24:00"], ["23:00", "23:30"]]}}, "Sunday: the hours from 23:00 overlap"),
        ({"holidays": ["2026-02-30"]}, '"2026-02-30" is not a holiday date'),
        ({"holidays": [20261225]}, '"20261225" is not a holiday date'),
    ],
)
def test_each_fault_has_one_clear_sentence(fault: dict[str, object], sentence: str) -> None:
    sound: dict[str, object] = {"zone": NEW_YORK, "hours": NINE_TO_FIVE, "holidays": []}
    with pytest.raises(InvalidHours) as refusal:
        WorkingWeek.parse(**(sound | fault))  # type: ignore[arg-type]
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("asked", "days", "parts", "zone", "due"),
    [
        # Friday 2026-11-20, office in New York 9 to 5.
        ("2026-11-20T09:30", [], ["morning"], NEW_YORK, "2026-11-20T12:00"),  # the window's end
        ("2026-11-20T09:30", [], ["morning", "afternoon"], NEW_YORK, "2026-11-20T17:00"),  # joined
        ("2026-11-20T09:30", [], ["morning"], "America/Chicago", "2026-11-20T13:00"),  # in the patient's zone
        ("2026-11-20T09:30", [], ["afternoon"], "America/Denver", "2026-11-20T17:00"),  # the team goes home
        ("2026-11-20T11:30", [], ["morning"], NEW_YORK, "2026-11-23T11:30"),  # too late for today's
        ("2026-11-20T11:00", [], ["morning"], NEW_YORK, "2026-11-20T12:00"),  # an hour is enough
        ("2026-11-20T09:30", [], ["evening"], NEW_YORK, "2026-11-23T09:30"),  # the team never works then
        ("2026-11-20T09:30", ["wed"], ["morning"], NEW_YORK, "2026-11-23T09:30"),  # a later day than the business day
        ("2026-11-20T15:00", ["mon"], ["morning"], NEW_YORK, "2026-11-23T12:00"),  # after the weekend
        ("2026-11-21T15:00", ["sat"], [], NEW_YORK, "2026-11-23T17:00"),  # asked while closed
        ("2026-11-20T09:30", [], [], NEW_YORK, "2026-11-20T17:00"),  # any time
    ],
)
def test_callback_is_due_inside_the_window_and_within_a_business_day(
    asked: str, days: list[str], parts: list[str], zone: str, due: str
) -> None:
    window = call_window(zone=zone, days=days, parts=parts)
    assert callback_due(OFFICE, local(asked), window) == local(due)


def test_callback_without_a_window_is_due_after_a_business_day() -> None:
    assert callback_due(OFFICE, local("2026-11-20T09:30"), None) == local("2026-11-23T09:30")


@settings(deadline=None)
@given(weeks(), st.sets(st.sampled_from(sorted(ALWAYS))), st.sets(st.sampled_from(["morning", "afternoon", "evening"])))
def test_callback_is_never_due_later_than_a_business_day_nor_within_the_hour(
    drawn: tuple[WorkingWeek, datetime], days: set[str], parts: set[str]
) -> None:
    week, asked = drawn
    window = call_window(zone="Europe/Berlin", days=sorted(days), parts=sorted(parts))
    due, latest = callback_due(week, asked, window), week.add_business_days(asked, 1)
    assert due == latest or asked + hours(1) <= due < latest
    assert due == latest or any(window.open_spans(due - timedelta(minutes=1), due))


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        ({"parts": ["night"]}, '"night" is not a part of the day'),
        ({"days": ["someday"]}, '"someday" is not a day'),
        ({"zone": "Mars/Olympus"}, "not a time zone"),
    ],
)
def test_impossible_window_is_refused(choice: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidHours, match=sentence):
        call_window(**({"zone": NEW_YORK} | choice))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(hours=2, minutes=10), "due in 2 h 10 min"),
        (timedelta(hours=2, minutes=10, seconds=59), "due in 2 h 10 min"),
        (timedelta(hours=2), "due in 2 h"),
        (timedelta(minutes=1), "due in 1 min"),
        (timedelta(seconds=59), "due now"),
        (timedelta(), "due now"),
        (timedelta(seconds=-59), "due now"),
        (timedelta(minutes=-35), "35 min overdue"),
        (timedelta(minutes=-35, seconds=-30), "35 min overdue"),
        (timedelta(hours=-3, minutes=-5), "3 h 5 min overdue"),
        (timedelta(days=1), "due in 1 day"),
        (timedelta(days=1, hours=5, minutes=20), "due in 1 day 5 h"),
        (timedelta(days=3, hours=4), "due in 3 days"),
        (timedelta(days=-12), "12 days overdue"),
    ],
)
def test_due_time_is_said_as_people_say_it(left: timedelta, said: str) -> None:
    now = local("2026-11-20T09:30")
    assert relative(now.astimezone(UTC) + left, now) == said
