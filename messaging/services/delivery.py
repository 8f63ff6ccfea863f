"""Delivery: lease, ask again whether it may be sent, send with nothing open, record."""

from datetime import datetime
from uuid import UUID

import structlog
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone

from cxplatform.lib.nudge import nudge
from cxplatform.lib.tenancy import bound
from messaging.channels import email, sms
from messaging.channels.outcome import Outcome
from messaging.letters import compose_patient_mail, compose_text
from messaging.models import Channel, Message, Stop
from messaging.quiet import next_allowed
from messaging.rendering import compose
from messaging.services.stops import standing_on, stop_address
from tenants.models import Member
from tenants.models.audit import audit

log = structlog.get_logger(__name__)

Written = EmailMultiAlternatives | sms.Text


def deliver(*, organization_id: UUID | str, message_id: UUID | str, now: datetime | None = None) -> str:
    """Try to hand one message to its provider: lease, ask whether it may go, send with nothing open, record.

    Returns the message's state afterwards, or "" when it was not due or somebody else holds it. A worker that dies
    after the provider accepted leaves an expired lease, and the message is sent again with the same Message-ID.
    """
    with bound(organization_id):
        at = now or timezone.now()
        message = Message.objects.lease(message_id, now=at)
        if message is None:
            return ""
        if held := _held_back(message, now=at):
            return held
        written, fault = _written(message)
    outcome = _send(written) if written else Outcome(Message.State.QUEUED, fault)
    with bound(organization_id):
        _record(message, outcome, now=timezone.now())
    return outcome.state


@transaction.atomic
def try_again(*, message: Message, by: Member, now: datetime) -> bool:
    """Send a refused or waiting message at once, because a member asked; audited.

    Returns False, and changes nothing, when it was sent, is being sent, or must not be sent any more.
    """
    if not message.try_again(now=now):
        return False
    audit("messaging.message.tried_again", by=by, target=message, now=now, attempts=message.attempts)
    nudge("messaging.message", organization_id=message.organization_id, message_id=message.pk)
    return True


def _held_back(message: Message, *, now: datetime) -> str:
    """Drop a message that must not be sent, or put one off that may not be sent now; return its state, "" to go on."""
    if not message.is_to_respondent:
        return ""
    if reason := _reason_to_drop(message, now=now):
        message.dropped(reason, now=now)
        if reason == Message.Dropped.STOPPED and _stop_reason(message) == Stop.Reason.BOUNCE:
            message.ask_for_another_way()
        return Message.State.DROPPED
    if message.is_reply:
        return ""
    allowed = next_allowed(now, time_zone=message.time_zone)
    if allowed <= now:
        return ""
    message.wait_until(allowed)
    return Message.State.QUEUED


def _reason_to_drop(message: Message, *, now: datetime) -> str:
    if message.expires_at and message.expires_at <= now:
        return Message.Dropped.EXPIRED
    if message.address is None:
        return Message.Dropped.ERASED
    if message.program and not message.program.is_active:
        return Message.Dropped.REVOKED
    if not message.is_reply and _stop_reason(message):
        return Message.Dropped.STOPPED
    return ""


def _stop_reason(message: Message) -> str:
    assert message.fingerprint is not None
    return next(iter(standing_on([(message.channel, message.fingerprint)]).values()), "")


def _written(message: Message) -> tuple[Written | None, str]:
    try:
        with transaction.atomic():
            return _compose(message), ""
    except Exception as error:  # raising would undo the lease, and the sweep would stumble over this row every time
        log.exception("messaging.not_written", message_id=str(message.pk))
        return None, type(error).__name__


def _compose(message: Message) -> Written:
    if message.channel == Channel.SMS:
        return compose_text(message)
    return compose_patient_mail(message) if message.is_of_patient_family else compose(message)


def _send(written: Written) -> Outcome:
    return sms.send(written) if isinstance(written, sms.Text) else email.send(written)


def _record(message: Message, outcome: Outcome, *, now: datetime) -> None:
    if outcome.state == Message.State.SENT:
        message.sent(now=now, provider_id=outcome.provider_id)
    elif outcome.is_stopped:
        message.dropped(Message.Dropped.STOPPED, now=now)
    elif outcome.state == Message.State.FAILED:
        message.failed(outcome.error, now=now)
    else:
        message.try_later(outcome.error, now=now)
    if outcome.error:
        log.warning("messaging.not_sent", message_id=str(message.pk), state=outcome.state, error=outcome.error)
    if message.is_to_respondent and (outcome.is_stopped or outcome.is_dead):
        stop_message_address(message, reason=Stop.Reason.WORD if outcome.is_stopped else Stop.Reason.BOUNCE, now=now)


def stop_message_address(message: Message, *, reason: str, now: datetime) -> bool:
    """Stop the address that a message to a respondent went to, even if it was erased since; False if it was before."""
    if message.fingerprint is None:
        return False
    return stop_address(
        organization_id=message.organization_id,
        channel=message.channel,
        fingerprint=bytes(message.fingerprint),
        reason=reason,
        source_id=message.pk,
        now=now,
    )
