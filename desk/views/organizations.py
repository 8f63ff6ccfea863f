"""The door: which organization to work in."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from caseloop.models import Case
from cxplatform.lib.tenancy import bound, call_definer, confine
from desk.counting import CAP
from tenants.access import NEEDS, signed_in
from tenants.models import Member, Organization


@dataclass(frozen=True, slots=True)
class Card:
    """One organization of the reader, with what waits there; counts stop at CAP + 1.

    mine: None for those who work no cases.
    """

    organization: Organization
    role: str
    open: int
    overdue: int
    mine: int | None


@signed_in
def organizations(request: HttpRequest) -> HttpResponse:
    """Lead to the one organization of the reader, or show what waits in each of several."""
    memberships = call_definer("cx_memberships", request.user.pk)
    if len(memberships) == 1:
        organization_id, member_id = memberships[0]
        with bound(organization_id):
            member = Member.objects.select_related("organization").get(pk=member_id)
        return redirect("desk:home", member.organization.slug)
    cards = [_card(organization_id, member_id) for organization_id, member_id in memberships]
    return render(request, "desk/organizations.html", {"cards": cards, "cap": CAP})


def _card(organization_id: UUID, member_id: UUID) -> Card:
    now = timezone.now()
    with bound(organization_id):
        member = Member.objects.select_related("organization").get(pk=member_id)
        if member.partner_id:
            confine(member.partner_id)
        worked = Case.objects.filter(due_at__isnull=False).order_by()
        return Card(
            organization=member.organization,
            role=member.get_role_display(),
            open=worked[: CAP + 1].count(),
            overdue=worked.filter(due_at__lt=now)[: CAP + 1].count(),
            mine=worked.filter(owner=member)[: CAP + 1].count() if member.role in NEEDS["agent"] else None,
        )
