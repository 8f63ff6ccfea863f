"""What happens on a patient's way: journey events, what we did about the patient's record, and holds on surveys."""

from django.db import models
from django.db.models import Q

from cxplatform.lib.rows import tenant_rows
from patients.models.patient import Patient
from tenants.models import Member, Partner, TenantRow


class TouchpointQuerySet(models.QuerySet["Touchpoint"]):
    """Filters on touchpoints."""

    def valid(self) -> "TouchpointQuerySet":
        """Keep those that the partner has not taken back."""
        return self.filter(voided_at=None)


class Touchpoint(TenantRow):
    """A journey event. `occurred_at` is when it happened, `received_at` when we learned of it.

    A planned event (`first_dose_planned`) carries the planned instant in `occurred_at`.
    is_backfill: history that was brought in late: it invites nobody and alerts nobody.
    plan_pending: pending work of those who send surveys: what follows from this event has not been planned yet.
    voided_at: the partner took the event back; it counts for nothing any more.
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
    is_backfill = models.BooleanField(default=False)
    plan_pending = models.BooleanField(default=False)
    voided_at = models.DateTimeField(null=True, blank=True)
    source_import_id = models.UUIDField(null=True, blank=True)

    objects = TouchpointQuerySet.as_manager()

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
        indexes = [
            models.Index(fields=["patient", "-occurred_at"], name="patients_touchpoint_newest"),
            models.Index(fields=["organization", "kind", "-occurred_at"], name="patients_touchpoint_by_kind"),
            models.Index(fields=["id"], name="patients_touchpoint_unplanned", condition=Q(plan_pending=True)),
            models.Index(
                fields=["source_import_id"],
                name="patients_touchpoint_by_import",
                condition=Q(source_import_id__isnull=False),
            ),
        ]


class PatientEvent(TenantRow):
    """Something that was done with a patient's record: a status, a merge, an erasure; append-only.

    data: codes and settings; never an address and never words about the patient.
    needs_review: pending work of the safety reviewers (a reported death). tells_cases: pending work of those who work
    cases (the patient left). Nothing else about it changes.
    """

    class Kind(models.TextChoices):
        ENROLLED = "enrolled", "Enrolled"
        EDITED = "edited", "Details changed"
        STATUS = "status", "Contact status changed"
        CONSENT = "consent", "Consent changed"
        ADDRESS = "address", "Contact details changed"
        STOPPED = "stopped", "Messages stopped"
        MERGED = "merged", "Merged"
        ERASED = "erased", "Erased on request"

    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="events"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        Member, null=True, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    data = models.JSONField(default=dict)
    needs_review = models.BooleanField(default=False)
    tells_cases = models.BooleanField(default=False)

    class Meta:
        constraints = tenant_rows(
            "patients_patientevent",
            keys=("patient", "actor"),
            partner="patient",
            append_only=True,
            pending=("needs_review", "tells_cases"),
        )
        indexes = [
            models.Index(fields=["patient", "at"], name="patients_event_order"),
            models.Index(fields=["id"], name="patients_event_unreviewed", condition=Q(needs_review=True)),
            models.Index(fields=["id"], name="patients_event_tells_cases", condition=Q(tells_cases=True)),
        ]


class HoldQuerySet(models.QuerySet["Hold"]):
    """Filters on holds."""

    def standing(self) -> "HoldQuerySet":
        """Keep those that have not been lifted."""
        return self.filter(lifted_at=None)


class Hold(TenantRow):
    """No survey goes out to this patient while it stands; placed and lifted by those who know why.

    source_id: the row because of which it stands (a case); at most one standing hold for each.
    """

    class Reason(models.TextChoices):
        URGENT_CASE = "urgent_case", "An urgent concern is open"

    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="holds"
    )
    reason = models.CharField(max_length=12, choices=Reason.choices)
    source_id = models.UUIDField()
    placed_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints = [
            *tenant_rows("patients_hold", keys=("patient",), partner="patient"),
            models.UniqueConstraint(fields=["source_id"], name="patients_hold_once", condition=Q(lifted_at=None)),
        ]
        indexes = [models.Index(fields=["patient"], name="patients_hold_standing", condition=Q(lifted_at=None))]
