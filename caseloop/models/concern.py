"""One alert inside a case, with its own clocks and disposition."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from caseloop.codes import ConcernOutcome, RootCause, Severity
from caseloop.models.case import Case
from cxplatform.lib.rows import tenant_rows
from tenants.models import Member, TenantRow


@dataclass(frozen=True, slots=True)
class Disposition:
    """How one concern was settled: why it happened, what was done, what came of it."""

    root_cause: str
    action: str
    outcome: str

    def codes(self) -> dict[str, str]:
        """Return it without the words."""
        return {"root_cause": self.root_cause, "outcome": self.outcome}


class ConcernQuerySet(models.QuerySet["Concern"]):
    """Filters on concerns."""

    def unsettled(self) -> "ConcernQuerySet":
        """Keep those without a disposition."""
        return self.filter(settled_at=None)

    def newest_wish_first(self) -> "ConcernQuerySet":
        """Keep the unsettled ones with which the patient said how to be contacted, the newest first."""
        return self.unsettled().filter(wish__isnull=False).order_by("-opened_at", "-id")

    def unattempted(self) -> "ConcernQuerySet":
        """Keep those for which nobody has tried to reach the patient since they were opened."""
        return self.unsettled().filter(attempted_at=None)


class Concern(TenantRow):
    """One alert in a case. An earlier contact never meets it: its first-attempt clock is its own.

    source_id: the alert; unique, so that the same alert never makes two concerns.
    why: the explanation as it was when the alert fired (rule, question, answer).
    wish: a stored `Wish`: how the patient asked, with these answers, to be contacted; null when nothing was chosen.
    """

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="concerns"
    )
    source_id = models.UUIDField(unique=True)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    why = models.JSONField(default=dict)
    wish = models.JSONField(null=True, help_text="How the patient asked to be contacted, if a choice was made.")
    opened_at = models.DateTimeField()
    first_attempt_due_at = models.DateTimeField()
    resolve_due_at = models.DateTimeField()
    attempted_at = models.DateTimeField(null=True)
    contacted_at = models.DateTimeField(null=True)
    changed_answer = models.JSONField(null=True, help_text="What the patient answered later, if it no longer matches.")
    root_cause = models.CharField(max_length=32, choices=RootCause.choices, blank=True)
    action = models.TextField(blank=True)
    outcome = models.CharField(max_length=20, choices=ConcernOutcome.choices, blank=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        Member, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    objects = ConcernQuerySet.as_manager()

    class Meta:
        constraints = tenant_rows("caseloop_concern", keys=("case", "settled_by"), partner="case")
        indexes = [models.Index(fields=["case", "opened_at"], name="caseloop_concern_order")]

    @property
    def due_at(self) -> datetime:
        """Return the clock that runs now: the first attempt until it is made, then the resolution."""
        return self.resolve_due_at if self.attempted_at else self.first_attempt_due_at

    @property
    def summary(self) -> str:
        """Return what it is about in a few words."""
        return str(self.why.get("summary", ""))

    @property
    def answers(self) -> list[dict[str, Any]]:
        """Return the comparisons that fired, each with the `text` of the question and the `answer` in words."""
        return list(self.why.get("answers", []))

    @property
    def asks_no_contact(self) -> bool:
        """Tell whether the patient asked, with these answers, not to be contacted."""
        return bool(self.why.get("do_not_contact"))

    def take_up(self, *, severity: str, due_at: datetime) -> None:
        """Put a settled concern back to work at a new severity, due anew at `due_at`; it keeps its words."""
        self.severity, self.resolve_due_at, self.settled_at = severity, due_at, None
        if self.attempted_at is None:
            self.first_attempt_due_at = due_at
        self.save(update_fields=["severity", "first_attempt_due_at", "resolve_due_at", "settled_at"])

    def settle(self, disposition: Disposition, *, by: Member, now: datetime) -> None:
        """Record how the concern ended; a concern that was settled before keeps its disposition."""
        Concern.objects.unsettled().filter(pk=self.pk).update(
            root_cause=disposition.root_cause,
            action=disposition.action,
            outcome=disposition.outcome,
            settled_at=now,
            settled_by=by,
        )
