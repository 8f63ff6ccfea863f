"""The crisis contact is paged at once, and again, until somebody says that they are on it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from messaging.models import GoLink
from messaging.services import queue_follow_up
from safety.models import Item, ItemEvent
from tenants.models import Member, Role
from tenants.models.audit import audit

EVERY = timedelta(minutes=15)


@transaction.atomic
def page(*, item_id: UUID | str, now: datetime) -> int:
    """Page the crisis contact of one item if that is due; return how many people were told.

    The message is the same as every other. The first page goes to the members of the program's crisis team, from the
    second on to supervisors too; where there is nobody, to supervisors and safety reviewers, else to admins.
    Safe to race: the row is locked, and each page has an occasion of its own.
    """
    item = Item.objects.select_for_update(of=("self",)).select_related("program", "patient").get(pk=item_id)
    if item.next_page_at is None or item.next_page_at > now:
        return 0
    people = recipients(item, again=item.pages > 0)
    queue_follow_up(
        organization_id=item.organization_id,
        members=people,
        pseudonym=item.known_as,
        target=GoLink.Target.SAFETY,
        target_id=item.pk,
        occasion=f"safety:{item.pk}:{item.pages + 1}",
        due_at=None,
        now=now,
    )
    item.pages += 1
    item.next_page_at = now + EVERY
    item.save(update_fields=["pages", "next_page_at"])
    item.happened(ItemEvent.Kind.PAGED, by=None, now=now, page=item.pages, told=[str(member.pk) for member in people])
    return len(people)


@transaction.atomic
def acknowledge(*, item: Item, by: Member, now: datetime) -> bool:
    """Record that somebody is on it and end the paging; False when somebody was before. Safe to race."""
    mine = Item.objects.filter(pk=item.pk, acknowledged_at=None)
    if not mine.update(acknowledged_at=now, acknowledged_by=by, next_page_at=None, version=F("version") + 1):
        return False
    item.happened(ItemEvent.Kind.ACKNOWLEDGED, by=by, now=now)
    audit("safety.item.acknowledged", by=by, target=item, now=now)
    return True


def recipients(item: Item, *, again: bool) -> list[Member]:
    """Return whom a page goes to, each once, by name; never somebody of another partner.

    again: from the second page on.
    """
    active = _reachable(item)
    team = active.filter(teams__team=item.program.crisis_team_id) if item.program.crisis_team_id else active.none()
    supervisors = active.filter(role=Role.SUPERVISOR)
    people = set(team) | set(supervisors) if again else set(team)
    people = people or set(active.filter(role__in=(Role.SUPERVISOR, Role.SAFETY)))
    people = people or set(active.filter(role=Role.ADMIN))
    return sorted(people, key=lambda member: str(member.pk))


def _reachable(item: Item) -> QuerySet[Member]:
    return Member.objects.active().filter(Q(partner=None) | Q(partner=item.partner_id)).select_related("user")
