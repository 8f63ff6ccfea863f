"""One unguessable link for one respondent and one survey, what was not sent, and what is asked by telephone."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q

from cxplatform.lib.codes import token_hash
from cxplatform.lib.links import link_token, survey_url
from cxplatform.lib.rows import tenant_rows
from messaging.models import Channel
from patients.models import Patient, Respondent, Touchpoint
from surveys.models.survey import Occasion, Survey
from tenants.models import Member, Partner, Program, TenantRow

LIFETIME = timedelta(days=21)


class Invitation(TenantRow):
    """A link that expires and takes one response.

    Until the first answer it shows the newest version; from then on the response says which. The token is derived from
    the row with LINK_KEY, so the link can be sent again although only its hash is stored.

    next_step_at: the pending work of sending: when the next step (`step`) is due; null when nothing is left to do.
    follows_up_id: the case whose outcome it asks about, and in which `round` (a case may be reopened).
    """

    class Source(models.TextChoices):
        MANUAL = "manual", "Sent by a member"
        LIST = "list", "Sent to a list"
        JOURNEY = "journey", "Journey"
        FOLLOW_UP = "follow_up", "Outcome follow-up"
        API = "api", "API"

    class Step(models.TextChoices):
        INVITE = "invite", "Invitation"
        REMIND = "remind", "Reminder"
        CALL = "call", "Telephone task"
        EXPIRE = "expire", "Expiry"

    class Ended(models.TextChoices):
        NOT = "", "Under way"
        SKIPPED = "skipped", "Not sent"
        REVOKED = "revoked", "Revoked"
        EXPIRED = "expired", "Expired"

    program = models.ForeignKey(
        Program, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    patient = models.ForeignKey(
        Patient, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="invitations"
    )
    respondent = models.ForeignKey(
        Respondent, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="invitations"
    )
    survey = models.ForeignKey(
        Survey, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="invitations"
    )
    language = models.CharField(max_length=8, default="en")
    token_hash = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.MANUAL)
    sent_by = models.CharField(max_length=8, choices=Program.Sender.choices, default=Program.Sender.US)
    occasion = models.ForeignKey(
        Occasion, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    touchpoint = models.ForeignKey(
        Touchpoint,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    follows_up_id = models.UUIDField(null=True, blank=True)
    round = models.PositiveSmallIntegerField(default=0)
    step = models.CharField(max_length=8, choices=Step.choices, default=Step.INVITE)
    reminders_sent = models.PositiveSmallIntegerField(default=0)
    next_step_at = models.DateTimeField(null=True, blank=True)
    step_failures = models.PositiveSmallIntegerField(default=0)
    invited_at = models.DateTimeField(null=True, blank=True)
    channel = models.CharField(max_length=8, choices=Channel.choices, blank=True)
    ended_as = models.CharField(max_length=8, choices=Ended.choices, blank=True)

    class Meta:
        constraints = [
            *tenant_rows(
                "surveys_invitation",
                keys=("program", "partner", "patient", "respondent", "survey", "occasion", "touchpoint"),
                partner="partner",
            ),
            models.UniqueConstraint(
                fields=["occasion", "touchpoint", "respondent"],
                name="surveys_invitation_once_a_touchpoint",
                condition=Q(occasion__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["follows_up_id", "round"],
                name="surveys_invitation_once_a_round",
                condition=Q(follows_up_id__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_step_at"], name="surveys_invitation_due", condition=Q(next_step_at__isnull=False)
            ),
            models.Index(fields=["organization", "survey", "-created_at", "-id"], name="surveys_invitation_newest"),
        ]

    @classmethod
    def draft(
        cls,
        *,
        survey: Survey,
        respondent: Respondent,
        patient: Patient | None,
        now: datetime,
        lifetime: timedelta = LIFETIME,
    ) -> Self:
        """Return an unsaved invitation with its token hash, for one save or a bulk_create."""
        invitation = cls(
            organization_id=survey.organization_id,
            program_id=respondent.program_id,
            partner_id=patient.partner_id if patient else respondent.partner_id,
            patient=patient,
            respondent=respondent,
            survey=survey,
            language=respondent.language,
            created_at=now,
            expires_at=now + lifetime,
        )
        invitation.token_hash = token_hash(invitation.token)
        return invitation

    @property
    def token(self) -> str:
        """Return the 24 characters of the link."""
        return link_token("survey", self.pk)

    @property
    def url(self) -> str:
        """Return the absolute address of the survey page."""
        return survey_url(self.pk)

    def is_over(self, *, now: datetime) -> bool:
        """Tell whether the link has expired or was revoked."""
        return self.expires_at <= now or self.revoked_at is not None


class Skip(TenantRow):
    """An invitation, reminder or call that did not happen, and why; append-only. Nothing is left out silently."""

    class Reason(models.TextChoices):
        NO_CONSENT = "no_consent", "No consent for surveys on any channel"
        NO_ADDRESS = "no_address", "No address that can be used"
        STOPPED = "stopped", "They asked for no more messages"
        STATUS = "status", "The patient is paused, withdrawn or deceased"
        UNDER_AGE = "under_age", "Under age, and no caregiver answers"
        TOO_SOON = "too_soon", "Asked within the last days already"
        TOO_OFTEN = "too_often", "Asked often enough this year"
        HOLD = "hold", "An urgent concern is open"
        TOO_LATE = "too_late", "Reported too late to ask"
        VOIDED = "voided", "The event was taken back"
        LEFT = "left", "The event no longer applies"
        NO_SAFETY = "no_safety", "Nobody is set up to take safety events"
        PROGRAM_OFF = "program_off", "The program is switched off"
        NOT_PUBLISHED = "not_published", "The survey has no published version"
        ANSWERED = "answered", "Answered before"

    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    patient = models.ForeignKey(
        Patient, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+")
    invitation = models.ForeignKey(
        Invitation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="skips",
    )
    occasion = models.ForeignKey(
        Occasion, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    touchpoint = models.ForeignKey(
        Touchpoint,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    step = models.CharField(max_length=8, choices=Invitation.Step.choices)
    reason = models.CharField(max_length=14, choices=Reason.choices)
    at = models.DateTimeField()

    class Meta:
        constraints = tenant_rows(
            "surveys_skip",
            keys=("partner", "patient", "survey", "invitation", "occasion", "touchpoint"),
            partner="partner",
            append_only=True,
            goes_with=("patient", "touchpoint"),
        )
        indexes = [
            models.Index(fields=["organization", "survey", "-at", "-id"], name="surveys_skip_newest"),
            models.Index(fields=["patient", "-at"], name="surveys_skip_by_patient"),
        ]


class CallTask(TenantRow):
    """Nobody answered: somebody calls and asks the survey on the telephone. One for an invitation."""

    class Outcome(models.TextChoices):
        OPEN = "", "To do"
        ANSWERED = "answered", "Answered"
        DECLINED = "declined", "Declined"
        NOT_REACHED = "not_reached", "Not reached"
        OVER = "over", "No longer needed"

    invitation = models.OneToOneField(
        Invitation, on_delete=models.PROTECT, db_constraint=False, related_name="call_task"
    )
    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        Member, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    class Meta:
        constraints = tenant_rows("surveys_calltask", keys=("invitation", "partner", "done_by"), partner="partner")
        indexes = [
            models.Index(fields=["organization", "due_at", "id"], name="surveys_calltask_open", condition=Q(outcome=""))
        ]
