"""One page of the timeline: every source is asked once, and their newest rows are put together."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from uuid import UUID

from desk.journey import asked, done
from desk.journey.entry import Entry, Window
from patients.models import Answering, Patient

PAGE = 50
MOST = PAGE + 30  # of each source: as many may share the moment at which a page ends

_SOURCES: dict[str, tuple[Callable[[Window], Iterator[Entry]], ...]] = {
    "events": (asked.touchpoints,),
    "surveys": (asked.invitations, asked.skips, asked.responses),
    "messages": (asked.messages, asked.inbound),
    "cases": (done.alerts, done.cases),
    "calls": (asked.calls,),
    "record": (done.record,),
    "safety": (done.safety,),
}


@dataclass(frozen=True, slots=True)
class Family:
    """A patient with everybody who was merged into it, and those who answer; ids only."""

    patient: Patient
    ids: list[UUID]
    people: list[UUID]

    @classmethod
    def of(cls, patient: Patient) -> "Family":
        """Find them, in two queries."""
        ids = [patient.pk, *Patient.objects.filter(merged_into=patient).values_list("pk", flat=True)]
        people = Answering.objects.filter(patient__in=ids).values_list("respondent_id", flat=True)
        return cls(patient, ids, list(people))


@dataclass(frozen=True, slots=True)
class Journey:
    """Entries, newest first; `earlier` is the moment before which the next page begins, None at the beginning."""

    entries: list[Entry]
    earlier: datetime | None


def journey(
    family: Family,
    *,
    slug: str,
    now: datetime,
    show: str = "",
    before: datetime | None = None,
    sees_safety: bool = False,
) -> Journey:
    """Return a page of what happened to a patient of the bound organization `slug`; the same few queries always.

    show: one of KINDS, or everything. before: the `earlier` of the page before.
    """
    window = Window(
        ids=family.ids,
        people=family.people,
        pseudonym=family.patient.pseudonym,
        slug=slug,
        now=now,
        before=before,
        most=MOST,
        sees_safety=sees_safety,
    )
    sources = _SOURCES.get(show) or tuple(chain.from_iterable(_SOURCES.values()))
    found = [list(source(window)) for source in sources]
    entries = sorted(chain.from_iterable(found), key=lambda each: each.at, reverse=True)
    return _cut(entries, is_all=all(len(each) < MOST for each in found))


def _cut(entries: list[Entry], *, is_all: bool) -> Journey:
    """Keep a page, and with its last entry everything of the same moment, so that no page begins in between."""
    if len(entries) <= PAGE:
        return Journey(entries, None)
    last = entries[PAGE - 1].at
    kept = [entry for entry in entries if entry.at >= last]
    return Journey(kept, None if is_all and len(kept) == len(entries) else last)
