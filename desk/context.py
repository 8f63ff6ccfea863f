"""What every staff page shows around its content."""

from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from caseloop.models import Case
from cxplatform.lib.tenancy import call_definer
from desk.counting import CAP, capped
from safety.models import Item
from tenants.access import NEEDS, TenantRequest
from tenants.models import Member, Role

EVERYBODY = frozenset(Role.values)


@dataclass(frozen=True, slots=True)
class Place:
    """One item of the rail. roles: who sees it; whole: members confined to a partner do not."""

    label: str
    name: str
    icon: str
    roles: frozenset[str]
    whole: bool = False

    def is_for(self, member: Member) -> bool:
        """Tell whether the member may open it."""
        return member.role in self.roles and not (self.whole and member.partner_id)


PLACES = (
    Place("Home", "desk:home", "home", EVERYBODY),
    Place("Cases", "caseloop:queue", "cases", NEEDS["agent"]),
    Place("Patients", "desk:patients", "patients", NEEDS["agent"]),
    Place("Alerts", "alerts:index", "alerts", NEEDS["reviewer"]),
    Place("Surveys", "surveys:index", "surveys", EVERYBODY),
    Place("Safety", "safety:index", "safety", NEEDS["safety"]),
    Place("Audit trail", "desk:audit", "note", frozenset({Role.AUDITOR}), whole=True),
    Place("Settings", "tenants:settings", "settings", NEEDS["admin"], whole=True),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the shell of a staff page; empty for requests without a member.

    Worked out at first use, so that fragments and error pages, which show no rail, ask nothing of the database.
    """
    if getattr(request, "member", None) is None:
        return {}
    return {"shell": SimpleLazyObject(partial(_shell, cast("TenantRequest", request)))}


def places_of(member: Member, slug: str) -> list[tuple[Place, str]]:
    """Return the rail of a member with addresses, in order."""
    return [(place, reverse(place.name, args=[slug])) for place in PLACES if place.is_for(member)]


def waiting_for(member: Member) -> int:
    """Count the worked cases that are the member's or nobody's, at most CAP + 1; one query on two index ranges."""
    worked = Case.objects.filter(due_at__isnull=False).order_by().values("pk")
    mine, free = worked.filter(owner=member)[: CAP + 1], worked.filter(owner=None)[: CAP + 1]
    return mine.union(free, all=True).count()


def texts_to_read() -> int:
    """Count the safety items whose clock runs, at most CAP + 1; one query on a partial index."""
    return Item.objects.undecided().order_by().values("pk")[: CAP + 1].count()


def _waiting(place: Place, member: Member) -> str:
    if place.icon == "cases":
        return capped(waiting_for(member))
    return capped(texts_to_read()) if place.icon == "safety" else ""


def _shell(request: TenantRequest) -> dict[str, Any]:
    slug = request.organization.slug
    return {
        "organization": request.organization,
        "member": request.member,
        "rail": _rail(request),
        "organizations": _organizations(request),
        "home_url": reverse("desk:home", args=[slug]),
        "palette_url": reverse("desk:palette", args=[slug]),
        "outbox_url": reverse("desk:outbox") if settings.OUTBOX else "",
    }


def _rail(request: TenantRequest) -> list[dict[str, Any]]:
    places = places_of(request.member, request.organization.slug)
    here = _here([url for _, url in places], request.path)
    return [
        {
            "label": place.label,
            "url": url,
            "icon": place.icon,
            "count": _waiting(place, request.member),
            "current": url == here,
        }
        for place, url in places
    ]


def _here(urls: list[str], path: str) -> str:
    """Return the rail's address that the page lies under; the home page, above all others, must match exactly."""
    return max((url for url in urls[1:] if path.startswith(url)), key=len, default=path)


def _organizations(request: TenantRequest) -> list[dict[str, Any]]:
    """Return this organization and a way to the others; their names are not visible from here."""
    if len(call_definer("cx_memberships", request.user.pk)) < 2:
        return []
    here = {"name": request.organization.name, "url": reverse("desk:home", args=[request.organization.slug])}
    return [{**here, "current": True}, {"name": "Your other organizations", "url": reverse("desk:organizations")}]
