"""Patients by pseudonym: one person in one program."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
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

    def unmerged(self) -> "PatientQuerySet":
        """Keep those that are not another row's alias."""
        return self.filter(merged_into=None)

    def starting_with(self, text: str) -> "PatientQuerySet":
        """Keep those whose pseudonym starts with what was typed (a range, so that the index serves it under RLS)."""
        low, high = pseudonym_range(text)
        return self.filter(pseudonym__gte=low, pseudonym__lt=high)


class Patient(TenantRow):
    """One person in one program, known here by a pseudonym only.

    merged_into: this was the same person under another pseudonym, which stays issued and leads to the other row.
    adult_from: the date from which an under-age patient's own consent is needed; no birth date is kept.
    source_import_id: the import that brought the patient, so that it can be undone.
    """

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
    adult_from = models.DateField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="aliases",
    )
    source_import_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = PatientQuerySet.as_manager()

    class Meta:
        constraints = tenant_rows("patients_patient", keys=("program", "partner", "merged_into"), partner="partner")
        indexes = [
            models.Index(fields=["organization", "program", "-created_at", "-id"], name="patients_by_program"),
            models.Index(fields=["organization", "pseudonym"], name="patients_by_pseudonym"),
            models.Index(
                fields=["source_import_id"], name="patients_by_import", condition=Q(source_import_id__isnull=False)
            ),
            models.Index(fields=["merged_into"], name="patients_aliases", condition=Q(merged_into__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.pseudonym

    @property
    def takes_messages(self) -> bool:
        """Tell whether anything may be sent to or about this patient's respondents: neither paused nor over."""
        return self.contact_status in (self.ContactStatus.ACTIVE, self.ContactStatus.UNDER_AGE)

    @property
    def has_left(self) -> bool:
        """Tell whether contact has ended for good: withdrawn or deceased."""
        return self.contact_status in (self.ContactStatus.WITHDRAWN, self.ContactStatus.DECEASED)

    def move_to(self, stage: str, *, now: datetime) -> None:
        """Put the patient at a stage of the journey. Raises ValidationError for an unknown one."""
        if stage not in STAGES:
            raise ValidationError(f"“{stage}” is not a stage. Use one of: {', '.join(STAGES)}.")
        self.stage, self.stage_at = stage, now
        self.save(update_fields=["stage", "stage_at"])
