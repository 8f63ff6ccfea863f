"""The audit trail: who did what, newest first."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode

from tenants.access import TenantRequest, requires
from tenants.models import AuditEntry, Member

PAGE = 50
AREAS = {
    "tenants.member": "Members",
    "tenants.team": "Teams",
    "tenants.program": "Programs",
    "tenants.partner": "Partners",
    "tenants.": "Everything about the organization",
    "alerts.": "Rules and routes",
    "surveys.": "Surveys",
    "caseloop.": "Cases and clocks",
    "patients.": "Patients",
    "messaging.": "Messages and contact vault",
}


@requires("auditor", whole=True)
def audit(request: TenantRequest) -> HttpResponse:
    """List audit entries, newest first, by area and member."""
    area, member = request.GET.get("action", "")[:80], _uuid(request.GET.get("member", ""))
    entries = _filtered(area, member, request.GET.get("after", ""))
    found = list(entries.select_related("actor__user").order_by("-at", "-id")[: PAGE + 1])
    rows = found[:PAGE]
    context: dict[str, Any] = {
        "rows": [(row, in_words(row.action), _changes(row.changes)) for row in rows],
        "areas": AREAS,
        "area": area,
        "member": member,
        "members": Member.objects.select_related("user").order_by("user__name"),
        "after": request.GET.get("after", ""),
        "next": _next(area, member, rows[-1]) if len(found) > PAGE else "",
    }
    return render(request, "desk/audit.html", context)


def in_words(action: str) -> str:
    """Return a dotted action as words: `tenants.member.role_changed` → "Member role changed"."""
    return " ".join(action.split(".")[1:] or [action]).replace("_", " ").capitalize()


def _filtered(area: str, member: UUID | None, after: str) -> QuerySet[AuditEntry]:
    entries = AuditEntry.objects.all()
    if area:
        entries = entries.filter(action__startswith=area)
    if member:
        entries = entries.filter(actor_id=member)
    if cursor := _cursor(after):
        at, last = cursor
        entries = entries.filter(Q(at__lt=at) | Q(at=at, id__lt=last), at__lte=at)
    return entries


def _changes(changes: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name.replace("_", " "), _value(value)) for name, value in changes.items()]


def _value(value: Any) -> str:
    if isinstance(value, list) and len(value) == 2:
        return f"{_value(value[0])} → {_value(value[1])}"
    if isinstance(value, dict | list):
        return ", ".join(map(str, value))
    return {True: "yes", False: "no", None: "none", "": "none"}.get(value, str(value))


def _next(area: str, member: UUID | None, last: AuditEntry) -> str:
    wanted = {"action": area, "member": str(member or ""), "after": f"{last.at.isoformat()}~{last.pk}"}
    return "?" + urlencode({name: value for name, value in wanted.items() if value})


def _cursor(after: str) -> tuple[datetime, UUID] | None:
    at, _, last = after.partition("~")
    try:
        return datetime.fromisoformat(at), UUID(last)
    except ValueError:
        return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
