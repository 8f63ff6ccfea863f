"""The organization's own settings."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from tenants.access import TenantRequest, requires
from tenants.forms import OrganizationForm
from tenants.services import save_organization


@require_http_methods(["GET", "HEAD", "POST"])
@requires("admin", whole=True)
def settings(request: TenantRequest) -> HttpResponse:
    """Show or save the organization's name and what its alert e-mails say."""
    form = OrganizationForm(request.POST or None, instance=request.organization)
    if request.method == "POST" and form.is_valid():
        save_organization(organization=form.instance, by=request.member, now=timezone.now())
        messages.success(request, "Saved.")
        return HttpResponseRedirect(reverse("tenants:settings", args=[request.organization.slug]), status=303)
    return render(request, "tenants/settings.html", {"form": form}, status=422 if form.errors else 200)
