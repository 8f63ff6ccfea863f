"""Partners and the programs that they serve."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from tenants.access import TenantRequest, requires
from tenants.forms import PartnerForm
from tenants.models import Partner
from tenants.services import save_partner


@requires("admin", whole=True)
def partners(request: TenantRequest) -> HttpResponse:
    """List the partners, the active ones first."""
    found = Partner.objects.prefetch_related("engagements__program").order_by("-is_active", "name")
    return render(request, "tenants/partners.html", {"partners": found})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("admin", whole=True)
def new_partner(request: TenantRequest) -> HttpResponse:
    """Ask for a new partner, and create it."""
    return _edit(request, Partner(organization=request.organization))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("admin", whole=True)
def partner(request: TenantRequest, partner_id: UUID) -> HttpResponse:
    """Show or change one partner."""
    return _edit(request, get_object_or_404(Partner, pk=partner_id))


def _edit(request: TenantRequest, found: Partner) -> HttpResponse:
    is_new, name = found._state.adding, found.name
    form = PartnerForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        with form.saving():
            save_partner(
                partner=form.instance, programs=form.cleaned_data["programs"], by=request.member, now=timezone.now()
            )
    if request.method == "POST" and not form.errors:
        messages.success(request, f"Saved {form.instance}.")
        return HttpResponseRedirect(reverse("tenants:partners", args=[request.organization.slug]), status=303)
    context = {"form": form, "is_new": is_new, "name": name}
    return render(request, "tenants/partner.html", context, status=422 if form.errors else 200)
