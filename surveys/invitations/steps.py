"""The steps of an invitation, each claimed and done in one transaction: invite, remind, call, expire."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from messaging.models import Message
from messaging.quiet import next_allowed
from surveys.invitations.calls import leave_call
from surveys.invitations.gates import (
    Way,
    count_contact,
    is_ours,
    way_to_call,
    way_to_write,
)
from surveys.invitations.rhythm import Rhythm
from surveys.invitations.sending import end, is_answered, locked, queue, settle, skip, template_of
from surveys.models import Invitation, Skip

Step = Invitation.Step
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))


@transaction.atomic
def take_step(*, invitation_id: UUID, now: datetime) -> str:
    """Take the due step of one invitation: its claim and all that follows from it are one transaction.

    Returns what came of it: "" when nothing was due or another worker took it, "answered", "waits" for the morning
    there, "sent", "skipped", "called", "fetched" (the partner delivers the link) or "expired".
    """
    invitation = locked(invitation_id, due_at=now)
    if invitation is None:
        return ""
    if is_answered(invitation):
        settle(invitation, now=now)
        return "answered"
    if invitation.step in (Step.INVITE, Step.REMIND) and is_ours(invitation) and _waits(invitation, now=now):
        return "waits"
    return _TAKE[Step(invitation.step)](invitation, now)


def push_back(*, invitation_id: UUID, now: datetime) -> None:
    """Try a step that failed again later, ever less often: it must not stand in the way of the others."""
    found = Invitation.objects.filter(pk=invitation_id, next_step_at__lte=now)
    failures = found.values_list("step_failures", flat=True).first() or 0
    wait = BACK_OFF[min(failures, len(BACK_OFF) - 1)]
    found.update(next_step_at=now + wait, step_failures=F("step_failures") + 1)


def _waits(invitation: Invitation, *, now: datetime) -> bool:
    """Wait for the morning there before any gate is asked, so that what happens in the night is not missed."""
    at = next_allowed(now, time_zone=invitation.respondent.time_zone)
    if at > now:
        invitation.next_step_at = at
        invitation.save(update_fields=["next_step_at"])
    return at > now


def _invite(invitation: Invitation, now: datetime) -> str:
    way = way_to_write(invitation, now=now)
    reason = way.reason or _send(invitation, way, now=now)
    if reason:
        skip(invitation, reason, step=Step.INVITE, now=now)
        end(invitation, Invitation.Ended.SKIPPED, now=now)
        return "skipped"
    _go_on(invitation, now=now)
    return "sent" if is_ours(invitation) else "fetched"


def _send(invitation: Invitation, way: Way, *, now: datetime) -> str:
    """Count it and queue it, or return why neither was done."""
    with transaction.atomic():
        reason = count_contact(invitation, now=now)
        if not reason and any(_queued(invitation, channel, now=now) for channel in way.channels or ("",)):
            return ""
        transaction.set_rollback(True)  # nothing went out, so nothing counts
    return reason or Skip.Reason.NO_ADDRESS


def _queued(invitation: Invitation, channel: str, *, now: datetime) -> bool:
    """Queue the first message; from it on the days are counted, and the link is open."""
    rhythm, zone = Rhythm.of(invitation), invitation.respondent.time_zone
    invitation.invited_at, invitation.expires_at = now, rhythm.expires_at(now, zone=zone)
    if channel:
        template = template_of(invitation)
        message = queue(invitation, template=template, channels=[channel], occasion="invite", now=now)
        if message is None:
            return False
    invitation.channel = channel
    invitation.save(update_fields=["invited_at", "expires_at", "channel"])
    return True


def _remind(invitation: Invitation, now: datetime) -> str:
    way = way_to_write(invitation, now=now)
    done = ""
    if way.reason:
        skip(invitation, way.reason, step=Step.REMIND, now=now)
        done = "skipped"
    elif not _was_reminded_of_the_rest(invitation):
        occasion = f"remind:{invitation.reminders_sent + 1}"
        template = Message.Template.REMINDER
        if queue(invitation, template=template, channels=way.channels, occasion=occasion, now=now):
            invitation.reminders_sent += 1
            done = "sent"
        else:
            skip(invitation, Skip.Reason.NO_ADDRESS, step=Step.REMIND, now=now)
            done = "skipped"
    _go_on(invitation, now=now)
    return done or "reminded before"


def _was_reminded_of_the_rest(invitation: Invitation) -> bool:
    """Tell whether somebody who began to answer was reminded since: once is enough."""
    response = getattr(invitation, "response", None)
    if response is None:
        return False
    reminders = Message.objects.filter(about_id=invitation.pk, template=Message.Template.REMINDER)
    return reminders.filter(created_at__gte=response.started_at).exists()


def _call(invitation: Invitation, now: datetime) -> str:
    way = way_to_call(invitation, now=now)
    if way.reason:
        skip(invitation, way.reason, step=Step.CALL, now=now)
    else:
        leave_call(invitation, now=now)
    _go_on(invitation, now=now)
    return "skipped" if way.reason else "called"


def _expire(invitation: Invitation, now: datetime) -> str:
    end(invitation, Invitation.Ended.EXPIRED, now=now)
    return "expired"


_TAKE = {Step.INVITE: _invite, Step.REMIND: _remind, Step.CALL: _call, Step.EXPIRE: _expire}


def _go_on(invitation: Invitation, *, now: datetime) -> None:
    invitation.step, invitation.next_step_at = Rhythm.of(invitation).next_step(invitation, now=now)
    invitation.step_failures = 0
    invitation.save(update_fields=["step", "next_step_at", "reminders_sent", "step_failures"])
