"""A journey on the events of the past: who would have been invited, when, and why others would not."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from surveys.invitations.estimate import MOST, Forecast, by_reason, forecast, paced
from surveys.models import Occasion

DAYS = 90

_EVENTS = """
SELECT t.patient_id, (t.occurred_at AT TIME ZONE p.time_zone + %(delay)s) AT TIME ZONE p.time_zone AS due_at
FROM patients_touchpoint t JOIN patients_patient p ON p.id = t.patient_id
WHERE t.organization_id = %(organization)s AND t.kind = %(kind)s AND t.voided_at IS NULL
    AND t.occurred_at BETWEEN %(start)s AND %(now)s AND p.program_id = %(program)s
ORDER BY t.occurred_at DESC LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Day:
    """What would have gone out on one day, in the reader's time zone."""

    date: date
    invited: int
    skipped: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a journey would have done with the events of the last `days`; of the newest MOST when there were more."""

    days: int
    events: int
    invited: int
    skipped: list[tuple[str, int]]
    by_day: list[Day]

    @property
    def is_cut(self) -> bool:
        """Tell whether there were more events than were looked at."""
        return self.events >= MOST


def dry_run(journey: Occasion, *, now: datetime, days: int = DAYS) -> DryRun:
    """Run a journey over the events of the last `days`, in one statement; nothing is stored and nobody is asked.

    Status, consent and addresses are those of today, because that is what is known; the contact rules are applied to
    the surveys that were really sent and to those that this run would have sent.
    """
    params = {
        "organization": journey.organization_id,
        "kind": journey.touchpoint,
        "program": journey.program_id,
        "start": now - timedelta(days=days),
        "now": now,
        "delay": timedelta(days=journey.delay_days),
        "most": MOST,
    }
    organization = journey.program.organization
    found = forecast(_EVENTS, params, survey=journey.survey, organization=organization)
    rows = paced(found, organization=organization)
    return DryRun(
        days=days,
        events=len({(row.patient_id, row.due_at) for row in rows}),
        invited=sum(1 for row in rows if not row.reason),
        skipped=by_reason(row.reason for row in rows),
        by_day=_by_day(rows),
    )


def _by_day(rows: list[Forecast]) -> list[Day]:
    invited: Counter[date] = Counter()
    skipped: Counter[date] = Counter()
    for row in rows:
        (skipped if row.reason else invited)[timezone.localdate(row.due_at)] += 1
    return [Day(day, invited[day], skipped[day]) for day in sorted({*invited, *skipped}, reverse=True)]
