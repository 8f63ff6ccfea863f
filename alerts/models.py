"""Rules, their evaluations, the alerts that fired, where they go, and who is told."""

from typing import Any

from django.db import models
from django.db.models import Q

from caseloop.codes import Severity
from caseloop.models import Concern
from caseloop.reach import reaches
from cxplatform.lib.rows import tenant_rows
from messaging.models import Message
from patients.models import Patient
from surveys.models import Response, Survey
from tenants.models import Member, Partner, Program, Team, TenantRow


class RuleQuerySet(models.QuerySet["Rule"]):
    """Filters on rules."""

    def active_for(self, response: Response) -> "RuleQuerySet":
        """Keep the active rules for the survey and the program of a response, most urgent and oldest first."""
        mine = Q(survey=None) | Q(survey_id=response.survey_id)
        return self.filter(mine, Q(program=None) | Q(program_id=response.program_id), is_active=True).order_by("id")


class Rule(TenantRow):
    """Trigger (a response) + condition + severity + team. A rule without a survey looks at every survey."""

    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    survey = models.ForeignKey(
        Survey,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="rules",
    )
    program = models.ForeignKey(
        Program, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    condition = models.JSONField()
    severity = models.CharField(max_length=8, choices=Severity.choices)
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = RuleQuerySet.as_manager()

    class Meta:
        constraints = [
            *tenant_rows("alerts_rule", keys=("survey", "program", "team")),
            models.UniqueConstraint(fields=["organization", "key"], name="alerts_rule_key"),
        ]

    def __str__(self) -> str:
        return self.name

    def as_it_is(self) -> dict[str, Any]:
        """Return a copy that an alert keeps: what the rule said when it fired."""
        return {
            "key": self.key,
            "name": self.name,
            "condition": self.condition,
            "severity": self.severity,
            "changed_at": self.changed_at.isoformat(),
        }


class Route(TenantRow):
    """Alerts of a program and partner go to a team; an empty program or partner means any."""

    program = models.ForeignKey(
        Program,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="routes",
    )
    partner = models.ForeignKey(
        Partner,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="routes",
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="routes")

    class Meta:
        constraints = [
            *tenant_rows("alerts_route", keys=("program", "partner", "team"), partner="partner"),
            models.UniqueConstraint(
                fields=["organization", "program", "partner"], name="alerts_route_once", nulls_distinct=False
            ),
        ]


class Evaluation(TenantRow):
    """One revision of one response was evaluated, once; append-only.

    matched: keys of the rules whose conditions held, whether or not an alert was raised before.
    """

    response = models.ForeignKey(
        Response, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="evaluations"
    )
    revision = models.PositiveIntegerField()
    at = models.DateTimeField()
    rules = models.PositiveSmallIntegerField()
    matched = models.JSONField(default=list)

    class Meta:
        constraints = [
            *tenant_rows("alerts_evaluation", keys=("response",), partner="response", append_only=True),
            models.UniqueConstraint(fields=["response", "revision"], name="alerts_evaluation_once"),
        ]


class Alert(TenantRow):
    """A rule that fired, with the rule as it was then; append-only, unique per rule and dedupe key.

    explanation: the leaves of the condition that held, with question, answer and words.
    concern: null with `no_case_reason` when an alert stands alone, such as a lone P3 for the weekly list.
    """

    class NoCase(models.TextChoices):
        NONE = "", "On a case"
        WEEKLY_LIST = "weekly_list", "A single weak item: on the weekly list"
        NO_PATIENT = "no_patient", "About a practice, not a patient"

    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="alerts")
    dedupe_key = models.CharField(max_length=60)
    program = models.ForeignKey(
        Program, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    patient = models.ForeignKey(
        Patient,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="alerts",
    )
    response = models.ForeignKey(
        Response, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="alerts"
    )
    revision = models.PositiveIntegerField()
    rule_copy = models.JSONField()
    severity = models.CharField(max_length=8, choices=Severity.choices)
    explanation = models.JSONField(default=list)
    raised_at = models.DateTimeField()
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    concern = models.ForeignKey(
        Concern, null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    no_case_reason = models.CharField(max_length=12, choices=NoCase.choices, blank=True)

    class Meta:
        constraints = [
            *tenant_rows(
                "alerts_alert",
                keys=("rule", "program", "partner", "patient", "response", "team", "concern"),
                partner="partner",
                append_only=True,
            ),
            models.UniqueConstraint(fields=["rule", "dedupe_key"], name="alerts_alert_once"),
            models.CheckConstraint(
                name="alerts_alert_case_or_reason",
                condition=Q(concern__isnull=False, no_case_reason="") | (Q(concern=None) & ~Q(no_case_reason="")),
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-raised_at", "-id"], name="alerts_alert_newest"),
            models.Index(fields=["response"], name="alerts_alert_by_response"),
        ]

    @property
    def is_oversight(self) -> bool:
        """Tell whether its team cannot reach the patient, and can only make the partner act."""
        if self.patient_id is None:
            return False
        side = self.team.partner_id if self.team else None  # one that the reader may not see is the organization's own
        return self.team_id is None or not reaches(side, program=self.program, partner_id=self.partner_id)


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Filters on notices."""

    def pending(self) -> "NoticeQuerySet":
        """Keep those that have neither become a message nor been suppressed."""
        return self.filter(settled_at=None)


class Notice(TenantRow):
    """Whom to tell, and when. It becomes messages, or is suppressed with a coded reason.

    `raised` tells the team at once; `breached` tells the supervisors when a first attempt is overdue.
    """

    class Kind(models.TextChoices):
        RAISED = "raised", "Alert raised"
        BREACHED = "breached", "First attempt overdue"

    class Suppressed(models.TextChoices):
        NONE = "", "Not suppressed"
        WEEKLY_LIST = "weekly_list", "On the weekly list"
        ATTEMPTED = "attempted", "Attempted before it was told"
        CASE_ENDED = "case_ended", "The case had ended"
        NO_PATIENT = "no_patient", "About a practice"
        NOBODY = "nobody", "The organization has no active member to tell"

    alert = models.ForeignKey(
        Alert, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="notices"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    due_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    suppressed = models.CharField(max_length=12, choices=Suppressed.choices, blank=True)
    recipients = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            *tenant_rows("alerts_notice", keys=("alert",), partner="alert"),
            models.UniqueConstraint(fields=["alert", "kind"], name="alerts_notice_once"),
        ]
        indexes = [models.Index(fields=["due_at"], name="alerts_notice_pending", condition=Q(settled_at=None))]


class NoticeMessage(TenantRow):
    """A notice became this message to one member."""

    notice = models.ForeignKey(
        Notice, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="messages"
    )
    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    member = models.ForeignKey(Member, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+")

    class Meta:
        constraints = [
            *tenant_rows(
                "alerts_noticemessage", keys=("notice", "message", "member"), partner="notice", append_only=True
            ),
            models.UniqueConstraint(fields=["notice", "member"], name="alerts_noticemessage_once"),
        ]
