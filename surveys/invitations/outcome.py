"""Asking whether an issue is taken care of, some days after its case was resolved."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from patients.models import Patient
from surveys.invitations.gates import askable, way_to_write, why_nobody
from surveys.invitations.sending import draft, end, is_answered, locked
from surveys.models import Invitation, Skip, Survey

SURVEY_KEY = "outcome_follow_up"


@transaction.atomic
def ask_outcome(
    *,
    case_id: UUID,
    round: int,  # noqa: A002 - what the model calls it
    patient: Patient,
    now: datetime,
    send_at: datetime,
) -> Invitation | None:
    """Plan to ask at `send_at` whether the issue of a case is taken care of; once for each case and round.

    Exempt from the contact rules and from holds, within consent for follow-ups. The first respondent is asked who can
    be reached. Returns None, and leaves a Skip with the reason, when nobody can: the case is not verifiable.
    The gates are asked again when it is due.
    """
    if known := Invitation.objects.filter(follows_up_id=case_id, round=round).first():
        return known
    survey = Survey.objects.filter(key=SURVEY_KEY).first()
    if survey is None:
        return None
    drafts = [
        draft(
            survey=survey,
            program=patient.program,
            patient=patient,
            respondent=respondent,
            source=Invitation.Source.FOLLOW_UP,
            now=now,
            send_at=send_at,
        )
        for respondent in askable(patient, now=now)
    ]
    reasons = []
    for invitation in drafts:
        invitation.follows_up_id, invitation.round = case_id, round
        reason = way_to_write(invitation, now=now).reason
        if not reason:
            return _made(invitation)
        reasons.append(reason)
    _leave_out(survey, patient, reasons[0] if reasons else why_nobody(patient), now=now)
    return None


@transaction.atomic
def revoke_outcome(*, case_id: UUID, now: datetime) -> int:
    """Ask no more about a case, because it was reopened: close the links that are open; return how many.

    One whose answer came first stays.
    """
    revoked = 0
    for invitation_id in Invitation.objects.filter(follows_up_id=case_id, ended_as="").values_list("pk", flat=True):
        invitation = locked(invitation_id)
        if invitation and not invitation.ended_as and not is_answered(invitation):
            end(invitation, Invitation.Ended.REVOKED, now=now)
            revoked += 1
    return revoked


def _made(invitation: Invitation) -> Invitation:
    try:
        with transaction.atomic():
            invitation.save(force_insert=True)
    except IntegrityError:  # another worker planned the same round at the same moment
        return Invitation.objects.get(follows_up_id=invitation.follows_up_id, round=invitation.round)
    return invitation


def _leave_out(survey: Survey, patient: Patient, reason: str, *, now: datetime) -> None:
    Skip.objects.create(
        organization_id=patient.organization_id,
        partner_id=patient.partner_id,
        patient=patient,
        survey=survey,
        step=Invitation.Step.INVITE,
        reason=reason,
        at=now,
    )
