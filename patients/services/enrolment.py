"""Enrolling: a pseudonym that was never issued before, a respondent, and the partner's service."""

from datetime import datetime

from django.db import IntegrityError, transaction

from cxplatform.lib.codes import new_pseudonym
from patients.models import Answering, IssuedPseudonym, Patient, PatientEvent, Respondent, Service
from patients.services.identity import check_external_id
from patients.services.people import note
from tenants.models import Member, Partner, Program

TRIES = 5


class ProgramSwitchedOff(Exception):
    """The program takes no new patients."""


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
    by: Member | None = None,
) -> Patient:
    """Enrol one patient: a pseudonym that was never issued before, a respondent, and the partner's service.

    by: the member who did it by hand; then the patient's history says so.

    Raises IntegrityError when the partner already serves somebody under `external_id`, LooksLikeIdentity when that
    looks like what a person is known by outside, ProgramSwitchedOff.
    """
    if not program.is_active:
        raise ProgramSwitchedOff
    external_id = check_external_id(external_id)
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
    if by:
        note(patient, PatientEvent.Kind.ENROLLED, {}, by=by, now=now)
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
