"""Patients by pseudonym, those who answer for or about them, who serves them, and what happened on their way."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from cxplatform.lib.codes import pseudonym_range
from cxplatform.lib.rows import tenant_rows
from cxplatform.lib.zones import validate_zone
from tenants.models import Partner, Program, TenantRow

STAGES = {
    "enrolled": "Enrolled",
    "benefits": "Benefits and approval",
    "financial": "Costs and copay",
    "onboarding": "Onboarding",
    "training": "Training",
    "first_fill": "First fill",
    "on_treatment": "On treatment",
    "paused": "Paused",
    "discontinued": "Discontinued",
}


class IssuedPseudonym(TenantRow):
    """The ledger of pseudonyms: one that was issued is never issued again, whatever becomes of its patient."""

    pseudonym = models.CharField(max_length=16, unique=True)
    issued_at = models.DateTimeField()

    class Meta:
        constraints = tenant_rows("patients_issuedpseudonym", append_only=True)


class PatientQuerySet(models.QuerySet["Patient"]):
    """Filters on patients."""

    def starting_with(self, text: str) -> "PatientQuerySet":
        """Keep those whose pseudonym starts with what was typed (a range, so that the index serves it under RLS)."""
        low, high = pseudonym_range(text)
        return self.filter(pseudonym__gte=low, pseudonym__lt=high)


class Patient(TenantRow):
    """One person in one program, known here by a pseudonym only."""

    class Kind(models.TextChoices):
        ENROLLED = "enrolled", "Enrolled"
        WALK_IN = "walk_in", "Walk-in"

    class ContactStatus(models.TextChoices):
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"
        WITHDRAWN = "withdrawn", "Withdrawn"
        DECEASED = "deceased", "Deceased"
        UNDER_AGE = "under_age", "Under age"

    program = models.ForeignKey(
        Program, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="patients"
    )
    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="patients"
    )
    pseudonym = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.ENROLLED)
    contact_status = models.CharField(max_length=10, choices=ContactStatus.choices, default=ContactStatus.ACTIVE)
    language = models.CharField(max_length=8, default="en")
    time_zone = models.CharField(max_length=64, default="America/New_York", validators=[validate_zone])
    stage = models.CharField(max_length=16, choices=list(STAGES.items()), default="enrolled")
    stage_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)

    objects = PatientQuerySet.as_manager()

    class Meta:
        constraints = tenant_rows("patients_patient", keys=("program", "partner"), partner="partner")
        indexes = [
            models.Index(fields=["organization", "program", "-created_at", "-id"], name="patients_by_program"),
            models.Index(fields=["organization", "pseudonym"], name="patients_by_pseudonym"),
        ]

    def __str__(self) -> str:
        return self.pseudonym

    def move_to(self, stage: str, *, now: datetime) -> None:
        """Put the patient at a stage of the journey. Raises ValidationError for an unknown one."""
        if stage not in STAGES:
            raise ValidationError(f"“{stage}” is not a stage. Use one of: {', '.join(STAGES)}.")
        self.stage, self.stage_at = stage, now
        self.save(update_fields=["stage", "stage_at"])


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


class Touchpoint(TenantRow):
    """A journey event. `occurred_at` is when it happened, `received_at` when we learned of it.

    A planned event (`first_dose_planned`) carries the planned instant in `occurred_at`.
    """

    class Kind(models.TextChoices):
        ENROLLED = "enrolled", "Enrolled"
        BENEFITS_VERIFIED = "benefits_verified", "Benefits verified"
        APPROVED = "approved", "Insurance approved"
        COPAY_ENROLLED = "copay_enrolled", "Copay card enrolled"
        ONBOARDING_COMPLETED = "onboarding_completed", "Onboarding completed"
        TRAINED = "trained", "Injection training"
        SHIPPED = "shipped", "Medicine shipped"
        FIRST_FILL = "first_fill", "First fill"
        FIRST_DOSE_PLANNED = "first_dose_planned", "First dose planned"
        FIRST_DOSE = "first_dose", "First dose"
        REFILL = "refill", "Refill"
        CALL = "call", "Call with the support team"
        DISCONTINUED = "discontinued", "Discontinued"

    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="touchpoints"
    )
    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    kind = models.CharField(max_length=24, choices=Kind.choices)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    source_id = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            *tenant_rows("patients_touchpoint", keys=("patient", "partner"), partner="patient"),
            models.UniqueConstraint(
                fields=["organization", "partner", "source_id"],
                name="patients_touchpoint_source",
                condition=~models.Q(source_id=""),
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(fields=["patient", "-occurred_at"], name="patients_touchpoint_newest")]
