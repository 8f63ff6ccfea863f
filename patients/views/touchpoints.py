"""Noting a journey event, and taking it back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from patients import services
from patients.forms import TouchpointForm
from patients.models import Touchpoint
from patients.views.finding import find_patient, show, to_patient
from tenants.access import TenantRequest, requires


@require_http_methods(["GET", "HEAD", "POST"])
@requires("agent")
def note(request: TenantRequest, pseudonym: str) -> HttpResponse:
    """Ask what happened, and note it."""
    patient, now = find_patient(pseudonym), timezone.now()
    form = TouchpointForm(request.POST or None, initial={"occurred_at": timezone.localtime(now)})
    if request.method == "POST" and form.is_valid():
        noted = services.note_touchpoint(patient=patient, **form.cleaned_data, now=now)
        messages.success(request, f"Noted: {noted.get_kind_display()}. Stage: {patient.get_stage_display()}.")
        return to_patient(request, patient)
    return show(request, "touchpoint.html", {"form": form, "patient": patient})


@require_POST
@requires("agent")
def void(request: TenantRequest, pseudonym: str, touchpoint_id: UUID) -> HttpResponse:
    """Take an event back that did not happen."""
    patient = find_patient(pseudonym)
    touchpoint = get_object_or_404(Touchpoint, pk=touchpoint_id, patient=patient)
    if services.void_touchpoint(touchpoint=touchpoint, now=timezone.now()):
        messages.success(request, f"Taken back: {touchpoint.get_kind_display()}. It counts for nothing any more.")
    else:
        messages.info(request, f"{touchpoint.get_kind_display()} was taken back before.")
    return to_patient(request, patient)
