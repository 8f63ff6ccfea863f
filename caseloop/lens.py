"""What the address of the queue asks for: a saved view, filters, a search, a place in the order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import models
from django.http import QueryDict

from caseloop.codes import Severity, Status
from caseloop.services import LEADS
from tenants.models import Member

_FILTERS = ("status", "team", "owner", "overdue", "severity", "partner", "program", "asked")


class View(models.TextChoices):
    """The saved views, which are the tabs."""

    MINE = "mine", "Mine now"
    UNASSIGNED = "unassigned", "Unassigned"
    TEAMS = "teams", "My teams"
    OVERDUE = "overdue", "Overdue"
    OPEN = "open", "All open"
    DONE = "done", "Resolved and ended"


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the order: the sorted instant, and the id that breaks ties."""

    at: datetime
    id: UUID

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """Read what `__str__` wrote; None for anything else."""
        micros, _, hex_id = text.partition(".")
        try:
            return cls(datetime.fromtimestamp(0, UTC) + timedelta(microseconds=int(micros)), UUID(hex=hex_id))
        except (ValueError, OverflowError):
            return None

    def __str__(self) -> str:
        return f"{(self.at - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)}.{self.id.hex}"


@dataclass(frozen=True, slots=True)
class Lens:
    """What the address asks for: a saved view, filters on it, a search, and a place in the order.

    filters: only names and values that mean something; anything else in the address is passed over.
    """

    view: View
    filters: Mapping[str, str]
    search: str = ""
    after: Cursor | None = None
    before: Cursor | None = None

    @classmethod
    def read(cls, query: QueryDict, *, member: Member) -> "Lens":
        """Read the query string; the view of a first visit depends on the role."""
        asked = query.get("view", "")
        usual = View.OPEN if member.role in LEADS else View.MINE
        return cls(
            view=View(asked) if asked in View.values else usual,
            filters={name: value for name in _FILTERS if (value := query.get(name, "")) and _means(name, value)},
            search=query.get("q", "").strip()[:40],
            after=Cursor.read(query.get("after", "")),
            before=Cursor.read(query.get("before", "")),
        )

    def address(self, **changes: Any) -> str:
        """Return the query string with some parts changed ("" or None takes one away); the place is forgotten."""
        parts = {"view": self.view.value, **self.filters, "q": self.search, **changes}
        return "?" + urlencode({name: value for name, value in parts.items() if value})

    def cleared(self) -> str:
        """Return the query string of the view without filters and search."""
        return f"?view={self.view.value}"


def _means(name: str, value: str) -> bool:
    words: dict[str, Any] = {
        "status": Status.values, "severity": Severity.values, "owner": ("me", "nobody"), "overdue": ("1",),
        "asked": ("1",),
    }  # fmt: skip
    if name in words:
        return value in words[name]
    try:
        return bool(UUID(value))
    except ValueError:
        return False
