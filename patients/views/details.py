"""Adding a patient, and changing language and time zone."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from patients import services
from patients.forms import DetailsForm, NewPatientForm
from patients.models import Patient
from patients.views.finding import find_patient, show, to_patient
from tenants.access import TenantRequest, requires

_FIELDS = ("program", "partner", "external_id", "respondent_kind", "language", "time_zone")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("agent")
def new(request: TenantRequest) -> HttpResponse:
    """Ask for a new patient, and enrol the patient."""
    form = NewPatientForm(request.POST or None, member=request.member, initial={"language": "en"})
    enrolled: Patient | None = None
    if request.method == "POST" and form.is_valid():
        with form.saving():
            said = {name: form.cleaned_data[name] for name in _FIELDS}
            enrolled = services.enrol(**said, by=request.member, now=timezone.now())
    if enrolled and not form.errors:
        messages.success(request, f"Added {enrolled}. Next: contact details and consent.")
        return to_patient(request, enrolled)
    return show(request, "new.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("agent")
def edit(request: TenantRequest, pseudonym: str) -> HttpResponse:
    """Show the details of a patient that can be changed, and change them."""
    patient = find_patient(pseudonym)
    initial = {"language": patient.language, "time_zone": patient.time_zone}
    form = DetailsForm(request.POST or None, program=patient.program, initial=initial)
    if request.method == "POST" and form.is_valid():
        changed = services.change_details(patient=patient, **form.cleaned_data, by=request.member, now=timezone.now())
        messages.success(request, f"Saved {patient}." if changed else "Nothing was changed.")
        return to_patient(request, patient)
    return show(request, "edit.html", {"form": form, "patient": patient})
