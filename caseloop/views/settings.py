"""How long a concern may wait."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from caseloop.codes import Severity
from caseloop.forms import ClocksForm
from caseloop.models import ClockPolicy
from caseloop.models.policy import Clocks
from caseloop.services import set_clocks
from caseloop.views.redirects import to_page
from tenants.access import TenantRequest, requires


@requires("admin", whole=True)
@require_http_methods(["GET", "HEAD", "POST"])
def clocks(request: TenantRequest) -> HttpResponse:
    """Show and set the business days until the first attempt and the resolution, for each severity."""
    form = ClocksForm(request.POST or None, initial=_now_in_force())
    if request.method == "POST" and form.is_valid():
        with form.saving():
            set_clocks(clocks=_chosen(form.cleaned_data), by=request.member, now=timezone.now())
    if request.method != "POST" or form.errors:
        status = 422 if form.errors else 200
        return render(request, "caseloop/clocks.html", {"form": form}, status=status)
    messages.success(request, "Clocks saved. They hold for concerns that open from now on.")
    return to_page("clocks", slug=request.organization.slug)


def _chosen(days: dict[str, Any]) -> dict[str, Clocks]:
    return {severity: Clocks(days[f"{severity}-first"], days[f"{severity}-resolve"]) for severity in Severity.values}


def _now_in_force() -> dict[str, object]:
    initial: dict[str, object] = {}
    for severity in Severity.values:
        clocks = ClockPolicy.clocks_for(severity)
        initial |= {f"{severity}-first": clocks.first_attempt_days, f"{severity}-resolve": clocks.resolve_days}
    return initial
