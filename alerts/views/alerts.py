"""What has fired, newest first."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from alerts.cursor import page_of
from alerts.models import Alert, Rule
from caseloop.codes import Severity
from tenants.access import TenantRequest, requires

SIZE = 50
WEEKLY = "weekly"


@requires("reviewer")
def index(request: TenantRequest) -> HttpResponse:
    """Show the alerts that the member may see, with why each was raised and where it went."""
    chosen = _chosen(request)
    is_filtered = bool(chosen["severity"] or chosen["rule"])
    found = Alert.objects.select_related("patient", "program", "team", "partner", "concern__case")
    page = page_of(
        _narrowed(found, chosen), before=request.GET.get("before", ""), after=request.GET.get("after", ""), size=SIZE
    )
    return render(
        request,
        "alerts/index.html",
        {
            "page": page,
            "tabs": _tabs(request, chosen),
            "filters": _filters(request, chosen),
            "is_filtered": is_filtered,
            "is_weekly": chosen["tab"] == WEEKLY,
            "clear": _address(request, tab=chosen["tab"]) if is_filtered else "",
            "older": _address(request, **chosen, before=page.older) if page.older else "",
            "newer": _address(request, **chosen, after=page.newer) if page.newer else "",
        },
    )


def _chosen(request: TenantRequest) -> dict[str, str]:
    tab, severity, rule = (request.GET.get(name, "") for name in ("tab", "severity", "rule"))
    return {
        "tab": WEEKLY if tab == WEEKLY else "",
        "severity": severity if severity in Severity.values else "",
        "rule": rule if _is_uuid(rule) else "",
    }


def _narrowed(alerts: QuerySet[Alert], chosen: dict[str, str]) -> QuerySet[Alert]:
    if chosen["tab"]:
        alerts = alerts.filter(no_case_reason=Alert.NoCase.WEEKLY_LIST)
    if chosen["severity"]:
        alerts = alerts.filter(severity=chosen["severity"])
    return alerts.filter(rule_id=chosen["rule"]) if chosen["rule"] else alerts


def _tabs(request: TenantRequest, chosen: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": _address(request, tab=tab), "current": chosen["tab"] == tab}
        for tab, label in (("", "All"), (WEEKLY, "Weekly list"))
    ]


def _filters(request: TenantRequest, chosen: dict[str, str]) -> list[dict[str, Any]]:
    severities = [(value, label) for value, label in Severity.choices]
    rules = [
        (str(pk), f"{name} ({survey})" if survey else name)
        for pk, name, survey in Rule.objects.order_by("name", "pk").values_list("pk", "name", "survey__name")
    ]
    return [
        _filter(request, chosen, "severity", "Severity", severities),
        _filter(request, chosen, "rule", "Rule", rules),
    ]


def _filter(
    request: TenantRequest, chosen: dict[str, str], name: str, label: str, options: list[tuple[str, str]]
) -> dict[str, Any]:
    if chosen[name]:
        words = dict(options).get(chosen[name], "unknown")
        return {"label": f"{label}: {words}", "on": True, "url": _address(request, **{**chosen, name: ""})}
    return {
        "label": label,
        "options": [{"label": words, "url": _address(request, **{**chosen, name: value})} for value, words in options],
    }


def _address(request: TenantRequest, **query: str) -> str:
    kept = {name: value for name, value in query.items() if value}
    return reverse("alerts:index", args=[request.organization.slug], query=kept or None)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
