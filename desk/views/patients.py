"""Patients by pseudonym, and the whole journey of one."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from caseloop.models import Case
from cxplatform.lib.codes import NotAPseudonym, parse_pseudonym
from desk.finding import NotAllowed, find_by_number, may_find_by_number
from desk.journey import KINDS, Family, journey
from desk.lens import Lens, Page, page_of
from desk.person import standing
from patients.models import Patient
from tenants.access import NEEDS, TenantRequest, requires


@requires("agent")
@require_safe
def patients(request: TenantRequest) -> HttpResponse:
    """List patients, newest first, filtered, or those whose pseudonym begins with `q`, in order."""
    lens = Lens.read(request.GET)
    problem = ""
    try:
        page = page_of(lens)
    except NotAPseudonym as error:
        page, problem = Page([]), str(error)
    context = {
        "rows": _with_cases(page.rows),
        "page": page,
        "lens": lens,
        "problem": problem,
        "filters": lens.menus(),
        "clear": Lens(query=lens.query).address() if lens.filters else "",
        "may_find": may_find_by_number(request.member),
        "may_upload": request.member.role in NEEDS["supervisor"],
    }
    return render(request, "desk/patients.html", context)


@requires("agent")
@require_POST
def find(request: TenantRequest) -> HttpResponse:
    """Open the patient whom a partner knows by exactly this number; audited. POST, so that no log holds the number."""
    slug, typed = request.organization.slug, request.POST.get("external_id", "").strip()[:80]
    try:
        found = find_by_number(typed, by=request.member, now=timezone.now())
    except NotAllowed as error:
        messages.warning(request, str(error))
        found = None
    else:
        if found is None:
            messages.warning(request, "Nobody has exactly this number. Check it, or search by pseudonym.")
    place = reverse("desk:patient", args=[slug, found.pseudonym]) if found else reverse("desk:patients", args=[slug])
    return HttpResponseRedirect(place, status=303)


@requires("agent")
@require_safe
def patient(request: TenantRequest, pseudonym: str) -> HttpResponse:
    """Show one patient: facts and the whole journey. The pseudonym may be typed in any form, and may be an alias."""
    now, slug = timezone.now(), request.organization.slug
    rows = Patient.objects.select_related("program", "partner", "merged_into")
    shown = get_object_or_404(rows, pseudonym=_written(pseudonym))
    if shown.merged_into:
        return HttpResponsePermanentRedirect(reverse("desk:patient", args=[slug, shown.merged_into.pseudonym]))
    family, show = Family.of(shown), request.GET.get("show", "")
    leads = request.member.role in NEEDS["supervisor"]
    before = _moment(request.GET.get("before", ""))
    told = journey(family, slug=slug, now=now, show=show, before=before, sees_safety=leads)
    context = {
        "patient": shown,
        "local_time": now.astimezone(ZoneInfo(shown.time_zone)),
        "case": Case.objects.current().filter(patient__in=family.ids).first(),
        "services": shown.services.filter(ends_at=None).select_related("partner").order_by("starts_at"),
        "standing": standing(family, now=now),
        "journey": told,
        "chips": _chips(show, sees_safety=leads),
        "show": show if show in KINDS else "",
        "is_paged": before is not None,
        "leads": leads,
        "may_erase": request.member.role in NEEDS["admin"] and not request.member.partner_id,
    }
    return render(request, "desk/patient.html", context)


def _chips(show: str, *, sees_safety: bool) -> list[dict[str, Any]]:
    kinds = {kind: label for kind, label in KINDS.items() if kind != "safety" or sees_safety}
    return [
        {"label": label, "url": "?" if kind == show else f"?show={kind}", "on": kind == show}
        for kind, label in kinds.items()
    ]


def _moment(text: str) -> datetime | None:
    """Read where a page begins; what is no moment is no place."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _with_cases(rows: list[Patient]) -> list[tuple[Patient, Case | None]]:
    """Put each patient's current case beside it; a patient has one at most."""
    cases = Case.objects.current().filter(patient__in=[row.pk for row in rows])
    by_patient = {case.patient_id: case for case in cases}
    return [(row, by_patient.get(row.pk)) for row in rows]


def _written(pseudonym: str) -> str:
    """Return the one written form; what is no pseudonym finds nobody."""
    try:
        return parse_pseudonym(pseudonym)
    except NotAPseudonym:
        return ""
