"""What somebody who was paged sees, whatever their role, and “I am on it”."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from safety import services
from safety.models import Item, ItemEvent
from safety.views.items import found_item
from safety.words import said_in
from tenants.access import NEEDS, TenantRequest, requires
from tenants.models import Member, TeamMember


@require_safe
@requires("reviewer")
def crisis(request: TenantRequest, item_id: UUID) -> HttpResponse:
    """Show what was written to a person who was paged; others are led to what they may see."""
    found = found_item(item_id)
    if not _is_paged(found, request.member):
        return _elsewhere(request)
    return render(request, "safety/crisis.html", {"item": found, "said": said_in(found)})


@require_POST
@requires("reviewer")
def acknowledge(request: TenantRequest, item_id: UUID) -> HttpResponse:
    """Say “I am on it”, which ends the paging."""
    found = found_item(item_id)
    if not _is_paged(found, request.member):
        return _elsewhere(request)
    if services.acknowledge(item=found, by=request.member, now=timezone.now()):
        messages.success(request, "Nobody else is paged now. Thank you.")
    else:
        messages.info(request, "Somebody is on it already.")
    name = "item" if request.member.role in NEEDS["safety"] else "crisis"
    return HttpResponseRedirect(reverse(f"safety:{name}", args=[request.organization.slug, found.pk]), status=303)


def _is_paged(found: Item, member: Member) -> bool:
    if member.role in NEEDS["safety"]:
        return True
    if not found.is_crisis:
        return False
    in_team = TeamMember.objects.filter(team=found.program.crisis_team_id, member=member)
    told = found.events.filter(kind=ItemEvent.Kind.PAGED, data__told__contains=str(member.pk))
    return in_team.exists() or told.exists()


def _elsewhere(request: TenantRequest) -> HttpResponse:
    messages.info(request, "That item is for the safety reviewers. Here is what you reported.")
    return HttpResponseRedirect(reverse("safety:report", args=[request.organization.slug]), status=303)
