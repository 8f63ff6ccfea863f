"""Search and jump: cases by number, patients by pseudonym, pages by name."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from caseloop.models import Case
from cxplatform.lib.codes import NotAPseudonym
from desk.context import places_of
from patients.models import Patient
from tenants.access import NEEDS, TenantRequest, requires
from tenants.models import Member, Role

MOST = 8
_SETTINGS = (
    ("Members", "tenants:members"),
    ("Teams", "tenants:teams"),
    ("Programs", "tenants:programs"),
    ("Partners", "tenants:partners"),
    ("Alert rules", "alerts:rules"),
    ("Alert routes", "alerts:routes"),
    ("Clocks", "caseloop:clocks"),
    ("Audit trail", "desk:audit"),
    ("Is anything lost?", "desk:status"),
)


@requires("member")
def palette(request: TenantRequest) -> HttpResponse:
    """List what matches, as a fragment for the palette and as a page without script."""
    query = request.GET.get("q", "").strip()[:40]
    found: dict[str, Any] = {"query": query, "pages": _pages(request, query), "cases": [], "patients": []}
    if query and request.member.role in NEEDS["agent"]:
        found |= {"cases": _cases(query), "patients": _patients(query)}
    return render(request, "desk/_palette.html" if request.htmx else "desk/palette.html", found)


def _cases(query: str) -> list[Case]:
    number = query.removeprefix("#")
    cases = Case.objects.select_related("patient")
    if number.isascii() and number.isdigit() and len(number) < 10:
        return list(cases.filter(number=int(number)))
    return []


def _patients(query: str) -> list[Patient]:
    try:
        return list(Patient.objects.starting_with(query).order_by("pseudonym")[:MOST])
    except NotAPseudonym:
        return []


def _pages(request: TenantRequest, query: str) -> list[dict[str, str]]:
    slug = request.organization.slug
    pages = [{"label": place.label, "icon": place.icon, "url": url} for place, url in places_of(request.member, slug)]
    pages += [{"label": label, "icon": "settings", "url": url} for label, url in _settings(request.member, slug)]
    pages.append({"label": "Your profile", "icon": "person", "url": reverse("desk:profile")})
    return [page for page in pages if query.lower() in page["label"].lower()]


def _settings(member: Member, slug: str) -> list[tuple[str, str]]:
    if member.role != Role.ADMIN or member.partner_id:
        return []
    return [(label, reverse(name, args=[slug])) for label, name in _SETTINGS]
