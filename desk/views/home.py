"""The first screen after sign-in, by role."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from desk.board import board
from desk.first_steps import steps
from tenants.access import TenantRequest, requires
from tenants.models import Role

# Roles whose home is somebody else's page.
_ELSEWHERE = {Role.AGENT: "caseloop:queue", Role.SAFETY: "safety:index", Role.AUDITOR: "desk:audit"}


@requires("member")
def home(request: TenantRequest) -> HttpResponse:
    """Lead each role to what it came for: the queue, the safety list, the audit trail, the set-up, or the board."""
    member, slug = request.member, request.organization.slug
    elsewhere = _ELSEWHERE.get(Role(member.role))
    if elsewhere and not (member.role == Role.AUDITOR and member.partner_id):  # the trail is the whole organization's
        return redirect(elsewhere, slug)
    if member.role == Role.ADMIN and not member.partner_id:
        todo = steps(request.organization)
        if not all(step.is_done for step in todo):
            return render(request, "desk/first_steps.html", {"steps": todo, "done": sum(step.is_done for step in todo)})
    return render(request, "desk/board.html", {"board": board(now=timezone.now())})
