"""The contact status of a patient."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from patients import services
from patients.forms import CONSEQUENCES, StatusForm
from patients.models import Patient
from patients.views.finding import find_patient, show, to_patient
from tenants.access import TenantRequest, requires


@require_http_methods(["GET", "HEAD", "POST"])
@requires("agent")
def status(request: TenantRequest, pseudonym: str) -> HttpResponse:
    """Explain what each contact status leads to, and change it."""
    patient = find_patient(pseudonym)
    initial = {"status": patient.contact_status, "adult_from": patient.adult_from}
    form = StatusForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        changed = services.change_status(
            patient=patient, **form.cleaned_data, by=request.member, now=timezone.now(), source="form"
        )
        told = f"Contact status: {patient.get_contact_status_display().lower()}." if changed else "Nothing was changed."
        messages.success(request, told)
        return to_patient(request, patient)
    chosen = form["status"].value()
    statuses = [
        (value, label, CONSEQUENCES[Patient.ContactStatus(value)]) for value, label in Patient.ContactStatus.choices
    ]
    return show(request, "status.html", {"form": form, "patient": patient, "statuses": statuses, "chosen": chosen})
