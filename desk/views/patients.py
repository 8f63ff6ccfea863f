"""Patients by pseudonym, and the whole journey of one."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import urlencode

from caseloop.models import Case
from cxplatform.lib.codes import NotAPseudonym, parse_pseudonym
from desk.journey import journey
from patients.models import Patient
from tenants.access import TenantRequest, requires

PAGE = 50


@requires("agent")
def patients(request: TenantRequest) -> HttpResponse:
    """List patients, newest first, or those whose pseudonym begins with `q`, in order."""
    query, after = request.GET.get("q", "").strip()[:40], request.GET.get("after", "")[:40]
    problem = ""
    try:
        found = _search(query, after) if query else _newest(after)
    except NotAPseudonym as error:
        found, problem = [], str(error)
    rows, more = found[:PAGE], found[PAGE:]
    context = {"rows": _with_cases(rows), "query": query, "problem": problem, "after": after}
    return render(request, "desk/patients.html", context | {"next": _next(query, rows) if more else ""})


@requires("agent")
def patient(request: TenantRequest, pseudonym: str) -> HttpResponse:
    """Show one patient: facts and the whole journey. The pseudonym may be typed in any form."""
    now = timezone.now()
    shown = get_object_or_404(Patient.objects.select_related("program", "partner"), pseudonym=_written(pseudonym))
    context = {
        "patient": shown,
        "local_time": now.astimezone(ZoneInfo(shown.time_zone)),
        "case": Case.objects.current().filter(patient=shown).first(),
        "services": shown.services.filter(ends_at=None).select_related("partner").order_by("starts_at"),
        "entries": journey(shown, slug=request.organization.slug, now=now),
    }
    return render(request, "desk/patient.html", context)


def _newest(after: str) -> list[Patient]:
    """Return a page and one more. Ids are time-ordered, so the index on them serves “newest first” without a sort."""
    newest = _listed().order_by("-id")
    if cursor := _uuid(after):
        newest = newest.filter(id__lt=cursor)
    return list(newest[: PAGE + 1])


def _search(query: str, after: str) -> list[Patient]:
    found = _listed().starting_with(query).order_by("pseudonym")
    return list(found.filter(pseudonym__gt=after)[: PAGE + 1])


def _listed() -> Any:
    return Patient.objects.select_related("program", "partner")


def _with_cases(rows: list[Patient]) -> list[tuple[Patient, Case | None]]:
    """Put each patient's current case beside it; a patient has one at most."""
    cases = Case.objects.current().filter(patient__in=[row.pk for row in rows])
    by_patient = {case.patient_id: case for case in cases}
    return [(row, by_patient.get(row.pk)) for row in rows]


def _next(query: str, rows: list[Patient]) -> str:
    last = rows[-1]
    return "?" + urlencode({"q": query, "after": last.pseudonym} if query else {"after": str(last.pk)})


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _written(pseudonym: str) -> str:
    """Return the one written form; what is no pseudonym finds nobody."""
    try:
        return parse_pseudonym(pseudonym)
    except NotAPseudonym:
        return ""
