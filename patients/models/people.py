"""Those who answer for or about patients, and the partners who serve them."""

from django.db import models
from django.utils import timezone

from cxplatform.lib.rows import tenant_rows
from cxplatform.lib.zones import validate_zone
from messaging.models import Channel
from patients.models.patient import Patient
from tenants.models import Partner, Program, TenantRow


class Respondent(TenantRow):
    """Who answers: the patient, a caregiver of one or more patients, or an HCP contact (`HX-…`, about a practice)."""

    class Kind(models.TextChoices):
        UNKNOWN = "unknown", "Not known yet"
        PATIENT = "patient", "Patient"
        CAREGIVER = "caregiver", "Caregiver"
        HCP = "hcp", "HCP or office staff"

    program = models.ForeignKey(
        Program, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="respondents"
    )
    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    code = models.CharField(max_length=16, blank=True, help_text="HX-… for HCP contacts; empty otherwise.")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.UNKNOWN)
    language = models.CharField(max_length=8, default="en")
    time_zone = models.CharField(max_length=64, default="America/New_York", validators=[validate_zone])
    preferred_channel = models.CharField(max_length=8, choices=Channel.choices, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = tenant_rows("patients_respondent", keys=("program", "partner"), partner="partner")


class Answering(TenantRow):
    """A respondent answers about a patient."""

    respondent = models.ForeignKey(
        Respondent, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="answering"
    )
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, db_constraint=False, related_name="answering")

    class Meta:
        constraints = [
            *tenant_rows("patients_answering", keys=("respondent", "patient"), partner="patient"),
            models.UniqueConstraint(fields=["respondent", "patient"], name="patients_answering_once"),
        ]


class Service(TenantRow):
    """A partner serves a patient in a role, from a time until a time, and knows the patient by its `external_id`."""

    class Role(models.TextChoices):
        HUB = "hub", "Hub"
        PHARMACY = "pharmacy", "Specialty pharmacy"
        COPAY = "copay", "Copay vendor"
        NURSING = "nursing", "Nursing"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, db_constraint=False, related_name="services")
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="services"
    )
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.HUB)
    external_id = models.CharField(max_length=80, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            *tenant_rows("patients_service", keys=("patient", "partner"), partner="partner"),
            models.UniqueConstraint(
                fields=["partner", "external_id"],
                name="patients_service_external",
                condition=~models.Q(external_id="") & models.Q(ends_at=None),
            ),
        ]
