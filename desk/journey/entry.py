"""One line of the timeline, and what is needed to find the lines of one patient."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from desk.answers import Said

# What the timeline can be narrowed to: kind → word on its chip, in the order of the chips.
KINDS = {
    "events": "Journey events",
    "surveys": "Surveys",
    "messages": "Messages",
    "cases": "Alerts and cases",
    "calls": "Calls",
    "record": "Consent and record",
    "safety": "Safety",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. dot: colour of its mark; url: where more of it is; void_url: how to take it back."""

    at: datetime
    icon: str
    title: str
    dot: str = ""
    detail: str = ""
    url: str = ""
    severity: str = ""
    said: list[Said] = field(default_factory=list)
    is_small: bool = False
    void_url: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """Whose timeline is read, and how far: rows before a moment, at most `most` of each source.

    ids: the patient and everybody who was merged into it; people: those who answer; pseudonyms: of the merged, by id.
    """

    ids: Sequence[UUID]
    people: Sequence[UUID]
    pseudonym: str
    slug: str
    now: datetime
    before: datetime | None
    most: int
    sees_safety: bool

    def newest(self, rows: Any, by: str) -> Any:
        """Keep the newest rows of the window by the field that says when."""
        earlier = Q(**{f"{by}__lt": self.before}) if self.before else Q()
        return rows.filter(earlier).order_by(f"-{by}", "-pk")[: self.most]
