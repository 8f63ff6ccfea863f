"""What respondents agreed to, and what was erased on their request."""

from collections.abc import Iterable
from uuid import UUID

from django.db import models

from cxplatform.lib.rows import tenant_rows
from messaging.models import Channel, Purpose
from patients.models.patient import Patient
from patients.models.people import Respondent
from tenants.models import Member, TenantRow


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Filters on the ledger."""

    def in_force(self, respondents: Iterable[UUID]) -> "ConsentQuerySet":
        """Keep the entry that holds now for each respondent, channel and purpose."""
        mine = self.filter(respondent_id__in=respondents)
        order = ("respondent", "channel", "purpose")
        return mine.order_by(*order, "-given_at", "-id").distinct(*order)


class Consent(TenantRow):
    """One entry of the ledger: a respondent agreed to, or took back, one purpose on one channel; append-only.

    The entry with the latest `given_at` holds. Without any entry there is no consent.
    wording: the version of the words that the person agreed to, as whoever asked calls it.
    An entry goes with its respondent only, and only a respondent whom nobody has asked anything can go: the one that a
    mistaken import brought, who may be nobody's patient at all.
    """

    class Source(models.TextChoices):
        FORM = "form", "Entered by a member"
        IMPORT = "import", "Import"
        API = "api", "API"
        SURVEY = "survey", "Survey answer"
        MESSAGE = "message", "The person's own message"
        LINK = "link", "Unsubscribe link"
        STATUS = "status", "Contact status"

    respondent = models.ForeignKey(
        Respondent, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="consents"
    )
    channel = models.CharField(max_length=8, choices=Channel.choices)
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    is_given = models.BooleanField()
    source = models.CharField(max_length=8, choices=Source.choices)
    wording = models.CharField(max_length=60, blank=True)
    given_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        Member, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints = tenant_rows(
            "patients_consent",
            keys=("respondent", "recorded_by"),
            partner="respondent",
            append_only=True,
            goes_with=("respondent",),
        )
        indexes = [
            models.Index(
                fields=["respondent", "channel", "purpose", "-given_at", "-id"], name="patients_consent_latest"
            )
        ]


class Erasure(TenantRow):
    """The certificate of an erasure: what was erased for a patient, when, on whose request; append-only.

    counts: rows by kind (`addresses`, `answers`, `notes`, `texts`); responses, cases and audit stay, without words.
    """

    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="erasures"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(
        Member, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    request = models.CharField(max_length=120, help_text="The reference of the request, without a name.")
    counts = models.JSONField(default=dict)

    class Meta:
        constraints = tenant_rows("patients_erasure", keys=("patient", "by"), partner="patient", append_only=True)
        indexes = [models.Index(fields=["patient", "-at"], name="patients_erasure_newest")]
