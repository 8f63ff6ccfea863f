"""How a patient is found by the pseudonym in an address, and how its pages lead back."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from cxplatform.lib.codes import NotAPseudonym, parse_pseudonym
from patients.models import Patient, Respondent
from tenants.access import TenantRequest


def find_patient(pseudonym: str) -> Patient:
    """Return the patient of a pseudonym in any writing, or the one that it was merged into. Raises Http404."""
    rows = Patient.objects.select_related("program", "partner", "merged_into__program", "merged_into__partner")
    found = get_object_or_404(rows, pseudonym=_written(pseudonym))
    return found.merged_into or found


def find_respondent(patient: Patient, respondent_id: Any) -> Respondent:
    """Return somebody who answers about the patient. Raises Http404."""
    return get_object_or_404(Respondent, pk=respondent_id, answering__patient=patient)


def to_patient(request: TenantRequest, patient: Patient) -> HttpResponse:
    """Lead back to the patient's page after something was saved."""
    return HttpResponseRedirect(
        reverse("desk:patient", args=[request.organization.slug, patient.pseudonym]), status=303
    )


def show(request: TenantRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Render a form page; 422 when something has to be corrected."""
    form = context.get("form")
    return render(request, f"patients/{template}", context, status=422 if form is not None and form.errors else 200)


def _written(pseudonym: str) -> str:
    """Return the one written form; what is no pseudonym finds nobody."""
    try:
        return parse_pseudonym(pseudonym)
    except NotAPseudonym:
        return ""
