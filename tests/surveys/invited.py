"""What tests of invitations need: reachable patients, journeys, and the steps that workers take."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from messaging.models import Message
from messaging.services import keep_address
from patients.models import Patient, Respondent
from patients.services import note_touchpoint, record_consent
from surveys.invitations import invite, plan_touchpoint, take_step
from surveys.models import Invitation, Occasion, Skip
from tests.conftest import T0, House

EMAIL, SMS, PHONE = "email", "sms", "phone"
VALUES = {EMAIL: "ana@example.org", SMS: "+1 202 555 0143", PHONE: "+1 202 555 0143"}


def respondent_of(house: House, patient: Patient | None = None) -> Respondent:
    with house.bound():
        return (patient or house.patients[0]).answering.get().respondent


def reachable(
    house: House,
    patient: Patient | None = None,
    *,
    channels: tuple[str, ...] = (EMAIL,),
    purposes: tuple[str, ...] = ("survey", "follow_up"),
    values: dict[str, str] | None = None,
    preferred: str = "",
) -> Respondent:
    """Give the respondent of a patient an address and consent for each channel."""
    with house.bound():
        respondent = (patient or house.patients[0]).answering.get().respondent
        if preferred:
            Respondent.objects.filter(pk=respondent.pk).update(preferred_channel=preferred)
        for channel in channels:
            address(house, respondent, channel, (values or VALUES)[channel])
            consent(house, respondent, channel, purposes)
    return respondent


def address(house: House, respondent: Respondent, channel: str, value: str) -> None:
    with house.bound():
        keep_address(
            organization_id=house.organization.pk,
            partner_id=respondent.partner_id,
            owner_id=respondent.pk,
            channel=channel,
            value=value,
            now=T0,
        )


def consent(
    house: House, respondent: Respondent, channel: str, purposes: tuple[str, ...], *, given: bool = True, now=T0
) -> None:
    with house.bound():
        record_consent(
            respondent=respondent,
            channel=channel,
            purposes=purposes,
            is_given=given,
            source="form",
            wording="v1",
            given_at=now,
            by=None,
            now=now,
        )


def journey(house: House, *, survey: str = "pulse_5", touchpoint: str = "call", **over: Any) -> Occasion:
    fields = {"delay_days": 1, "since": T0 - timedelta(days=400), **over}
    with house.bound():
        return Occasion.objects.create(
            organization=house.organization,
            program=house.program,
            survey=house.surveys[survey],
            touchpoint=touchpoint,
            **fields,
        )


def happens(house: House, kind: str = "call", *, at: datetime = T0, patient: Patient | None = None, **over: Any):
    with house.bound():
        return note_touchpoint(
            patient=patient or house.patients[0], kind=kind, occurred_at=at, now=over.pop("now", at), **over
        )


def planned(house: House, kind: str = "call", *, at: datetime = T0, now: datetime | None = None, **how: Any):
    """Let an event happen and be planned; return the invitations."""
    event = happens(house, kind, at=at, now=now or at, **how)
    with house.bound():
        return plan_touchpoint(touchpoint_id=event.pk, now=now or at)


def invited(house: House, patient: Patient | None = None, *, now: datetime = T0, survey: str = "pulse_5", **over: Any):
    patient = patient or house.patients[0]
    with house.bound():
        return invite(
            survey=house.surveys[survey],
            patient=patient,
            respondent=over.pop("respondent", None) or patient.answering.get().respondent,
            source=over.pop("source", "manual"),
            by=house.members["admin"],
            now=now,
            **over,
        )


def step(house: House, invitation: Invitation | UUID, *, now: datetime = T0) -> str:
    id = invitation if isinstance(invitation, UUID) else invitation.pk
    with house.bound():
        return take_step(invitation_id=id, now=now)


def fresh(house: House, invitation: Invitation) -> Invitation:
    with house.bound():
        return Invitation.objects.get(pk=invitation.pk)


def sent(house: House, invitation: Invitation | None = None) -> list[tuple[str, str]]:
    """Return (template, channel) of each message to respondents that was not dropped, in order."""
    with house.bound():
        rows = Message.objects.filter(owner_id__isnull=False).exclude(state="dropped").order_by("created_at", "pk")
        if invitation:
            rows = rows.filter(about_id=invitation.pk)
        return list(rows.values_list("template", "channel"))


def skips(house: House) -> list[tuple[str, str]]:
    """Return (step, reason) of each skip, in order."""
    with house.bound():
        return list(Skip.objects.order_by("at", "pk").values_list("step", "reason"))
