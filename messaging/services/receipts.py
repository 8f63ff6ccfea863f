"""What comes back about messages that were accepted: they bounced, were reported, or the person wants no more."""

from datetime import datetime
from uuid import UUID

from cxplatform.lib.tenancy import bound
from messaging.models import Message, Stop
from messaging.services.delivery import stop_message_address


def note_bounce(
    *, organization_id: UUID, message_id: UUID, error: str, is_dead: bool, now: datetime, is_stopped: bool = False
) -> bool:
    """Record that an accepted message did not arrive, so that another way is tried; False when that is known already.

    is_dead: the address does not work, and is stopped. is_stopped: the carrier holds a STOP of the person.
    Opens its own transaction.
    """
    with bound(organization_id):
        message = Message.objects.select_for_update().filter(pk=message_id).first()
        if message is None or not message.bounced(error, now=now):
            return False
        if is_dead or is_stopped:
            reason = Stop.Reason.WORD if is_stopped else Stop.Reason.BOUNCE
            _stop_respondent(message, reason=reason, now=now)
        return True


def note_complaint(*, organization_id: UUID, message_id: UUID, now: datetime) -> bool:
    """Stop the address of a message that was reported as unwanted; False when it was stopped before."""
    return _stop_for(organization_id, message_id, reason=Stop.Reason.COMPLAINT, now=now)


def note_unsubscribed(*, organization_id: UUID, message_id: UUID, now: datetime) -> bool:
    """Stop the address of a message because the provider's own unsubscribe was used; False when it was before."""
    return _stop_for(organization_id, message_id, reason=Stop.Reason.UNSUBSCRIBED, now=now)


def unsubscribe(*, organization_id: UUID, message_id: UUID, now: datetime) -> str | None:
    """Stop the address of a message by its link, for whoever it serves; again changes nothing.

    Returns the language of the message; None when there is no such message. Opens its own transaction.
    """
    with bound(organization_id):
        message = Message.objects.filter(pk=message_id).first()
        if message is None:
            return None
        _stop_respondent(message, reason=Stop.Reason.UNSUBSCRIBED, now=now)
        return message.language


def _stop_for(organization_id: UUID, message_id: UUID, *, reason: str, now: datetime) -> bool:
    with bound(organization_id):
        message = Message.objects.filter(pk=message_id).first()
        return message is not None and _stop_respondent(message, reason=reason, now=now)


def _stop_respondent(message: Message, *, reason: str, now: datetime) -> bool:
    """Stop the address of a respondent; members are told whatever their mail provider thinks of it."""
    return message.is_to_respondent and stop_message_address(message, reason=reason, now=now)
