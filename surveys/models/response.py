"""Answers to one version, and the open texts among them."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from cxplatform.lib.rows import tenant_rows
from patients.models import Patient, Respondent
from surveys.models.invitation import Invitation
from surveys.models.survey import Survey, SurveyVersion
from tenants.models import Partner, Program, TenantRow


class Response(TenantRow):
    """Answers by question key, partial or submitted; `revision` counts the saves.

    `evaluate_at` is the pending work: set on every save (now for a submit, after the silence for a page save), cleared
    by the evaluation of that revision, pushed back when an evaluation fails.
    """

    class Mode(models.TextChoices):
        WEB = "web", "Web"
        PHONE = "phone", "Telephone"
        KIOSK = "kiosk", "Kiosk"
        API = "api", "API"

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
        related_name="responses",
    )
    respondent = models.ForeignKey(
        Respondent, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="responses"
    )
    invitation = models.OneToOneField(
        Invitation, on_delete=models.PROTECT, db_constraint=False, related_name="response"
    )
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    version = models.ForeignKey(
        SurveyVersion, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="responses"
    )
    mode = models.CharField(max_length=8, choices=Mode.choices, default=Mode.WEB)
    language = models.CharField(max_length=8)
    respondent_kind = models.CharField(max_length=10, choices=Respondent.Kind.choices)
    answers = models.JSONField(default=dict)
    facts = models.JSONField(default=dict, help_text="What was known when answering began: it decides what is shown.")
    saved_pages = ArrayField(models.CharField(max_length=40), default=list)
    revision = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    evaluate_at = models.DateTimeField(null=True)
    evaluation_failures = models.PositiveSmallIntegerField(default=0)
    evaluation_error = models.CharField(max_length=120, blank=True)
    shows_help = models.BooleanField(default=False, help_text="A text spoke of self-harm or danger: pages show help.")

    class Meta:
        constraints = tenant_rows(
            "surveys_response",
            keys=("program", "partner", "patient", "respondent", "invitation", "survey", "version"),
            partner="partner",
        )
        indexes = [
            models.Index(
                fields=["evaluate_at"], name="surveys_response_pending", condition=Q(evaluate_at__isnull=False)
            ),
            models.Index(fields=["patient", "-saved_at"], name="surveys_response_by_patient"),
            models.Index(fields=["organization", "survey", "-saved_at"], name="surveys_response_by_survey"),
        ]

    @property
    def is_submitted(self) -> bool:
        """Tell whether the respondent reached the end."""
        return self.submitted_at is not None

    def push_back(self, *, error: str, until: datetime) -> None:
        """Try the evaluation again at `until`: a response that cannot be evaluated must not stop the others."""
        Response.objects.filter(pk=self.pk, evaluate_at__isnull=False).update(
            evaluate_at=until, evaluation_failures=models.F("evaluation_failures") + 1, evaluation_error=error[:120]
        )


class Verbatim(TenantRow):
    """An open text as it was received; a changed text is a new row, the newest one counts.

    needs_review: pending work of the safety reviewers, who read every text. erased_at: its words are gone, on request.
    """

    response = models.ForeignKey(
        Response, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="verbatims"
    )
    question_key = models.CharField(max_length=60)
    text = models.TextField()
    revision = models.PositiveIntegerField()
    received_at = models.DateTimeField()
    needs_review = models.BooleanField(default=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["id"], name="surveys_verbatim_unreviewed", condition=Q(needs_review=True))]
        constraints = [
            *tenant_rows("surveys_verbatim", keys=("response",), partner="response"),
            models.UniqueConstraint(fields=["response", "question_key", "revision"], name="surveys_verbatim_once"),
        ]
