"""What each respondent agreed to, and changing it."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from messaging.models import Channel, Purpose
from patients import services
from patients.forms import ConsentForm
from patients.models import Consent, Patient, Respondent
from patients.views.finding import find_patient, find_respondent, show
from tenants.access import TenantRequest, requires


@dataclass(frozen=True, slots=True)
class Ledger:
    """What holds for one respondent: a line for each purpose, a cell for each channel (None: never asked)."""

    respondent: Respondent
    lines: list[tuple[str, list[tuple[str, Consent | None]]]]


@require_safe
@requires("agent")
def consents(request: TenantRequest, pseudonym: str) -> HttpResponse:
    """Show what holds now for everybody who answers about a patient."""
    patient = find_patient(pseudonym)
    context = {"patient": patient, "ledgers": _ledgers(patient), "channels": Channel.labels}
    return render(request, "patients/consents.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("agent")
def change(request: TenantRequest, pseudonym: str, respondent_id: UUID) -> HttpResponse:
    """Ask what a respondent said, and enter it in the ledger."""
    patient, now = find_patient(pseudonym), timezone.now()
    respondent = find_respondent(patient, respondent_id)
    form = ConsentForm(request.POST or None, initial={"given_on": timezone.localdate(now)})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        services.record_consent(
            respondent=respondent,
            **{name: said[name] for name in ("channel", "purposes", "source", "wording")},
            is_given=said["is_given"] == "yes",
            given_at=form.given_at(now=now),
            by=request.member,
            now=now,
        )
        messages.success(request, "Entered in the ledger. What holds now is shown below; the newest word counts.")
        url = reverse("patients:consents", args=[request.organization.slug, patient.pseudonym])
        return HttpResponseRedirect(url, status=303)
    return show(request, "consent.html", {"form": form, "patient": patient, "respondent": respondent})


def _ledgers(patient: Patient) -> list[Ledger]:
    people = services.everybody_for(patient)
    holding = services.in_force([respondent.pk for respondent in people])
    return [
        Ledger(each, [(str(purpose.label), _cells(each, purpose, holding)) for purpose in Purpose]) for each in people
    ]


def _cells(
    respondent: Respondent, purpose: str, holding: dict[tuple[UUID, str, str], Consent]
) -> list[tuple[str, Consent | None]]:
    return [(str(way.label), holding.get((respondent.pk, way.value, purpose))) for way in Channel]
