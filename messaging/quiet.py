"""Quiet hours: nothing goes to a patient before 8 and from 21 o'clock on, where the patient lives."""

from datetime import datetime

from cxplatform.lib.clocks import call_window


def next_allowed(now: datetime, *, time_zone: str) -> datetime:
    """Return the first moment from `now` on, in UTC, between 8 and 21 o'clock there, across changes of the clock.

    time_zone: an IANA key. Raises InvalidHours for any other.
    Source: 47 CFR 64.1200(c)(1), no calls before 8 a.m. or after 9 p.m. at the called party's location.
    """
    return call_window(zone=time_zone).next_open(now)
