"""A message that could not be delivered goes out by the next channel, or somebody calls."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from messaging.models import Message
from surveys.invitations.calls import leave_call
from surveys.invitations.gates import way_to_call, way_to_write
from surveys.invitations.rhythm import Rhythm
from surveys.invitations.sending import end, is_answered, locked, queue, skip
from surveys.models import Invitation, Skip

Step = Invitation.Step
_STEPS = {Message.Template.REMINDER: Step.REMIND}


@transaction.atomic
def try_next_channel(*, message_id: UUID, now: datetime) -> str:
    """Send the link of a message that bounced by the next channel, each channel once; else leave a telephone task.

    Returns the channel, "call", "skipped", or "" when nothing was to be done or another worker did it.
    """
    about_id = Message.objects.filter(pk=message_id).values_list("about_id", flat=True).first()
    invitation = locked(about_id) if about_id else None
    waiting = Message.objects.filter(pk=message_id, needs_stand_in=True, member=None)
    if not waiting.update(needs_stand_in=False):
        return ""
    if invitation is None or invitation.is_over(now=now) or is_answered(invitation):
        return ""
    return _instead(invitation, Message.objects.get(pk=message_id), now=now)


def _instead(invitation: Invitation, bounced: Message, *, now: datetime) -> str:
    way = way_to_write(invitation, now=now)
    tried = set(Message.objects.filter(about_id=invitation.pk).values_list("channel", flat=True))
    left = [channel for channel in way.channels if channel not in tried]
    for channel in left:
        occasion = f"instead:{channel}"
        if queue(invitation, template=bounced.template, channels=[channel], occasion=occasion, now=now):
            Invitation.objects.filter(pk=invitation.pk).update(channel=channel)
            return channel
    return _call_instead(invitation, way.reason or Skip.Reason.NO_ADDRESS, bounced, now=now)


def _call_instead(invitation: Invitation, reason: str, bounced: Message, *, now: datetime) -> str:
    step = _STEPS.get(Message.Template(bounced.template), Step.INVITE)
    skip(invitation, reason, step=step, now=now)
    if not way_to_call(invitation, now=now).reason and Rhythm.of(invitation).call_after_days is not None:
        leave_call(invitation, now=now)
        invitation.step, invitation.next_step_at = Step.EXPIRE, invitation.expires_at
        invitation.save(update_fields=["step", "next_step_at"])
        return "call"
    if not Message.objects.filter(about_id=invitation.pk, state=Message.State.SENT).exists():
        end(invitation, Invitation.Ended.SKIPPED, now=now)
    return "skipped"
