"""Whom to tell of an alert and when: notices become messages, or are kept quiet with a reason."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db.models import F, Q

from alerts.models import Alert, Notice, NoticeMessage
from caseloop.models import Case, Concern
from messaging.models import Message
from messaging.services import queue_follow_up
from tenants.models import Member, Organization, Role
from tenants.models.member import MemberQuerySet

log = structlog.get_logger(__name__)

BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60))
PEOPLE_WHO_ACT = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
_FOR_TELLING = ("alert__concern__case__team", "alert__patient")


def announce(alert: Alert, *, now: datetime) -> None:
    """Write the notices of a new alert and tell its people now; an alert without a case is kept quiet, with its reason.

    Call it in the transaction that raises the alert.
    """
    raised = Notice(organization_id=alert.organization_id, alert=alert, kind=Notice.Kind.RAISED, due_at=now)
    if alert.concern is None:
        raised.settled_at, raised.suppressed = now, alert.no_case_reason
        raised.save(force_insert=True)
        return
    due_at = alert.concern.first_attempt_due_at
    breached = Notice(organization_id=alert.organization_id, alert=alert, kind=Notice.Kind.BREACHED, due_at=due_at)
    members = _decide(raised, now=now)
    Notice.objects.bulk_create([raised, breached])
    _tell(raised, members, now=now)


def settle_notice(*, notice_id: UUID, now: datetime) -> None:
    """Turn a due notice into messages, or suppress it with its reason; a notice that was settled is left alone."""
    due = Notice.objects.pending().filter(pk=notice_id, due_at__lte=now)
    notice = due.select_for_update(of=("self",)).select_related(*_FOR_TELLING).first()
    if notice is None:
        return
    members = _decide(notice, now=now)
    notice.save(update_fields=["settled_at", "suppressed", "recipients"])
    _tell(notice, members, now=now)


def recipients(notice: Notice, *, told: Collection[UUID] = ()) -> list[Member]:
    """Return whom to tell: the case's team (its supervisors when overdue), else supervisors, else admins.

    The people of a team are those who can act on cases. Members of another partner are never among them.
    told: members who need not be asked again; a group that has nobody else is passed over.
    """
    for group in _groups(notice):
        if members := list(group.exclude(pk__in=told).order_by("id").distinct()):
            return members
    return []


def stand_in(*, message_id: UUID | str, now: datetime) -> int:
    """Tell the next people in line when a message was refused for good and nobody else got the same notice.

    Returns how many are told now; 0 when somebody else was reached or is still being tried, and when nobody is left
    (logged, and a gap in reconciliation). Safe to race and to repeat.
    """
    claimed = Message.objects.filter(pk=message_id, needs_stand_in=True).update(needs_stand_in=False)
    sent_for = NoticeMessage.objects.filter(message_id=message_id).values_list("notice_id", flat=True).first()
    if not claimed or sent_for is None:
        return 0
    notice = Notice.objects.select_for_update(of=("self",)).select_related(*_FOR_TELLING).get(pk=sent_for)
    if notice.messages.exclude(message__state=Message.State.FAILED).exists():
        return 0
    members = recipients(notice, told=list(notice.messages.values_list("member_id", flat=True)))
    if not members:
        log.error("alerts.nobody_reached", notice_id=str(notice.pk))
        return 0
    _tell(notice, members, now=now)
    Notice.objects.filter(pk=notice.pk).update(recipients=F("recipients") + len(members))
    return len(members)


def push_notice_back(*, notice_id: UUID, now: datetime) -> None:
    """Try a notice that could not be settled again later, by the same back-off."""
    notice = Notice.objects.get(pk=notice_id)
    wait = BACK_OFF[min(notice.failures, len(BACK_OFF) - 1)]
    Notice.objects.pending().filter(pk=notice.pk).update(due_at=now + wait, failures=F("failures") + 1)


def _decide(notice: Notice, *, now: datetime) -> list[Member]:
    # Settles the notice, unsaved, and returns whom to tell.
    reason = _reason_to_keep_quiet(notice)
    members = [] if reason else recipients(notice)
    if not reason and not members:
        reason = Notice.Suppressed.NOBODY
        log.error("alerts.nobody_to_tell", notice_id=str(notice.pk))
    notice.settled_at, notice.suppressed, notice.recipients = now, reason, len(members)
    return members


def _groups(notice: Notice) -> list[MemberQuerySet]:
    alert, concern = notice.alert, notice.alert.concern
    assert concern is not None
    allowed = Member.objects.active().filter(Q(partner_id=alert.partner_id) | Q(partner=None)).select_related("user")
    team = concern.case.team
    first = [Role.SUPERVISOR] if notice.kind == Notice.Kind.BREACHED else PEOPLE_WHO_ACT
    mine = [allowed.in_team(team).with_role(first)] if team else []
    return [*mine, allowed.with_role([Role.SUPERVISOR]), allowed.with_role([Role.ADMIN])]


def _tell(notice: Notice, members: list[Member], *, now: datetime) -> None:
    if not members:
        return
    alert, concern = notice.alert, notice.alert.concern
    assert concern is not None
    assert alert.patient is not None
    shows_due = Organization.objects.values_list("mail_shows_due_time", flat=True).get(pk=notice.organization_id)
    queued = queue_follow_up(
        organization_id=notice.organization_id,
        members=members,
        pseudonym=alert.patient.pseudonym,
        case_id=concern.case_id,
        occasion=f"notice:{notice.pk}",
        due_at=concern.first_attempt_due_at if shows_due else None,
        now=now,
    )
    NoticeMessage.objects.bulk_create(
        NoticeMessage(organization_id=notice.organization_id, notice=notice, message_id=message_id, member_id=member_id)
        for member_id, message_id in queued.items()
    )


def _reason_to_keep_quiet(notice: Notice) -> str:
    concern = notice.alert.concern
    if concern is None:
        return notice.alert.no_case_reason
    if notice.kind == Notice.Kind.BREACHED:
        return _breach_is_over(concern)
    return ""


def _breach_is_over(concern: Concern) -> str:
    if concern.attempted_at:
        return Notice.Suppressed.ATTEMPTED
    case: Case = concern.case
    is_owed = case.is_worked and concern.settled_at is None  # a later concern may have reopened the case
    return "" if is_owed else Notice.Suppressed.CASE_ENDED
