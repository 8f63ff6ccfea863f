"""Verbs over patients: enrol, note a touchpoint."""

from datetime import datetime

from django.db import IntegrityError, transaction

from cxplatform.lib.codes import new_pseudonym
from patients.models import Answering, IssuedPseudonym, Patient, Respondent, Service, Touchpoint
from tenants.models import Partner, Program

TRIES = 5

# A touchpoint that moves the patient to a stage of the journey.
STAGE_AFTER = {
    Touchpoint.Kind.ENROLLED: "enrolled",
    Touchpoint.Kind.BENEFITS_VERIFIED: "benefits",
    Touchpoint.Kind.APPROVED: "financial",
    Touchpoint.Kind.COPAY_ENROLLED: "onboarding",
    Touchpoint.Kind.ONBOARDING_COMPLETED: "onboarding",
    Touchpoint.Kind.TRAINED: "training",
    Touchpoint.Kind.FIRST_FILL: "first_fill",
    Touchpoint.Kind.FIRST_DOSE: "on_treatment",
    Touchpoint.Kind.DISCONTINUED: "discontinued",
}


@transaction.atomic
def enrol(
    *,
    program: Program,
    partner: Partner | None,
    now: datetime,
    language: str = "en",
    time_zone: str = "America/New_York",
    external_id: str = "",
    respondent_kind: str = Respondent.Kind.UNKNOWN,
    kind: str = Patient.Kind.ENROLLED,
) -> Patient:
    """Enrol one patient: a pseudonym that was never issued before, a respondent, and the partner's service.

    Raises IntegrityError when the partner already serves somebody under `external_id`.
    """
    patient = Patient.objects.create(
        organization_id=program.organization_id,
        program=program,
        partner=partner,
        pseudonym=issue_pseudonym(program, now=now),
        kind=kind,
        language=language,
        time_zone=time_zone,
        stage_at=now,
        created_at=now,
    )
    respondent = Respondent.objects.create(
        organization_id=program.organization_id,
        program=program,
        partner=partner,
        kind=respondent_kind,
        language=language,
        time_zone=time_zone,
        created_at=now,
    )
    Answering.objects.create(organization_id=program.organization_id, respondent=respondent, patient=patient)
    if partner:
        Service.objects.create(
            organization_id=program.organization_id,
            patient=patient,
            partner=partner,
            external_id=external_id,
            starts_at=now,
        )
    return patient


def issue_pseudonym(program: Program, *, now: datetime) -> str:
    """Draw a pseudonym and enter it in the ledger. Raises IntegrityError after five collisions in a row."""
    for attempt in range(1, TRIES + 1):
        pseudonym = new_pseudonym()
        try:
            with transaction.atomic():
                IssuedPseudonym.objects.create(
                    organization_id=program.organization_id, pseudonym=pseudonym, issued_at=now
                )
        except IntegrityError:
            if attempt == TRIES:
                raise
        else:
            break
    return pseudonym


@transaction.atomic
def note_touchpoint(
    *, patient: Patient, kind: str, occurred_at: datetime, now: datetime, source_id: str = ""
) -> Touchpoint:
    """Record a journey event, and move the patient to the stage that it leads to if it is the newest such event."""
    touchpoint = Touchpoint.objects.create(
        organization_id=patient.organization_id,
        patient=patient,
        partner_id=patient.partner_id,
        kind=kind,
        occurred_at=occurred_at,
        received_at=now,
        source_id=source_id,
    )
    stage = STAGE_AFTER.get(Touchpoint.Kind(kind))
    if stage and occurred_at <= now and occurred_at >= patient.stage_at:
        patient.move_to(stage, now=occurred_at)
    return touchpoint
