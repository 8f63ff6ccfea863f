"""Verdicts on one item: each an address of its own; what was typed is kept when it cannot be stored."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from safety import services
from safety.forms import CheckForm, ForwardForm, JudgeForm, NumberForm
from safety.lists import next_to_do
from safety.models import Item
from safety.views.items import found_item, item_page
from tenants.access import TenantRequest, requires


@require_POST
@requires("judge")
def judge(request: TenantRequest, item_id: UUID) -> HttpResponse:
    """Give a verdict, and go on to the next item."""
    found, form = found_item(item_id), JudgeForm(request.POST)
    if not form.is_valid():
        return item_page(request, found, judge_form=form, status=422)
    try:
        judged = _judged(found, form, request)
    except services.JudgementRefused as refused:
        return _conflict(request, item_id, refused, judge_form=_seen_again(form, item_id))
    messages.success(request, f"{judged.reference}: {judged.get_state_display().lower()}.")
    return _on(request, judged)


@require_POST
@requires("judge")
def forward(request: TenantRequest, item_id: UUID) -> HttpResponse:
    """Record that a possible event was forwarded."""
    found, form = found_item(item_id), ForwardForm(request.POST)
    if not form.is_valid():
        return item_page(request, found, forward_form=form, status=422)
    try:
        services.forward(
            item_id=item_id,
            forwarding=form.forwarding(),
            by=request.member,
            version=_seen(request, found),
            now=timezone.now(),
        )
    except services.JudgementRefused as refused:
        return _conflict(request, item_id, refused, forward_form=form)
    messages.success(request, f"{found.reference} is recorded as forwarded.")
    return _back(request, found)


@require_POST
@requires("judge")
def number(request: TenantRequest, item_id: UUID) -> HttpResponse:
    """Add the sponsor's number to a forwarded item."""
    found, form = found_item(item_id), NumberForm(request.POST)
    if not form.is_valid():
        return item_page(request, found, number_form=form, status=422)
    try:
        services.add_sponsor_number(
            item_id=item_id, number=form.cleaned_data["number"], by=request.member, now=timezone.now()
        )
    except services.JudgementRefused as refused:
        return _conflict(request, item_id, refused, number_form=form)
    messages.success(request, "The sponsor's number is saved.")
    return _back(request, found)


@require_POST
@requires("judge")
def check(request: TenantRequest, item_id: UUID) -> HttpResponse:
    """Say, as the second reader, whether it is really no event."""
    found, form = found_item(item_id), CheckForm(request.POST)
    if not form.is_valid():
        return item_page(request, found, check_form=form, status=422)
    try:
        services.check(
            item_id=item_id,
            agrees=form.cleaned_data["agrees"],
            by=request.member,
            version=form.cleaned_data["seen"],
            now=timezone.now(),
        )
    except services.JudgementRefused as refused:
        return _conflict(request, item_id, refused)
    if form.cleaned_data["agrees"]:
        messages.success(request, f"{found.reference}: you agreed.")
        return _on(request, found)
    messages.warning(request, f"{found.reference} is to be judged again; its clock is as it was.")
    return _back(request, found)


def _judged(found: Item, form: JudgeForm, request: TenantRequest) -> Item:
    data = form.cleaned_data
    said: dict[str, Any] = {
        "item_id": found.pk, "by": request.member, "version": data["seen"], "now": timezone.now(),
    }  # fmt: skip
    if data["verdict"] == JudgeForm.NOT_EVENT:
        return services.judge_not_event(reason=data["reason"], **said)
    if data["verdict"] == JudgeForm.REPORTED:
        return services.judge_already_reported(number=data["partner_number"], **said)
    return services.judge_possible(
        special=data["special"], elements=data["elements"], forwarding=form.forwarding(), **said
    )


def _seen(request: TenantRequest, found: Item) -> int:
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() else found.version


def _seen_again(form: JudgeForm, item_id: UUID) -> JudgeForm:
    """Return the form as typed, about the item as it is now: sending it again says that the news was read."""
    typed = form.data.copy()  # type: ignore[attr-defined]
    typed["seen"] = str(found_item(item_id).version)
    return JudgeForm(typed)


def _conflict(request: TenantRequest, item_id: UUID, refused: services.JudgementRefused, **forms: Any) -> HttpResponse:
    status = 403 if isinstance(refused, services.NotTrained) else 409
    return item_page(request, found_item(item_id), conflict=str(refused), status=status, **forms)


def _on(request: TenantRequest, judged: Item) -> HttpResponse:
    following = next_to_do(but=judged, member=request.member, now=timezone.now())
    return _back(request, following) if following else _to_list(request)


def _back(request: TenantRequest, found: Item) -> HttpResponse:
    return HttpResponseRedirect(reverse("safety:item", args=[request.organization.slug, found.pk]), status=303)


def _to_list(request: TenantRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("safety:index", args=[request.organization.slug]), status=303)
