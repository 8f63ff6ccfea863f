"""Telephone tasks: nobody answered, so somebody calls, asks the survey and types the answers."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from surveys.invitations.gates import way_to_call
from surveys.invitations.sending import NotSendable, end, is_answered, locked
from surveys.models import CallTask, Invitation
from tenants.models import Member
from tenants.models.audit import audit

MOST_TRIES = 3
AGAIN_AT = time(9)  # o'clock where the respondent lives
SATURDAY = 5

Outcome = CallTask.Outcome


class CallOver(Exception):
    """The task is no longer open, or somebody else has just noted a try."""


def leave_call(invitation: Invitation, *, now: datetime) -> CallTask:
    """Put an invitation on the call list, once; call inside the transaction that locked it."""
    task, _ = CallTask.objects.get_or_create(
        invitation=invitation,
        defaults={
            "organization_id": invitation.organization_id,
            "partner_id": invitation.partner_id,
            "due_at": now,
        },
    )
    return task


@transaction.atomic
def start_call(*, task: CallTask, by: Member, now: datetime) -> Invitation:
    """Open the survey of a task to take answers on the telephone; audited.

    Raises CallOver when the task is not open, NotSendable when something has come up that forbids to ask now.
    """
    invitation = _open(task, now=now)
    if reason := way_to_call(invitation, now=now).reason:
        raise NotSendable(reason)
    audit("surveys.call.started", by=by, target=invitation, now=now)
    return invitation


@transaction.atomic
def answered(*, task_id: UUID, by: Member, now: datetime) -> None:
    """Record that the answers were taken; audited with who typed them."""
    task = CallTask.objects.select_related("invitation").get(pk=task_id)
    if _finish(task, Outcome.ANSWERED, by=by, now=now):
        Invitation.objects.filter(pk=task.invitation_id).update(next_step_at=None)
        audit("surveys.call.answered", by=by, target=task.invitation, now=now)


@transaction.atomic
def not_reached(*, task: CallTask, tries: int, by: Member, now: datetime) -> CallTask:
    """Note a try in vain: the task comes back on the next business day, and ends after MOST_TRIES.

    tries: how many the member saw. Raises CallOver when another try was noted meanwhile, or the task is not open.
    """
    invitation = _open(task, now=now)
    last = tries + 1 >= MOST_TRIES
    changed = {"done_at": now, "done_by": by, "outcome": Outcome.NOT_REACHED} if last else {}
    again = next_business_day(now, zone=invitation.respondent.time_zone)
    seen = CallTask.objects.filter(pk=task.pk, outcome=Outcome.OPEN, tries=tries)
    if not seen.update(tries=tries + 1, due_at=again, **changed):
        raise CallOver
    audit("surveys.call.not_reached", by=by, target=invitation, now=now, tries=tries + 1)
    task.refresh_from_db()
    return task


@transaction.atomic
def declined(*, task: CallTask, by: Member, now: datetime) -> None:
    """Record that the respondent does not want to answer: the task ends and the link is closed; audited."""
    invitation = _open(task, now=now)
    if not _finish(task, Outcome.DECLINED, by=by, now=now):
        raise CallOver
    end(invitation, Invitation.Ended.REVOKED, now=now)
    audit("surveys.call.declined", by=by, target=invitation, now=now)


def next_business_day(now: datetime, *, zone: str) -> datetime:
    """Return nine o'clock of the next Monday to Friday in a time zone, in UTC."""
    local = ZoneInfo(zone)
    day: date = now.astimezone(local).date() + timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, AGAIN_AT, local).astimezone(UTC)


def _open(task: CallTask, *, now: datetime) -> Invitation:
    invitation = locked(task.invitation_id)
    is_open = CallTask.objects.filter(pk=task.pk, outcome=Outcome.OPEN).exists()
    if invitation is None or not is_open or invitation.is_over(now=now) or is_answered(invitation):
        raise CallOver
    return invitation


def _finish(task: CallTask, outcome: str, *, by: Member, now: datetime) -> bool:
    mine = CallTask.objects.filter(pk=task.pk, outcome=Outcome.OPEN)
    return bool(mine.update(outcome=outcome, done_at=now, done_by=by))
