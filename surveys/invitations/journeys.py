"""What follows from a journey event: an invitation for each journey that waits for such events."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from patients.models import Patient, Respondent, Touchpoint
from surveys.invitations.gates import askable, why_nobody
from surveys.invitations.rhythm import Rhythm, days_after
from surveys.invitations.sending import draft, nudge_step
from surveys.models import Invitation, Occasion, Skip

Step = Invitation.Step


@transaction.atomic
def plan_touchpoint(*, touchpoint_id: UUID, now: datetime) -> list[Invitation]:
    """Plan what follows from a journey event, once: the claim and the invitations are one transaction.

    Returns the invitations made: one for each active journey and each respondent who may be asked about the patient.
    What is not planned for a reason leaves a Skip. Another worker's claim, a taken-back event and history brought in
    late give [].
    """
    if not Touchpoint.objects.filter(pk=touchpoint_id, plan_pending=True).update(plan_pending=False):
        return []
    event = Touchpoint.objects.select_related("patient__program").get(pk=touchpoint_id)
    if event.is_backfill or event.voided_at:
        return []
    patient = _survivor(event.patient)
    journeys = _journeys_of(event, patient)
    respondents = askable(patient, now=now) if journeys else []
    planned = [
        invitation
        for journey in journeys
        for invitation in _planned(journey, event=event, patient=patient, respondents=respondents, now=now)
    ]
    made = Invitation.objects.bulk_create(planned, ignore_conflicts=True)
    for invitation in made:
        if invitation.next_step_at and invitation.next_step_at <= now:
            nudge_step(invitation)
    return made


def _journeys_of(event: Touchpoint, patient: Patient) -> list[Occasion]:
    active = Occasion.objects.filter(Q(since=None) | Q(since__lte=event.occurred_at), is_active=True)
    mine = active.filter(program_id=patient.program_id, touchpoint=event.kind)
    return list(mine.select_related("survey").annotate(number=F("survey__current_number")).order_by("pk"))


def _planned(
    journey: Occasion, *, event: Touchpoint, patient: Patient, respondents: list[Respondent], now: datetime
) -> list[Invitation]:
    rhythm, made = Rhythm.of_journey(journey), []
    for respondent in respondents:
        due = days_after(event.occurred_at, journey.delay_days, zone=respondent.time_zone)
        if rhythm.expires_at(due, zone=respondent.time_zone) <= now:
            _leave_out(journey, event, patient, Skip.Reason.TOO_LATE, now=now)
            continue
        invitation = draft(
            survey=journey.survey,
            program=patient.program,
            patient=patient,
            respondent=respondent,
            source=Invitation.Source.JOURNEY,
            now=now,
            send_at=max(due, now),
        )
        invitation.occasion, invitation.touchpoint = journey, event
        invitation.expires_at = rhythm.expires_at(max(due, now), zone=respondent.time_zone)
        made.append(invitation)
    if not respondents:
        _leave_out(journey, event, patient, why_nobody(patient), now=now)
    return made


def _leave_out(journey: Occasion, event: Touchpoint, patient: Patient, reason: str, *, now: datetime) -> None:
    Skip.objects.create(
        organization_id=event.organization_id,
        partner_id=patient.partner_id,
        patient=patient,
        survey_id=journey.survey_id,
        occasion=journey,
        touchpoint=event,
        step=Step.INVITE,
        reason=reason,
        at=now,
    )


def _survivor(patient: Patient) -> Patient:
    while patient.merged_into_id:
        patient = Patient.objects.select_related("program").get(pk=patient.merged_into_id)
    return patient
