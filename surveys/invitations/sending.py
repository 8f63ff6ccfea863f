"""Invitations made and ended by hand: invite, send again, revoke; and the one place where a message is queued."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from cxplatform.lib.nudge import nudge
from messaging import services as post
from messaging.models import Message
from patients.models import Patient, Respondent
from surveys.invitations.gates import is_ours, purpose_of, way_to_write
from surveys.invitations.rhythm import Rhythm
from surveys.models import CallTask, Invitation, Skip, Survey
from tenants.models import Member, Program
from tenants.models.audit import audit

RESEND_AFTER = timedelta(hours=1)


class NotSendable(Exception):
    """The message may not go out; `reason` is one of Skip.Reason, in words the message."""

    def __init__(self, reason: str) -> None:
        super().__init__(str(Skip.Reason(reason).label))
        self.reason = reason


class InvitationOver(Exception):
    """The invitation has ended or was answered; nothing more is sent for it."""


class SentJustNow(Exception):
    """The link went out within the last hour."""


def draft(
    *,
    survey: Survey,
    program: Program,
    patient: Patient | None,
    respondent: Respondent,
    source: str,
    now: datetime,
    send_at: datetime | None = None,
) -> Invitation:
    """Return an unsaved invitation that is due to be sent at `send_at` (None: at once)."""
    invitation = Invitation.draft(survey=survey, respondent=respondent, patient=patient, now=now)
    invitation.program, invitation.source, invitation.sent_by = program, source, program.links_sent_by
    invitation.next_step_at = send_at or now
    invitation.expires_at = Rhythm().expires_at(invitation.next_step_at, zone=respondent.time_zone)
    return invitation


@transaction.atomic
def invite(
    *,
    survey: Survey,
    patient: Patient | None,
    respondent: Respondent,
    source: str,
    by: Member | None,
    now: datetime,
    send_at: datetime | None = None,
) -> Invitation:
    """Invite one respondent to one survey: the message goes out as soon as a worker has asked all gates.

    send_at: None for at once. Audited when a member asked for it.
    """
    invitation = draft(
        survey=survey,
        program=respondent.program,
        patient=patient,
        respondent=respondent,
        source=source,
        now=now,
        send_at=send_at,
    )
    invitation.save(force_insert=True)
    if by:
        audit("surveys.invitation.created", by=by, target=invitation, now=now, survey=survey.key, source=source)
    nudge_step(invitation)
    return invitation


def nudge_step(invitation: Invitation) -> None:
    """Tell a worker that a step is due."""
    nudge("surveys.invitation", organization_id=invitation.organization_id, invitation_id=invitation.pk)


def locked(invitation_id: UUID, *, due_at: datetime | None = None) -> Invitation | None:
    """Lock an invitation, its patient first, as all who change either do; None when it is not there, or not due.

    Of a merged patient, the survivor is locked, and says what may be sent.
    """
    rows = Invitation.objects.filter(pk=invitation_id)
    if due_at:
        rows = rows.filter(next_step_at__lte=due_at)
    found = rows.values_list("patient_id", flat=True).first()
    patient = _locked_survivor(found) if found else None
    whole = rows.select_for_update(of=("self",), no_key=True).select_related(
        "program__organization", "survey", "respondent", "patient", "occasion", "touchpoint", "response"
    )
    invitation = whole.first()
    if invitation and patient:
        invitation.patient = patient
    return invitation


def _locked_survivor(patient_id: UUID) -> Patient:
    patient = Patient.objects.select_for_update(no_key=True).get(pk=patient_id)
    while patient.merged_into_id:
        patient = Patient.objects.select_for_update(no_key=True).get(pk=patient.merged_into_id)
    return patient


def queue(
    invitation: Invitation, *, template: str, channels: Sequence[str], occasion: str, now: datetime
) -> Message | None:
    """Queue the link by the first channel that takes it; None when none does.

    occasion: what makes the message one of a kind; the same one never queues a second message.
    """
    for channel in channels:
        try:
            with transaction.atomic():
                return post.queue_to_respondent(
                    program=invitation.program,
                    partner_id=invitation.partner_id,
                    owner_id=invitation.respondent_id,
                    channel=channel,
                    purpose=purpose_of(invitation),
                    template=template,
                    language=invitation.language,
                    time_zone=invitation.respondent.time_zone,
                    about_id=invitation.pk,
                    occasion=f"invitation:{invitation.pk}:{occasion}",
                    now=now,
                    expires_at=invitation.expires_at,
                )
        except post.Unreachable:
            continue
    return None


def template_of(invitation: Invitation) -> str:
    """Return the template that carries the link for the first time."""
    is_follow_up = invitation.source == Invitation.Source.FOLLOW_UP
    return Message.Template.OUTCOME if is_follow_up else Message.Template.INVITATION


def skip(invitation: Invitation, reason: str, *, step: str, now: datetime) -> Skip:
    """Write down that a step of an invitation did not happen, and why."""
    return Skip.objects.create(
        organization_id=invitation.organization_id,
        partner_id=invitation.partner_id,
        patient_id=invitation.patient_id,
        survey_id=invitation.survey_id,
        invitation=invitation,
        occasion_id=invitation.occasion_id,
        touchpoint_id=invitation.touchpoint_id,
        step=step,
        reason=reason,
        at=now,
    )


def end(invitation: Invitation, ended_as: str, *, now: datetime) -> None:
    """End an invitation: nothing is due any more, its link is closed, and what waits to be sent is dropped."""
    invitation.ended_as, invitation.next_step_at = ended_as, None
    if ended_as != Invitation.Ended.EXPIRED:
        invitation.revoked_at = now
    invitation.save(update_fields=["ended_as", "next_step_at", "revoked_at"])
    post.drop_messages(reason=Message.Dropped.REVOKED, now=now, about_id=invitation.pk)
    call_no_more(invitation, now=now)


def settle(invitation: Invitation, *, now: datetime) -> None:
    """Do nothing more for an invitation that was answered."""
    invitation.next_step_at = None
    invitation.save(update_fields=["next_step_at"])
    call_no_more(invitation, now=now)


def call_no_more(invitation: Invitation, *, now: datetime) -> None:
    """Take an open telephone task off the list."""
    tasks = CallTask.objects.filter(invitation=invitation, outcome=CallTask.Outcome.OPEN)
    tasks.update(outcome=CallTask.Outcome.OVER, done_at=now)


def is_answered(invitation: Invitation) -> bool:
    """Tell whether the response was submitted."""
    response = getattr(invitation, "response", None)
    return bool(response and response.submitted_at)


@transaction.atomic
def revoke(*, invitation: Invitation, by: Member | None, now: datetime) -> None:
    """Close a link at once: its page says so, and messages that wait are dropped; audited.

    Raises InvitationOver when it has ended or was answered, also while another request was about to do the same.
    """
    found = locked(invitation.pk)
    if found is None or found.ended_as or is_answered(found):
        raise InvitationOver
    end(found, Invitation.Ended.REVOKED, now=now)
    audit("surveys.invitation.revoked", by=by, target=found, now=now)


@transaction.atomic
def resend(*, invitation: Invitation, by: Member, now: datetime) -> Message:
    """Send the same link once more by the preferred channel; it counts as the same survey, and is audited.

    Raises InvitationOver, SentJustNow (at most once an hour), or NotSendable with the gate that refused it.
    """
    found = locked(invitation.pk)
    if found is None or found.is_over(now=now) or is_answered(found) or not is_ours(found) or found.invited_at is None:
        raise InvitationOver
    sent = Message.objects.filter(about_id=found.pk)
    if sent.filter(created_at__gt=now - RESEND_AFTER).exclude(state=Message.State.FAILED).exists():
        raise SentJustNow
    way = way_to_write(found, now=now)
    if way.reason:
        raise NotSendable(way.reason)
    occasion = f"again:{sent.count()}"
    message = queue(found, template=template_of(found), channels=way.channels, occasion=occasion, now=now)
    if message is None:
        raise NotSendable(Skip.Reason.NO_ADDRESS)
    audit("surveys.invitation.resent", by=by, target=found, now=now, channel=message.channel)
    return message
