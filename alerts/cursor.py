"""Keyset paging of alerts, newest first: a place in the list, not a page number."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from alerts.models import Alert


@dataclass(frozen=True, slots=True)
class Page:
    """Up to `size` alerts, newest first; `older` and `newer` are cursors, "" where there are none."""

    alerts: list[Alert]
    older: str
    newer: str


def page_of(alerts: QuerySet[Alert], *, before: str, after: str, size: int) -> Page:
    """Return the page that follows the cursor `before`, precedes the cursor `after`, or is the first.

    A cursor that makes no sense counts as none.
    """
    back = _read(after)
    place = None if back else _read(before)
    if back:
        at, pk = back
        alerts = alerts.filter(raised_at__gte=at).filter(Q(raised_at__gt=at) | Q(pk__gt=pk))
        found = list(alerts.order_by("raised_at", "pk")[: size + 1])
        shown, has_older, has_newer = found[:size][::-1], True, len(found) > size
    else:
        if place:
            at, pk = place
            alerts = alerts.filter(raised_at__lte=at).filter(Q(raised_at__lt=at) | Q(pk__lt=pk))
        found = list(alerts.order_by("-raised_at", "-pk")[: size + 1])
        shown, has_older, has_newer = found[:size], len(found) > size, place is not None
    return Page(
        alerts=shown,
        older=_write(shown[-1]) if shown and has_older else "",
        newer=_write(shown[0]) if shown and has_newer else "",
    )


def _write(alert: Alert) -> str:
    return f"{alert.raised_at.isoformat()}_{alert.pk}"


def _read(cursor: str) -> tuple[datetime, Any] | None:
    at, _, pk = cursor.partition("_")
    try:
        moment, row = datetime.fromisoformat(at), UUID(pk)
    except ValueError:
        return None
    return (moment, row) if moment.tzinfo else None
