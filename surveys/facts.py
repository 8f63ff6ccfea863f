"""Facts about a respondent and a patient, for conditions; looked up when a condition first asks for them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from patients.models import Patient, Respondent, Touchpoint
from surveys.conditions import FACTS
from surveys.models import Response

_KIND = Touchpoint.Kind


class PatientFacts(Mapping[str, Any]):
    """The facts of FACTS for one patient and respondent, as of `now`; unknown ones are absent.

    Costs no query until a condition asks for history: then one for the touchpoints and one for earlier responses.
    response: the response that asks, which does not count as an earlier one.
    """

    def __init__(
        self, *, patient: Patient | None, respondent: Respondent, now: datetime, response: Response | None = None
    ) -> None:
        self._patient = patient
        self._respondent = respondent
        self._response = response
        self._now = now

    def __getitem__(self, name: str) -> Any:
        value = self._find(name)
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return (name for name in FACTS if self._find(name) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _find(self, name: str) -> Any:
        known = getattr(self, f"_{name}", None) if name in FACTS else None
        return known() if callable(known) else None

    def _stage(self) -> str | None:
        return self._patient.stage if self._patient else None

    def _partner(self) -> str | None:
        return self._patient.partner.code if self._patient and self._patient.partner else None

    def _respondent_kind(self) -> str | None:
        return self._respondent.kind if self._respondent_known() else None

    def _respondent_known(self) -> bool:
        return self._respondent.kind != Respondent.Kind.UNKNOWN

    def _text_screening(self) -> bool:
        return False  # texts go to people; no machine screens them

    def _shipped(self) -> bool:
        return _KIND.SHIPPED in self._touchpoints or self._first_fill()

    def _first_fill(self) -> bool:
        return _KIND.FIRST_FILL in self._touchpoints or self._started()

    def _started(self) -> bool:
        return _KIND.FIRST_DOSE in self._touchpoints

    def _days_to_first_dose(self) -> int | None:
        planned = self._touchpoints.get(_KIND.FIRST_DOSE_PLANNED)
        return max((planned - self._now).days, 0) if planned and not self._started() else None

    def _earlier_responses(self) -> int:
        return len(self._earlier)

    def _was_unprepared(self) -> bool:
        return any(answers.get("prepared") == "no" for answers in self._earlier)

    @cached_property
    def _touchpoints(self) -> dict[str, datetime]:
        if self._patient is None:
            return {}
        rows = self._patient.touchpoints.valid().order_by("occurred_at").values_list("kind", "occurred_at")
        return {kind: at for kind, at in rows if at <= self._now or kind == _KIND.FIRST_DOSE_PLANNED}

    @cached_property
    def _earlier(self) -> list[dict[str, Any]]:
        if self._patient is None:
            return []
        others = Response.objects.filter(patient=self._patient, submitted_at__isnull=False)
        if self._response:
            others = others.exclude(pk=self._response.pk).filter(started_at__lte=self._response.started_at)
        return list(others.values_list("answers", flat=True))
