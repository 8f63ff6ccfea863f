"""Verbs of the post office: queue, deliver."""

from collections.abc import Iterable
from datetime import datetime
from smtplib import SMTPRecipientsRefused, SMTPResponseException
from uuid import UUID

import structlog
from anymail.exceptions import AnymailInvalidAddress, AnymailRecipientsRefused
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from cxplatform.lib.nudge import nudge
from cxplatform.lib.tenancy import bound
from messaging.models import GoLink, Message
from messaging.rendering import compose
from tenants.models import Member
from tenants.models.audit import audit

log = structlog.get_logger(__name__)


def queue_follow_up(
    *,
    organization_id: UUID,
    members: Iterable[Member],
    pseudonym: str,
    case_id: UUID,
    occasion: str,
    due_at: datetime | None,
    now: datetime,
) -> dict[UUID, UUID]:
    """Queue “Follow-up needed” for each member; return message ids by member id.

    occasion: what makes this message one of a kind; the same occasion never queues a second one to the same member.
    due_at: named in the message when given (the caller asks the organization's setting).
    """
    link = GoLink.to(organization_id=organization_id, target=GoLink.Target.CASE, target_id=case_id)
    fields = {"pseudonym": pseudonym, "go_link_id": str(link.pk)}
    if due_at:
        fields["due_at"] = due_at.isoformat()
    return _queue(
        organization_id=organization_id,
        members=members,
        template=Message.Template.FOLLOW_UP,
        fields=fields,
        occasion=occasion,
        now=now,
    )


def queue_welcome(*, member: Member, now: datetime) -> None:
    """Queue the welcome of an invited member, once per invitation, and mark the member as welcomed."""
    if not Member.objects.uninvited().filter(pk=member.pk).update(welcome_pending=False):
        return
    _queue(
        organization_id=member.organization_id,
        members=[member],
        template=Message.Template.WELCOME,
        fields={},
        occasion=f"welcome:{uuid7()}",
        now=now,
    )


def deliver(*, organization_id: UUID | str, message_id: UUID | str, now: datetime | None = None) -> str:
    """Try to hand one message to its provider: lease, send with nothing open, record.

    Returns the message's state afterwards, or "" when it was not due or somebody else holds it. A worker that dies
    after the provider accepted leaves an expired lease, and the message is sent again with the same Message-ID.
    """
    with bound(organization_id):
        message = Message.objects.lease(message_id, now=now or timezone.now())
        if message is None:
            return ""
        email, fault = _written(message)
    state, error = _send(email) if email else (Message.State.QUEUED, fault)
    with bound(organization_id):
        _record(message, state, error, now=timezone.now())
    return state


@transaction.atomic
def try_again(*, message: Message, by: Member, now: datetime) -> bool:
    """Send a refused or waiting message at once, because a member asked; audited.

    Returns False, and changes nothing, when it was sent or is being sent.
    """
    if not message.try_again(now=now):
        return False
    audit("messaging.message.tried_again", by=by, target=message, now=now, attempts=message.attempts)
    nudge("messaging.message", organization_id=message.organization_id, message_id=message.pk)
    return True


def _queue(
    *,
    organization_id: UUID,
    members: Iterable[Member],
    template: str,
    fields: dict[str, str],
    occasion: str,
    now: datetime,
) -> dict[UUID, UUID]:
    Message.check_fields(template, fields)
    rows = [
        Message(
            organization_id=organization_id,
            template=template,
            member=member,
            fields=fields,
            dedupe_key=f"{occasion}:{member.pk}",
            next_try_at=now,
            created_at=now,
        )
        for member in members
    ]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    keys = [row.dedupe_key for row in rows]
    queued = dict(Message.objects.filter(dedupe_key__in=keys).values_list("member_id", "pk"))
    for message_id in queued.values():
        nudge("messaging.message", organization_id=organization_id, message_id=message_id)
    return queued


def _written(message: Message) -> tuple[EmailMultiAlternatives | None, str]:
    try:
        with transaction.atomic():
            return compose(message), ""
    except Exception as error:  # raising would undo the lease, and the sweep would stumble over this row every time
        log.exception("messaging.not_written", message_id=str(message.pk))
        return None, type(error).__name__


def _send(email: EmailMultiAlternatives) -> tuple[str, str]:
    try:
        if get_connection().send_messages([email]) == 0:
            return Message.State.QUEUED, "not accepted"
    except SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        final = bool(codes) and all(500 <= code < 600 for code in codes)
        return (Message.State.FAILED if final else Message.State.QUEUED), f"recipient refused {codes[:1]}"
    except (AnymailRecipientsRefused, AnymailInvalidAddress) as error:
        return Message.State.FAILED, type(error).__name__
    except SMTPResponseException as error:
        return Message.State.QUEUED, f"{type(error).__name__} {error.smtp_code}"
    except Exception as error:  # whatever a provider's client raises: the row stays due, and the fault is shown
        return Message.State.QUEUED, type(error).__name__
    return Message.State.SENT, ""


def _record(message: Message, state: str, error: str, *, now: datetime) -> None:
    if state == Message.State.SENT:
        message.sent(now=now)
    elif state == Message.State.FAILED:
        message.failed(error, now=now)
    else:
        message.try_later(error, now=now)
    if error:
        log.warning("messaging.not_sent", message_id=str(message.pk), state=state, error=error)
