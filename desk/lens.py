"""Which patients a list shows: filters, search, and the place in it, read from and written to the address."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.http import urlencode

from cxplatform.lib.languages import language_name
from patients.models import STAGES, Patient
from patients.models.patient import PatientQuerySet
from tenants.forms.languages import CODES
from tenants.models import Partner, Program

PAGE = 50
_COLUMNS = {
    "program": "program_id",
    "partner": "partner_id",
    "stage": "stage",
    "status": "contact_status",
    "language": "language",
}


@dataclass(frozen=True, slots=True)
class Lens:
    """What the list shows. after, before: the id, or in a search the pseudonym, that the page follows or precedes."""

    query: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    after: str = ""
    before: str = ""

    @classmethod
    def read(cls, sent: Mapping[str, str]) -> "Lens":
        """Read the address; what is no filter, and ids that are none, count for nothing."""
        filters = {name: sent.get(name, "")[:40] for name in _COLUMNS if sent.get(name)}
        for name in ("program", "partner"):
            if name in filters and not _is_uuid(filters[name]):
                del filters[name]
        query = sent.get("q", "").strip()[:40]
        places = {name: sent.get(name, "")[:40] for name in ("after", "before")}
        if not query:
            places = {name: place if _is_uuid(place) else "" for name, place in places.items()}
        return cls(query, filters, **places)

    def address(self, **over: str) -> str:
        """Return the query string with something changed; a change of filters begins at the start."""
        said = {"q": self.query, **self.filters, **over}
        return "?" + urlencode({name: value for name, value in said.items() if value})

    def menus(self) -> list[dict[str, Any]]:
        """Return the filters for the page."""
        programs = [(str(each.pk), each.name) for each in Program.objects.order_by("name")]
        partners = [(str(each.pk), each.name) for each in Partner.objects.order_by("name")]
        return [
            self._menu("program", "Program", programs),
            *([self._menu("partner", "Partner", partners)] if len(partners) > 1 else []),
            self._menu("stage", "Stage", list(STAGES.items())),
            self._menu("status", "Contact status", [(each.value, str(each.label)) for each in Patient.ContactStatus]),
            self._menu("language", "Language", [(code, language_name(code)) for code in CODES]),
        ]

    def _menu(self, name: str, label: str, options: list[tuple[str, str]]) -> dict[str, Any]:
        chosen = self.filters.get(name)
        if chosen:
            words = dict(options).get(chosen, chosen)
            return {"label": f"{label}: {words}", "url": self.address(**{name: ""}), "on": True}
        choices = [{"label": words, "url": self.address(**{name: value}), "on": False} for value, words in options]
        return {"label": label, "on": False, "options": choices}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of patients; previous and next are addresses or empty."""

    rows: list[Patient]
    previous: str = ""
    next: str = ""


def page_of(lens: Lens) -> Page:
    """Return what the lens shows: newest first, or by pseudonym when searching, merged ones only in a search.

    Ids are time-ordered, so the index on them serves “newest first” without a sort. Raises NotAPseudonym.
    """
    rows: PatientQuerySet = Patient.objects.filter(**{_COLUMNS[name]: value for name, value in lens.filters.items()})
    rows = rows.select_related("program", "partner", "merged_into")
    if lens.query:
        return _cut(rows.starting_with(lens.query), lens, by="pseudonym", is_descending=False)
    return _cut(rows.unmerged(), lens, by="id", is_descending=True)


def _cut(rows: PatientQuerySet, lens: Lens, *, by: str, is_descending: bool) -> Page:
    is_back = bool(lens.before)
    runs_down = is_descending is not is_back
    if place := lens.before or lens.after:
        rows = rows.filter(**{f"{by}__{'lt' if runs_down else 'gt'}": place})
    fetched = list(rows.order_by(f"-{by}" if runs_down else by)[: PAGE + 1])
    more, shown = len(fetched) > PAGE, fetched[:PAGE]
    if is_back:
        shown.reverse()
    has_previous, has_next = (more, True) if is_back else (bool(lens.after), more)
    return Page(
        rows=shown,
        previous=lens.address(before=str(getattr(shown[0], by))) if shown and has_previous else "",
        next=lens.address(after=str(getattr(shown[-1], by))) if shown and has_next else "",
    )


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
