"""Messages to members, and those that a member asks for: always the same neutral words."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from cxplatform.lib.nudge import nudge
from messaging.models import Address, GoLink, Message
from tenants.models import Member, Program


def queue_follow_up(
    *,
    organization_id: UUID,
    members: Iterable[Member],
    pseudonym: str,
    occasion: str,
    due_at: datetime | None,
    now: datetime,
    target: str = GoLink.Target.CASE,
    target_id: UUID | None = None,
    case_id: UUID | None = None,
) -> dict[UUID, UUID]:
    """Queue “Follow-up needed” for each member; return message ids by member id.

    target, target_id: the row that the link opens; `case_id` names a case.
    occasion: what makes this message one of a kind; the same occasion never queues a second one to the same member.
    due_at: named in the message when given (the caller asks the organization's setting).
    Raises TypeError when neither `target_id` nor `case_id` is given.
    """
    opens = target_id or case_id
    if opens is None:
        raise TypeError("queue_follow_up() needs target_id")
    link = GoLink.to(organization_id=organization_id, target=target, target_id=opens)
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


def queue_test(
    *, program: Program, member: Member, template: str, channel: str, language: str, now: datetime, number: str = ""
) -> Message:
    """Queue a message of the patient family to a member, as patients would get it; its link leads nowhere.

    number: where a text message goes, in any written form; sealed in the vault under the member's id.
    """
    address = _own_number(program, member, channel, number, now=now) if number else None
    message = Message.objects.create(
        organization_id=program.organization_id,
        program=program,
        member=member,
        channel=channel,
        template=template,
        address=address,
        language=language,
        dedupe_key=f"test:{uuid7()}",
        next_try_at=now,
        created_at=now,
    )
    nudge("messaging.message", organization_id=program.organization_id, message_id=message.pk)
    return message


def _own_number(program: Program, member: Member, channel: str, number: str, *, now: datetime) -> Address:
    Address.keep(
        organization_id=program.organization_id,
        partner_id=None,
        owner_id=member.pk,
        channel=channel,
        value=number,
        now=now,
        region=program.country,
    )
    return Address.objects.of(member.pk, value=number, channel=channel, region=program.country)


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
            partner_id=member.partner_id,
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
