"""The queue, and what is done from it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from caseloop import services
from caseloop.codes import ENDED, WORKED, Severity, Status
from caseloop.forms import BulkForm
from caseloop.lens import Lens, View
from caseloop.models import Case
from caseloop.queue import Listing, capped, listing
from caseloop.rows import row_html
from caseloop.views.redirects import to_page
from tenants.access import TenantRequest, requires
from tenants.models import Member, Partner, Program, Team, TeamMember

_DONE = (Status.RESOLVED, *ENDED)


@requires("agent")
@require_safe
def queue(request: TenantRequest) -> HttpResponse:
    """Show the cases of one saved view, most urgent first; a poll gets the rows alone, or 304 when nothing changed."""
    lens = Lens.read(request.GET, member=request.member)
    now = timezone.now()
    page = listing(lens, member=request.member, now=now)
    if usual := _view_with_work(request, page):
        lens = replace(lens, view=usual)
        page = listing(lens, member=request.member, now=now)
    if not request.htmx:
        return _uncached(render(request, "caseloop/queue.html", _whole_page(request, lens, page, now=now)))
    if request.headers.get("If-None-Match") == page.etag:
        return _uncached(HttpResponseNotModified(headers={"ETag": page.etag}))
    response = render(request, "caseloop/_live.html", _rows_and_tabs(request, lens, page, now=now))
    response["ETag"] = page.etag
    return _uncached(response)


@requires("agent")
@require_POST
def take_next(request: TenantRequest) -> HttpResponse:
    """Reserve the most urgent case that can be called now for this member, and open it."""
    case = services.take_next(by=request.member, now=timezone.now())
    if case:
        return to_page("case", slug=request.organization.slug, number=case.number)
    messages.info(request, "There is nothing to take now: no unassigned case in your languages can be called yet.")
    return to_page("queue", slug=request.organization.slug, query=f"?view={View.UNASSIGNED}")


@requires("agent")
@require_POST
def bulk(request: TenantRequest) -> HttpResponse:
    """Take or assign every ticked case; those that could not be moved are named with the reason."""
    form = BulkForm(request.POST, people=_people())
    if form.is_valid():
        move = _bulk_move(request.member, form.cleaned_data)
        _tell(request, services.move_each(numbers=form.cleaned_data["case"], move=move), do=form.cleaned_data["do"])
    else:
        for problem in form.errors.values():
            messages.error(request, " ".join(map(str, problem)))
    back = request.POST.get("back", "")
    return to_page("queue", slug=request.organization.slug, query=back if back.startswith("?") else "")


def _view_with_work(request: TenantRequest, page: Listing) -> View | None:
    """Return the view to show instead of an empty one that nobody asked for."""
    if request.GET or page.rows:
        return None
    return next((view for view in (View.MINE, View.UNASSIGNED, View.OPEN) if page.counts[view]), None)


def _is_in_a_team(member: Member) -> bool:
    # A member who is confined to a partner sees the memberships in that partner's teams only.
    return TeamMember.objects.filter(member=member).exists()


def _people() -> Any:
    people = Member.objects.active().with_role(services.WORKERS)
    return people.select_related("user").order_by("user__name", "user__email", "pk")


def _bulk_move(member: Member, asked: dict[str, Any]) -> Callable[[Case], None]:
    now = timezone.now()
    if asked["do"] == "take":
        return partial(Case.take, by=member, now=now)
    return lambda case: services.assign(case=case, to=asked["to"], by=member, now=now)


def _tell(request: TenantRequest, results: list[tuple[int, str]], *, do: str) -> None:
    moved = sum(not hindrance for _, hindrance in results)
    if moved:
        words = "taken" if do == "take" else "assigned"
        messages.success(request, f"{moved} case{'' if moved == 1 else 's'} {words}.")
    for number, hindrance in results:
        if hindrance:
            messages.warning(request, f"Case {number}: {hindrance}")


def _uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    return response


def _rows_and_tabs(request: TenantRequest, lens: Lens, page: Listing, *, now: datetime) -> dict[str, Any]:
    cases_url = reverse("caseloop:queue", args=[request.organization.slug])
    tabs = [
        {
            "label": view.label,
            "url": f"?view={view.value}",
            "count": capped(page.counts[view]) if view is not View.DONE else "",
            "current": view is lens.view and not lens.search,
        }
        for view in View
        if view is not View.TEAMS or view is lens.view or page.counts[view] or _is_in_a_team(request.member)
    ]
    return {
        "rows": page.rows,
        "lines": [row_html(row, cases_url=cases_url, now=now) for row in page.rows],
        "tabs": tabs,
        "lens": lens,
        "live": lens.address(after=lens.after, before=lens.before),
        "problem": page.problem,
        "clear": lens.cleared() if lens.filters or lens.search else "",
        "is_first_use": not any(page.counts.values()),
    }


def _whole_page(request: TenantRequest, lens: Lens, page: Listing, *, now: datetime) -> dict[str, Any]:
    shown = f"{len(page.rows)} of {capped(page.counts[lens.view])}" if page.rows and not lens.filters else ""
    return {
        **_rows_and_tabs(request, lens, page, now=now),
        "filters": _filters(request.member, lens),
        "previous": lens.address(before=page.previous) if page.previous else "",
        "next": lens.address(after=page.next) if page.next else "",
        "shown": shown if not lens.search else "",
        "back": lens.address(after=lens.after, before=lens.before),
        "people": _people(),
    }


def _filters(member: Member, lens: Lens) -> list[dict[str, Any]]:
    statuses = _DONE if lens.view is View.DONE else WORKED
    menus = [
        _menu(lens, "severity", "Severity", Severity.choices),
        _menu(lens, "status", "Status", [(status.value, status.label) for status in statuses]),
        _menu(lens, "owner", "Owner", [("me", "Me"), ("nobody", "Nobody")]),
        _menu(lens, "team", "Team", _named(Team)),
        _menu(lens, "program", "Program", _named(Program)),
    ]
    if not member.partner_id:  # somebody of a partner sees that partner's cases only, and no names of others
        menus.append(_menu(lens, "partner", "Partner", _named(Partner)))
    on = "overdue" in lens.filters
    overdue = {"label": "Overdue", "url": lens.address(overdue="" if on else "1"), "on": on}
    asked_on = "asked" in lens.filters
    asked = {
        "label": "Asked by sponsor" if member.partner_id else "Partner asked",
        "url": lens.address(asked="") if asked_on else lens.address(asked="1", view=View.OPEN),
        "on": asked_on,
    }
    return [*(menu for menu in menus if menu.get("options") or menu["on"]), overdue, asked]


def _named(model: Any) -> list[tuple[str, str]]:
    rows = model.objects.filter(is_active=True).order_by("name").values_list("pk", "name")
    return [(str(pk), name) for pk, name in rows]


def _menu(lens: Lens, name: str, label: str, options: list[tuple[str, str]]) -> dict[str, Any]:
    chosen = lens.filters.get(name)
    if chosen:
        word = dict(options).get(chosen, chosen if name in ("status", "severity") else "another")
        return {"label": f"{label}: {word}", "url": lens.address(**{name: ""}), "on": True}
    links = [{"label": word, "url": lens.address(**{name: value})} for value, word in options]
    return {"label": label, "on": False, "options": links}
