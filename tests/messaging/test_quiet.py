"""Quiet hours are kept where the patient lives, in the nights when the clocks change too."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxplatform.lib.clocks import InvalidHours
from messaging.quiet import next_allowed

ZONES = (
    "America/New_York",
    "America/Los_Angeles",
    "Europe/Madrid",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Havana",
)


def at(text: str, zone: str) -> datetime:
    """Return a time on the wall there."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("zone", "now", "allowed"),
    [
        ("America/New_York", "2026-03-02 08:00", "2026-03-02 08:00"),
        ("America/New_York", "2026-03-02 20:59:59", "2026-03-02 20:59:59"),
        ("America/New_York", "2026-03-02 21:00", "2026-03-03 08:00"),
        ("America/New_York", "2026-03-02 07:59:59", "2026-03-02 08:00"),
        ("America/New_York", "2026-03-07 22:00", "2026-03-08 08:00"),  # spring forward: the night has nine hours
        ("America/New_York", "2026-10-31 22:00", "2026-11-01 08:00"),  # fall back: it has eleven
        ("Europe/Madrid", "2026-03-29 02:30", "2026-03-29 08:00"),  # a time that the clocks jump over
        ("Europe/Madrid", "2026-10-25 02:30", "2026-10-25 08:00"),  # a time that comes twice
        ("America/Havana", "2026-03-08 00:30", "2026-03-08 08:00"),  # the clocks change at midnight
    ],
)
def test_the_next_allowed_moment(zone: str, now: str, allowed: str) -> None:
    assert next_allowed(at(now, zone), time_zone=zone) == at(allowed, zone)


def test_the_night_of_the_change_is_as_long_as_it_is() -> None:
    start = at("2026-03-07 22:00", "America/New_York").astimezone(UTC)
    assert next_allowed(start, time_zone="America/New_York") - start == timedelta(hours=9)
    start = at("2026-10-31 22:00", "America/New_York").astimezone(UTC)
    assert next_allowed(start, time_zone="America/New_York") - start == timedelta(hours=11)


@given(st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)), st.sampled_from(ZONES))
def test_it_is_never_night_there_and_never_later_than_needed(moment: datetime, zone: str) -> None:
    now = moment.replace(tzinfo=UTC)
    allowed = next_allowed(now, time_zone=zone)
    there = allowed.astimezone(ZoneInfo(zone))
    assert 8 <= there.hour < 21
    assert now <= allowed <= now + timedelta(hours=12)
    assert allowed == now or (there.hour, there.minute, there.second) == (8, 0, 0)


def test_a_zone_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidHours):
        next_allowed(datetime(2026, 3, 2, tzinfo=UTC), time_zone="Mars/Base")
