"""The fields of a case, apart from what moves it."""

from django.db import models
from django.db.models import Q

from caseloop.codes import ClosedAs, NoActionReason, Severity, Status, WaitingOn
from caseloop.models.cases import CaseQuerySet
from cxplatform.lib.rows import tenant_rows
from patients.models import Patient
from tenants.models import Member, Partner, Program, Team, TenantRow


class CaseFields(TenantRow):
    """What is stored of a case.

    version: bumped by every move; what an API ETag and a page's conflict check compare.
    due_at: the earliest clock not yet met, or the next check while waiting; null when nobody has work to do.
    closed_as: on a resolved case, that it will be closed as not verifiable.
    """

    number = models.PositiveIntegerField()
    program = models.ForeignKey(
        Program, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="cases"
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="cases"
    )
    owner = models.ForeignKey(
        Member,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="cases",
    )
    previous = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="next",
    )
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.NEW)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    why = models.CharField(max_length=200, help_text="The most urgent concern in words.")
    language = models.CharField(max_length=8, default="en")
    version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    waiting_on = models.CharField(max_length=10, choices=WaitingOn.choices, blank=True)
    next_check_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    no_action_reason = models.CharField(max_length=28, choices=NoActionReason.choices, blank=True)
    closed_as = models.CharField(max_length=16, choices=ClosedAs.choices, blank=True)
    reopened_count = models.PositiveSmallIntegerField(default=0)

    objects = CaseQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            *tenant_rows(
                "caseloop_case",
                keys=("program", "partner", "patient", "team", "owner", "previous"),
                partner="partner",
            ),
            models.UniqueConstraint(fields=["organization", "number"], name="caseloop_case_number"),
            models.UniqueConstraint(
                fields=["organization", "patient"],
                name="caseloop_case_one_open",
                condition=~Q(status__in=["closed", "no_action"]),
            ),
            models.CheckConstraint(
                name="caseloop_case_due_while_worked",
                condition=Q(status__in=["resolved", "closed", "no_action"], due_at=None)
                | (~Q(status__in=["resolved", "closed", "no_action"]) & Q(due_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "due_at", "id"],
                name="caseloop_case_urgency",
                condition=Q(due_at__isnull=False),
            ),
            models.Index(
                fields=["organization", "partner", "due_at", "id"],
                name="caseloop_case_partner_urgency",
                condition=Q(due_at__isnull=False),
            ),
            models.Index(
                fields=["organization", "owner", "due_at", "id"],
                name="caseloop_case_owner_urgency",
                condition=Q(due_at__isnull=False),
            ),
            models.Index(
                fields=["organization", "team", "due_at", "id"],
                name="caseloop_case_team_urgency",
                condition=Q(due_at__isnull=False),
            ),
            models.Index(fields=["organization", "status", "-changed_at", "-id"], name="caseloop_case_by_status"),
            models.Index(
                fields=["organization", "-changed_at", "-id"],
                name="caseloop_case_done",
                condition=Q(due_at__isnull=True),
            ),
            models.Index(fields=["patient", "-opened_at"], name="caseloop_case_by_patient"),
            models.Index(fields=["resolved_at"], name="caseloop_case_quiet", condition=Q(status="resolved")),
        ]
