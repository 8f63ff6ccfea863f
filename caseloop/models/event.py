"""The history of a case, append-only, and what somebody is still typing."""

from django.db import models
from django.db.models import Q

from caseloop.codes import AttemptChannel, AttemptOutcome
from caseloop.models.case import Case
from cxplatform.lib.nudge import nudge
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
        FOLLOWED_UP = "followed_up", "The patient was asked"
        VERIFIED = "verified", "Verified by the patient"
        REVEALED = "revealed", "Contact details shown"
        ASKED_PARTNER = "asked_partner", "Partner asked"
        PARTNER_DONE = "partner_done", "Partner answered"
        LEFT = "left", "Contact status changed"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="events")
    at = models.DateTimeField()
    actor = models.ForeignKey(
        Member, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=16, choices=Kind.choices)
    channel = models.CharField(max_length=12, choices=AttemptChannel.choices, blank=True)
    outcome = models.CharField(max_length=20, choices=AttemptOutcome.choices, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        constraints = tenant_rows("caseloop_caseevent", keys=("case", "actor"), partner="case", append_only=True)
        indexes = [models.Index(fields=["case", "at", "id"], name="caseloop_caseevent_order")]

    @property
    def text(self) -> str:
        """Return what was written; empty when nothing was, or when it was erased."""
        words: CaseText | None = getattr(self, "words", None)
        return words.text if words else ""

    def say(self, text: str) -> None:
        """Keep the words of this event; the safety reviewers read them too."""
        words = CaseText.objects.create(
            organization_id=self.organization_id, event=self, text=text, received_at=self.at
        )
        nudge("caseloop.text", organization_id=self.organization_id, text_id=words.pk)


class CaseText(TenantRow):
    """The words of an event (a note, what a contact brought), apart from it: history stays when words are erased.

    needs_review: pending work of the safety reviewers, who read every text.
    """

    event = models.OneToOneField(CaseEvent, on_delete=models.PROTECT, db_constraint=False, related_name="words")
    text = models.TextField()
    received_at = models.DateTimeField()
    needs_review = models.BooleanField(default=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = tenant_rows("caseloop_casetext", keys=("event",), partner="event")
        indexes = [models.Index(fields=["id"], name="caseloop_casetext_unreviewed", condition=Q(needs_review=True))]


class PartnerTaskQuerySet(models.QuerySet["PartnerTask"]):
    """Filters on what partners were asked."""

    def open(self) -> "PartnerTaskQuerySet":
        """Keep what was not answered yet; a case has one such task at most."""
        return self.filter(done_at=None)


class PartnerTask(TenantRow):
    """The sponsor asks the partner, who can reach the patient, to act on a case; with a clock."""

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="partner_tasks"
    )
    asked_by = models.ForeignKey(
        Member, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        Member, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    objects = PartnerTaskQuerySet.as_manager()

    class Meta:
        constraints = [
            *tenant_rows("caseloop_partnertask", keys=("case", "asked_by", "done_by"), partner="case"),
            models.UniqueConstraint(fields=["case"], name="caseloop_partnertask_one_open", condition=Q(done_at=None)),
        ]


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
