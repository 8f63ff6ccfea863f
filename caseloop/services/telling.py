"""Whom to tell about a case, and telling them: every message is the same, whatever the reason."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from caseloop.models import Case
from caseloop.services.assigning import LEADS, WORKERS
from messaging.services import queue_follow_up
from tenants.models import Member, Organization, Role, TeamMember
from tenants.models.member import MemberQuerySet


def those_who_act(case: Case) -> list[Member]:
    """Return the owner; without one the people of the team, else the supervisors, else the admins."""
    allowed = _allowed(case)
    owner = allowed.filter(pk=case.owner_id) if case.owner_id else allowed.none()
    return _first([owner, *_of_team(case, allowed, WORKERS), allowed.with_role([Role.SUPERVISOR, Role.ADMIN])])


def supervisors_of(case: Case) -> list[Member]:
    """Return the supervisors of the team, else all supervisors, else the admins."""
    allowed = _allowed(case)
    everywhere = [allowed.with_role([role]) for role in LEADS]
    return _first([*_of_team(case, allowed, [Role.SUPERVISOR]), *everywhere])


def people_of_partner(partner_id: UUID | None) -> list[Member]:
    """Return those of a partner who work cases: in its teams, else anywhere."""
    if partner_id is None:
        return []
    workers = Member.objects.active().with_role(WORKERS).filter(partner_id=partner_id).select_related("user")
    in_teams = TeamMember.objects.filter(team__partner_id=partner_id, team__is_active=True).values("member_id")
    return _first([workers.filter(pk__in=in_teams), workers])


def tell(case: Case, members: Iterable[Member], *, occasion: str, due_at: datetime | None, now: datetime) -> None:
    """Queue “Follow-up needed” for each member, once for the occasion.

    due_at: named in the message only where the organization chose so.
    """
    if not (told := {member.pk: member for member in members}):
        return
    shows_due = Organization.objects.values_list("mail_shows_due_time", flat=True).get(pk=case.organization_id)
    queue_follow_up(
        organization_id=case.organization_id,
        members=told.values(),
        pseudonym=case.patient.pseudonym,
        case_id=case.pk,
        occasion=occasion,
        due_at=due_at if shows_due else None,
        now=now,
    )


def _allowed(case: Case) -> MemberQuerySet:
    mine = Q(partner_id=case.partner_id) | Q(partner=None)
    return Member.objects.active().filter(mine).select_related("user")


def _of_team(case: Case, allowed: MemberQuerySet, roles: Collection[str]) -> list[MemberQuerySet]:
    return [allowed.in_team(case.team).with_role(roles)] if case.team else []


def _first(groups: Iterable[MemberQuerySet]) -> list[Member]:
    return next((members for group in groups if (members := list(group.order_by("id").distinct()))), [])
