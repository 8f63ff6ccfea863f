"""What is done with a whole record, over all apps: merging two of one person, and erasing on request."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from caseloop.models import Case
from desk.erasure import SafetyUndecided, erase, is_undecided
from desk.forms import EraseForm, MergeForm
from desk.journey import Family
from desk.merging import merge_patients
from patients.models import Erasure, Patient
from patients.services import CannotMerge
from tenants.access import TenantRequest, requires


@require_http_methods(["GET", "HEAD", "POST"])
@requires("supervisor")
def merge(request: TenantRequest, pseudonym: str) -> HttpResponse:
    """Ask for the other pseudonym, show both, and merge this patient into the other one when that is confirmed."""
    duplicate = _find(pseudonym)
    form = MergeForm(request.POST or None, duplicate=duplicate)
    into: Patient | None = None
    if request.method == "POST" and form.is_valid():
        into = form.cleaned_data["into"]
        if form.cleaned_data["confirmed"]:
            try:
                survivor = merge_patients(duplicate=duplicate, into=into, by=request.member, now=timezone.now())
            except CannotMerge as error:
                form.add_error("into", str(error))
            else:
                messages.success(request, f"{duplicate} is now an alias of {survivor}, and leads here.")
                return _to(request, "patient", survivor.pseudonym)
    pair = [(each, _open_case(each)) for each in (duplicate, into)] if into else []
    context = {"form": form, "patient": duplicate, "into": into, "pair": pair}
    return render(request, "desk/patient_merge.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("admin", whole=True)
def erase_patient(request: TenantRequest, pseudonym: str) -> HttpResponse:
    """Ask for the reference of the request, erase, and show the certificate."""
    patient = _find(pseudonym)
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            certificate = erase(
                patient=patient, by=request.member, request=form.cleaned_data["request"], now=timezone.now()
            )
        except SafetyUndecided as error:
            form.add_error(None, str(error))
        else:
            return _to(request, "certificate", patient.pseudonym, certificate.pk)
    context = {"form": form, "patient": patient, "is_undecided": is_undecided(patient)}
    return render(request, "desk/patient_erase.html", context, status=422 if form.errors else 200)


@require_safe
@requires("supervisor")
def certificate(request: TenantRequest, pseudonym: str, erasure_id: UUID) -> HttpResponse:
    """Show the certificate of an erasure, ready to be printed."""
    patient = _find(pseudonym)
    rows = Erasure.objects.select_related("by__user", "patient")
    found = get_object_or_404(rows, pk=erasure_id, patient__in=Family.of(patient).ids)
    return render(request, "desk/patient_certificate.html", {"patient": patient, "erasure": found})


def _find(pseudonym: str) -> Patient:
    return get_object_or_404(Patient.objects.select_related("program", "partner"), pseudonym=pseudonym)


def _open_case(patient: Patient) -> Case | None:
    return Case.objects.current().filter(patient=patient).first()


def _to(request: TenantRequest, name: str, *ids: object) -> HttpResponse:
    return HttpResponseRedirect(reverse(f"desk:{name}", args=[request.organization.slug, *ids]), status=303)
