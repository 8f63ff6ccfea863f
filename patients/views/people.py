"""Those who answer about a patient, and their addresses, which go into the vault and are never shown back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from messaging.models import Address, Channel
from messaging.services import stops_of
from patients import services
from patients.forms import CaregiverForm, RespondentForm
from patients.models import Respondent
from patients.views.finding import find_patient, find_respondent, show, to_patient
from tenants.access import NEEDS, TenantRequest, requires

_DETAILS = ("language", "time_zone", "preferred_channel")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("agent")
def person(request: TenantRequest, pseudonym: str, respondent_id: UUID) -> HttpResponse:
    """Show who answers and since when addresses are kept, and change it."""
    patient = find_patient(pseudonym)
    respondent = find_respondent(patient, respondent_id)
    initial = {name: getattr(respondent, name) for name in ("kind", *_DETAILS)}
    form = RespondentForm(request.POST or None, program=patient.program, initial=initial)
    if request.method == "POST" and form.is_valid():
        services.save_person(
            respondent=respondent,
            patient=patient,
            contacts=form.contacts,
            **{name: form.cleaned_data[name] for name in ("kind", *_DETAILS)},
            by=request.member,
            now=timezone.now(),
        )
        messages.success(request, "Saved. Addresses are in the vault; they are not shown here again.")
        return to_patient(request, patient)
    context = {"form": form, "patient": patient, "respondent": respondent, "kept": _kept(respondent)}
    context["may_allow"] = request.member.role in NEEDS["supervisor"] and bool(stops_of(respondent.pk))
    return show(request, "person.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("agent")
def new_caregiver(request: TenantRequest, pseudonym: str) -> HttpResponse:
    """Ask for a caregiver who answers too, and add the caregiver."""
    patient = find_patient(pseudonym)
    initial = {"language": patient.language, "time_zone": patient.time_zone}
    form = CaregiverForm(request.POST or None, program=patient.program, initial=initial)
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = {name: form.cleaned_data[name] for name in _DETAILS}
        services.add_caregiver(patient=patient, **said, contacts=form.contacts, by=request.member, now=timezone.now())
        messages.success(request, "Added the caregiver. Next: record what the caregiver agreed to.")
        return to_patient(request, patient)
    return show(request, "person.html", {"form": form, "patient": patient, "kept": {}})


@require_POST
@requires("supervisor")
def allow(request: TenantRequest, pseudonym: str, respondent_id: UUID) -> HttpResponse:
    """Let messages go again to the addresses of somebody who asked for it."""
    patient = find_patient(pseudonym)
    respondent = find_respondent(patient, respondent_id)
    if services.allow_messages(respondent=respondent, patient=patient, by=request.member, now=timezone.now()):
        messages.success(request, "Messages are allowed again, as far as consent is given. Check the consents.")
    else:
        messages.info(request, "No address of this person is stopped.")
    return to_patient(request, patient)


def _kept(respondent: Respondent) -> dict[str, datetime]:
    """Return since when an address is kept, by the word of its channel; never the address."""
    rows = Address.objects.filter(owner_id=respondent.pk).order_by("added_at").values_list("channel", "added_at")
    return {str(Channel(channel).label): added_at for channel, added_at in rows}
