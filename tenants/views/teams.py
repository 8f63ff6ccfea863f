"""Teams: hours, holidays and people."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tenants import services
from tenants.access import TenantRequest, requires
from tenants.forms import TeamForm
from tenants.models import Team

LAST_TEAM = "This is the only active team: without it nobody would receive alerts. Add or reactivate another one first."


@requires("admin", whole=True)
def teams(request: TenantRequest) -> HttpResponse:
    """List the teams, the active ones first."""
    people = Count("team_members", filter=Q(team_members__member__is_active=True))
    found = Team.objects.select_related("partner").annotate(people=people).order_by("-is_active", "name")
    return render(request, "tenants/teams.html", {"teams": found})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("admin", whole=True)
def new_team(request: TenantRequest) -> HttpResponse:
    """Ask for a new team, and create it."""
    return _edit(request, Team(organization=request.organization))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("admin", whole=True)
def team(request: TenantRequest, team_id: UUID) -> HttpResponse:
    """Show or change one team."""
    return _edit(request, get_object_or_404(Team, pk=team_id))


@require_POST
@requires("admin", whole=True)
def deactivate_team(request: TenantRequest, team_id: UUID) -> HttpResponse:
    """Stop giving alerts to a team."""
    found = get_object_or_404(Team, pk=team_id)
    try:
        services.deactivate_team(team=found, by=request.member, now=timezone.now())
    except services.LastTeam:
        messages.error(request, LAST_TEAM)
        return _to(request, "tenants:team", found.pk)
    messages.success(request, f"{found} gets no new alerts. Its open cases stay with it.")
    return _to(request, "tenants:teams")


@require_POST
@requires("admin", whole=True)
def reactivate_team(request: TenantRequest, team_id: UUID) -> HttpResponse:
    """Give alerts to a team again."""
    found = get_object_or_404(Team, pk=team_id)
    services.reactivate_team(team=found, by=request.member, now=timezone.now())
    messages.success(request, f"{found} gets alerts again.")
    return _to(request, "tenants:team", found.pk)


def _edit(request: TenantRequest, found: Team) -> HttpResponse:
    is_new, name = found._state.adding, found.name
    form = TeamForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        with form.saving():
            services.save_team(
                team=form.instance, members=form.cleaned_data["members"], by=request.member, now=timezone.now()
            )
    if request.method == "POST" and not form.errors:
        messages.success(request, f"Saved {form.instance}.")
        return _to(request, "tenants:teams")
    context = {"form": form, "team": found, "is_new": is_new, "name": name}
    return render(request, "tenants/team.html", context, status=422 if form.errors else 200)


def _to(request: TenantRequest, name: str, *args: Any) -> HttpResponse:
    return HttpResponseRedirect(reverse(name, args=[request.organization.slug, *args]), status=303)
