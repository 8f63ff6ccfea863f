"""The board: one card per partner with what its patients said and how fast it acts."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import sqrt
from typing import Any
from uuid import UUID

from django.db import connection

from tenants.models import Partner

PERIOD = timedelta(days=28)
NEWEST = 20_000  # answers are read at request time, so a busy month is judged by its newest ones
HIDDEN_BELOW = 11  # CMS cell size suppression: no cell of 1 to 10
LOW_BASE_BELOW = 30
_Z = 1.959964

_PREPARED = """
    SELECT partner_id, count(*) FILTER (WHERE prepared = 'yes'), count(*) FILTER (WHERE prepared IN ('yes', 'no'))
    FROM (SELECT partner_id, answers ->> 'prepared' AS prepared FROM surveys_response
          WHERE survey_id IN (SELECT id FROM surveys_survey) AND saved_at >= %s
          ORDER BY saved_at DESC LIMIT %s) newest
    GROUP BY partner_id
"""
_WAITING = """
    SELECT partner_id, count(*), count(*) FILTER (WHERE due_at < %s) FROM caseloop_case
    WHERE due_at IS NOT NULL GROUP BY partner_id
"""
# A concern joins and a case resolves by a move, which sets changed_at: the index on it bounds both.
_WORKED = """
    WITH moved AS MATERIALIZED (
        SELECT id, partner_id, resolved_at FROM caseloop_case
        WHERE status IN ('new', 'acknowledged', 'contacting', 'contacted', 'waiting', 'reopened', 'resolved', 'closed',
                         'no_action') AND changed_at >= %(since)s)
    SELECT m.partner_id, count(DISTINCT m.id) FILTER (WHERE m.resolved_at >= %(since)s),
        extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY c.attempted_at - c.opened_at)
                FILTER (WHERE c.opened_at >= %(since)s)) / 3600
    FROM moved m LEFT JOIN caseloop_concern c ON c.case_id = m.id GROUP BY m.partner_id
"""


@dataclass(frozen=True, slots=True)
class Share:
    """x of n, with its Wilson 95 % interval in percent."""

    x: int
    n: int

    @property
    def is_hidden(self) -> bool:
        """Tell whether n is too small to be shown."""
        return self.n < HIDDEN_BELOW

    @property
    def is_low_base(self) -> bool:
        """Tell whether n is so small that only the interval means something."""
        return self.n < LOW_BASE_BELOW

    @property
    def percent(self) -> int:
        """Return the share in whole percent."""
        return round(100 * self.x / self.n) if self.n else 0

    @property
    def interval(self) -> tuple[int, int]:
        """Return the ends of the interval in whole percent."""
        low, high = wilson(self.x, self.n)
        return round(100 * low), round(100 * high)


@dataclass(slots=True)
class Card:
    """One partner over the period; hours: median from alert to first attempt, None without an attempt."""

    name: str
    prepared: Share = field(default_factory=lambda: Share(0, 0))
    open: int = 0
    overdue: int = 0
    resolved: int = 0
    hours: float | None = None


def wilson(x: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of the share x / n, in 0..1; (0, 1) for n = 0.

    Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22 (1927).
    """
    if n == 0:
        return 0.0, 1.0
    centre = (x + _Z**2 / 2) / (n + _Z**2)
    half = _Z * sqrt(x * (n - x) / n + _Z**2 / 4) / (n + _Z**2)
    return max(centre - half, 0.0), min(centre + half, 1.0)


def board(*, now: datetime) -> list[Card]:
    """Return one card per partner that the bound member may see, by name; last the patients without a partner, if any.

    Four queries, whatever the number of partners.
    """
    cards: dict[UUID | None, Card] = {
        partner_id: Card(name) for partner_id, name in Partner.objects.order_by("name").values_list("pk", "name")
    }
    since = now - PERIOD
    for partner_id, yes, answered in _rows(_PREPARED, [since, NEWEST]):
        _card(cards, partner_id).prepared = Share(yes, answered)
    for partner_id, waiting, overdue in _rows(_WAITING, [now]):
        card = _card(cards, partner_id)
        card.open, card.overdue = waiting, overdue
    for partner_id, resolved, hours in _rows(_WORKED, {"since": since}):
        card = _card(cards, partner_id)
        card.resolved, card.hours = resolved, None if hours is None else round(float(hours), 1)
    return list(cards.values())


def _card(cards: dict[UUID | None, Card], partner_id: UUID | None) -> Card:
    return cards.setdefault(partner_id, Card("Without a partner"))


def _rows(sql: str, parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
