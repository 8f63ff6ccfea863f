"""The list of safety items, and one item with what can be done about it."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from safety.forms import CheckForm, ForwardForm, JudgeForm, NumberForm
from safety.history import history
from safety.lists import CAP, VIEWS, listing, next_to_do, row_of
from safety.models import Item
from safety.services import is_trained
from safety.words import said_in
from tenants.access import TenantRequest, requires
from tenants.models import Partner, Program, Role

FILTERS = ("program", "partner", "source", "state")
Options = list[tuple[str, str]]


@require_safe
@requires("safety")
def index(request: TenantRequest) -> HttpResponse:
    """Show the texts to be read, those of danger first."""
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "open"
    options = _options()
    chosen = {name: value for name in FILTERS if (value := request.GET.get(name, "")) in dict(options[name])}
    page = listing(
        view, filters=chosen, after=_uuid(request.GET.get("after", "")), member=request.member, now=timezone.now()
    )
    return render(
        request,
        "safety/index.html",
        {
            "page": page,
            "view": view,
            "tabs": _tabs(request, view, page.counts),
            "filters": _filters(request, view, chosen, options),
            "clear": _address(request, view=view) if chosen else "",
            "next": _address(request, view=view, **chosen, after=str(page.next)) if page.next else "",
            "previous": _address(request, view=view, **chosen) if "after" in request.GET else "",
            "may_judge": request.member.role == Role.SAFETY,
            "is_trained": is_trained(request.member, now=timezone.now()),
        },
    )


@require_safe
@requires("safety")
def item(request: TenantRequest, item_id: UUID) -> HttpResponse:
    """Show one item: the words, where they come from, its clock, and the verdicts."""
    return item_page(request, found_item(item_id))


@require_safe
@requires("safety")
def record(request: TenantRequest, item_id: UUID) -> HttpResponse:
    """Show the pseudonymous report for the sponsor, to be printed or copied."""
    found = found_item(item_id)
    return render(request, "safety/record.html", {"item": found, "said": said_in(found), **_words_of(found)})


def found_item(item_id: UUID) -> Item:
    """Return an item that the member may see, else 404."""
    found = Item.objects.select_related(
        "program", "partner", "patient", "case", "decided_by__user", "checked_by__user", "acknowledged_by__user"
    )
    return get_object_or_404(found, pk=item_id)


def item_page(request: TenantRequest, found: Item, *, status: int = 200, **over: Any) -> HttpResponse:
    """Render an item's page; `over` carries a form as typed, or the words of a conflict."""
    now = timezone.now()
    moment = {"at": timezone.localtime(now)}
    following = next_to_do(but=found, member=request.member, now=now)
    context = {
        "item": found,
        "row": row_of(found, now=now),
        "said": said_in(found),
        "events": history(found),
        "judge_form": JudgeForm(initial={"seen": found.version, "special": found.special, "elements": found.elements}),
        "forward_form": ForwardForm(initial=moment),
        "number_form": NumberForm(initial={"number": found.sponsor_number}),
        "check_form": CheckForm(initial={"seen": found.version}),
        "may_judge": request.member.role == Role.SAFETY,
        "is_trained": is_trained(request.member, now=now),
        "judged_it": found.decided_by_id == request.member.pk,
        "following": following,
        **_words_of(found),
    }
    return render(request, "safety/item.html", {**context, **over}, status=status)


def _words_of(item: Item) -> dict[str, list[str]]:
    return {
        "special": [Item.Special(code).label for code in item.special],
        "elements": [Item.Element(code).label for code in item.elements],
        "missing": [label for code, label in Item.Element.choices if code not in item.elements],
    }


def _options() -> dict[str, Options]:
    return {
        "program": [(str(pk), name) for pk, name in Program.objects.order_by("name").values_list("pk", "name")],
        "partner": [(str(pk), name) for pk, name in Partner.objects.order_by("name").values_list("pk", "name")],
        "source": list(Item.Source.choices),
        "state": list(Item.State.choices),
    }


def _tabs(request: TenantRequest, view: str, counts: Any) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "url": _address(request, view=name),
            "current": view == name,
            "count": f"{CAP}+" if counts.get(name, 0) > CAP else counts.get(name, 0),
        }
        for name, label in VIEWS.items()
    ]


def _filters(
    request: TenantRequest, view: str, chosen: dict[str, str], options: dict[str, Options]
) -> list[dict[str, Any]]:
    return [_filter(request, view, chosen, name, options[name]) for name in FILTERS if len(options[name]) > 1]


def _filter(request: TenantRequest, view: str, chosen: dict[str, str], name: str, options: Options) -> dict[str, Any]:
    if name in chosen:
        url = _address(request, view=view, **{key: value for key, value in chosen.items() if key != name})
        return {"label": f"{name.capitalize()}: {dict(options)[chosen[name]]}", "on": True, "url": url}
    ways = [
        {"label": words, "url": _address(request, view=view, **{**chosen, name: value})} for value, words in options
    ]
    return {"label": name.capitalize(), "options": ways}


def _address(request: TenantRequest, **query: str) -> str:
    kept = {name: value for name, value in query.items() if value and (name, value) != ("view", "open")}
    return reverse("safety:index", args=[request.organization.slug], query=kept or None)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
