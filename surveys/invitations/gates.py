"""What must be true before anything of an invitation goes out; asked at every step, in one order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from messaging import services as post
from messaging.models import Channel, Purpose, Stop
from patients import services as people
from patients.models import Consent, Patient, Respondent, Touchpoint
from surveys.definitions import Definition, QuestionType
from surveys.models import Invitation, Response, Skip, SurveyVersion
from surveys.models.survey import definition_of
from tenants.models import Program

Reason = Skip.Reason
WRITTEN = (Channel.EMAIL, Channel.SMS)


@dataclass(frozen=True, slots=True)
class Way:
    """How an invitation may go out now: its channels, the preferred first; or the reason why it may not.

    Without a reason and without channels the partner delivers the link.
    """

    channels: tuple[str, ...] = ()
    reason: str = ""


def purpose_of(invitation: Invitation) -> str:
    """Return what a respondent must have agreed to for this invitation."""
    return Purpose.FOLLOW_UP if invitation.source == Invitation.Source.FOLLOW_UP else Purpose.SURVEY


def is_ours(invitation: Invitation) -> bool:
    """Tell whether we deliver the link; otherwise the partner does."""
    return invitation.sent_by == Program.Sender.US


def way_to_write(invitation: Invitation, *, now: datetime) -> Way:
    """Return by which channels an invitation or a reminder may be written now, or why not; caps are asked apart.

    invitation: may be unsaved, to see what would hinder it.
    """
    if reason := hindrance(invitation, now=now):
        return Way(reason=reason)
    agreed = people.consented_channels(respondent_id=invitation.respondent_id, purpose=purpose_of(invitation))
    if not is_ours(invitation):
        return Way() if agreed else Way(reason=Reason.NO_CONSENT)
    written = [channel for channel in agreed if channel in WRITTEN]
    if not written:
        return Way(reason=Reason.NO_CONSENT)
    usable = post.usable_channels(owner_id=invitation.respondent_id, channels=written)
    return Way(channels=tuple(usable)) if usable else Way(reason=_unusable(invitation.respondent_id))


def way_to_call(invitation: Invitation, *, now: datetime) -> Way:
    """Return whether somebody may call and ask on the telephone now, or why not.

    Where the vault holds contacts, that needs consent for the telephone and a number; where the partner does, that
    nobody has refused to be called.
    """
    if reason := hindrance(invitation, now=now):
        return Way(reason=reason)
    owner, purpose = invitation.respondent_id, purpose_of(invitation)
    if invitation.program.contact_held_by == Program.Holder.PARTNER:
        return _way_by_partner(owner, purpose)
    if Channel.PHONE not in people.consented_channels(respondent_id=owner, purpose=purpose):
        return Way(reason=Reason.NO_CONSENT)
    usable = post.usable_channels(owner_id=owner, channels=[Channel.PHONE])
    return Way(channels=tuple(usable)) if usable else Way(reason=_unusable(owner))


def look(invitation: Invitation, *, now: datetime) -> Way:
    """Return what would become of an invitation that is written now, the contact rules included; nothing is counted."""
    way = way_to_write(invitation, now=now)
    reason = way.reason or cap_reached(invitation, now=now)
    return Way(reason=reason) if reason else way


def hindrance(invitation: Invitation, *, now: datetime) -> str:
    """Return why nobody is asked now, whatever the channel; "" when nothing hinders it."""
    return next((reason for gate in _GATES if (reason := gate(invitation, now))), "")


def cap_reached(invitation: Invitation, *, now: datetime) -> str:
    """Return which contact rule forbids a survey now, "" when none does; nothing is counted."""
    with transaction.atomic():
        reason = count_contact(invitation, now=now)
        transaction.set_rollback(True)
    return reason


def count_contact(invitation: Invitation, *, now: datetime) -> str:
    """Count one survey for everybody behind the respondent's addresses, or return the contact rule against it.

    Outcome follow-ups are exempt. Where the partner delivers the link, the respondent alone counts.
    """
    if purpose_of(invitation) != Purpose.SURVEY:
        return ""
    organization = invitation.program.organization
    return post.count_survey_contact(
        program=invitation.program,
        owner_id=invitation.respondent_id,
        channel=Channel.EMAIL if is_ours(invitation) else None,
        invitation_id=invitation.pk,
        gap_days=organization.survey_gap_days,
        a_year=organization.surveys_a_year,
        now=now,
    )


def askable(patient: Patient, *, now: datetime) -> list[Respondent]:
    """Return who may be asked about a patient now, by the date where the patient lives."""
    today = now.astimezone(ZoneInfo(patient.time_zone)).date()
    return people.respondents_for(patient, today=today)


def why_nobody(patient: Patient) -> str:
    """Return the reason why `askable` found nobody."""
    if not patient.takes_messages:
        return Reason.STATUS
    is_minor = patient.contact_status == Patient.ContactStatus.UNDER_AGE
    return Reason.UNDER_AGE if is_minor else Reason.NO_ADDRESS


def asks_text(definition: Definition) -> bool:
    """Tell whether a survey takes words of the respondent's own, in which a safety event may be told."""
    return any(question.type is QuestionType.TEXT or question.other for question in definition.questions.values())


def _event(invitation: Invitation, now: datetime) -> str:
    event, is_first = invitation.touchpoint, invitation.step == Invitation.Step.INVITE
    if event and event.voided_at:
        return Reason.VOIDED
    if is_first and invitation.expires_at <= now:  # no worker came by in all its days
        return Reason.TOO_LATE
    return Reason.LEFT if event and is_first and _is_outdated(event, now=now) else ""


def _is_outdated(event: Touchpoint, *, now: datetime) -> bool:
    """Tell whether the patient left the program after the event, or the plan that it told of was replaced."""
    kinds = Touchpoint.Kind
    since = Touchpoint.objects.valid().filter(patient_id=event.patient_id).exclude(pk=event.pk)
    if event.kind == kinds.FIRST_DOSE_PLANNED and since.filter(kind=event.kind, id__gt=event.pk).exists():
        return True
    left = since.filter(kind=kinds.DISCONTINUED, occurred_at__gte=event.occurred_at, occurred_at__lte=now)
    return event.kind != kinds.DISCONTINUED and left.exists()


def _program(invitation: Invitation, _: datetime) -> str:
    return "" if invitation.program.is_active else Reason.PROGRAM_OFF


def _version(invitation: Invitation, _: datetime) -> str:
    return "" if invitation.survey.current_number else Reason.NOT_PUBLISHED


def _text(invitation: Invitation, _: datetime) -> str:
    if invitation.program.may_collect_text:
        return ""
    survey = invitation.survey
    version = SurveyVersion.objects.values_list("pk", flat=True).get(survey=survey, number=survey.current_number)
    return Reason.NO_SAFETY if asks_text(definition_of(version)) else ""


def _status(invitation: Invitation, _: datetime) -> str:
    return Reason.STATUS if invitation.patient and not invitation.patient.takes_messages else ""


def _hold(invitation: Invitation, _: datetime) -> str:
    """Hold back surveys; whether an issue is taken care of is asked because of the very case that holds them back."""
    if invitation.patient_id is None or purpose_of(invitation) != Purpose.SURVEY:
        return ""
    return Reason.HOLD if people.is_held(invitation.patient_id) else ""


def _respondent(invitation: Invitation, now: datetime) -> str:
    patient = invitation.patient
    if patient is None or invitation.respondent_id in {each.pk for each in askable(patient, now=now)}:
        return ""
    return Reason.UNDER_AGE if patient.contact_status == Patient.ContactStatus.UNDER_AGE else Reason.LEFT


def _answered(invitation: Invitation, _: datetime) -> str:
    """Spare whoever has answered the same survey since the event; an API or another journey may have asked."""
    if invitation.touchpoint is None or invitation.patient is None or invitation.step != Invitation.Step.INVITE:
        return ""
    same = Response.objects.filter(patient=invitation.patient, survey_id=invitation.survey_id)
    mine = same.filter(respondent_id=invitation.respondent_id, submitted_at__gte=invitation.touchpoint.occurred_at)
    return Reason.ANSWERED if mine.exists() else ""


_GATES: tuple[Callable[[Invitation, datetime], str], ...] = (
    _event,
    _program,
    _version,
    _text,
    _status,
    _hold,
    _respondent,
    _answered,
)


def _unusable(owner_id: UUID) -> str:
    return Reason.STOPPED if _was_refused(owner_id) else Reason.NO_ADDRESS


def _was_refused(owner_id: UUID) -> bool:
    """Tell whether they want no messages; an address that only bounced says nothing about that."""
    return any(stop.reason != Stop.Reason.BOUNCE for stop in post.stops_of(owner_id))


def _way_by_partner(owner_id: UUID, purpose: str) -> Way:
    """Let the partner call whom it knows, but for those who said no to it, or to everything."""
    if _was_refused(owner_id):
        return Way(reason=Reason.STOPPED)
    said = Consent.objects.in_force([owner_id])
    by_channel = {each.channel: each.is_given for each in said if each.purpose == purpose}
    refused = by_channel.get(Channel.PHONE, True) is False or (by_channel and not any(by_channel.values()))
    return Way(reason=Reason.NO_CONSENT) if refused else Way(channels=(Channel.PHONE,))
