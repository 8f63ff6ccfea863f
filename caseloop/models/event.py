"""The history of a case, append-only, and what somebody is still typing."""

from django.db import models

from caseloop.codes import AttemptChannel, AttemptOutcome
from caseloop.models.case import Case
from cxplatform.lib.rows import tenant_rows
from tenants.models import Member, TenantRow


class CaseEvent(TenantRow):
    """One thing that happened to a case. Never updated or deleted."""

    class Kind(models.TextChoices):
        OPENED = "opened", "Case opened"
        CONCERN_ADDED = "concern_added", "Concern joined"
        ANSWER_CHANGED = "answer_changed", "Answer changed"
        TAKEN = "taken", "Taken"
        ASSIGNED = "assigned", "Assigned"
        NOTE = "note", "Note"
        ATTEMPT = "attempt", "Contact attempt"
        WAITING = "waiting", "Waiting"
        RESUMED = "resumed", "Waiting ended"
        RESOLVED = "resolved", "Resolved"
        REOPENED = "reopened", "Reopened"
        CLOSED = "closed", "Closed"
        NO_ACTION = "no_action", "Ended without action"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="events")
    at = models.DateTimeField()
    actor = models.ForeignKey(
        Member, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=16, choices=Kind.choices)
    channel = models.CharField(max_length=12, choices=AttemptChannel.choices, blank=True)
    outcome = models.CharField(max_length=20, choices=AttemptOutcome.choices, blank=True)
    text = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        constraints = tenant_rows("caseloop_caseevent", keys=("case", "actor"), partner="case", append_only=True)
        indexes = [models.Index(fields=["case", "at", "id"], name="caseloop_caseevent_order")]


class Draft(TenantRow):
    """What a member has typed on a case and not sent yet; survives signing out."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, db_constraint=False, related_name="+")
    field = models.CharField(max_length=20)
    text = models.TextField(blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            *tenant_rows("caseloop_draft", keys=("case", "member"), partner="case"),
            models.UniqueConstraint(fields=["case", "member", "field"], name="caseloop_draft_once"),
        ]
