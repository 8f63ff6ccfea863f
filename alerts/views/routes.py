"""Routing: which team gets the alerts of a program and partner."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from alerts.forms import RoutesForm
from alerts.routing import Table, save_routes
from tenants.access import TenantRequest, requires


@require_http_methods(["GET", "HEAD", "POST"])
@requires("admin", whole=True)
def routes(request: TenantRequest) -> HttpResponse:
    """Show or save the table of routes."""
    rows = list(Table().rows())
    form = RoutesForm(request.POST or None, rows=rows)
    if request.method == "POST" and form.is_valid():
        changed = save_routes(chosen=form.chosen(), by=request.member, now=timezone.now())
        messages.success(request, "Saved." if changed else "Nothing changed.")
        return HttpResponseRedirect(reverse("alerts:routes", args=[request.organization.slug]), status=303)
    context = {
        "form": form,
        "uncovered": [row for row in rows if row.by == "nobody"],
        "oversight": [row for row in rows if row.is_oversight],
        "anything_else": rows[0],
    }
    return render(request, "alerts/routes.html", context, status=422 if form.errors else 200)
