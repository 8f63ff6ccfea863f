"""What is done to a case: every action is one address, works without script, and keeps what was typed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from caseloop import services
from caseloop.codes import LEFT_REASON
from caseloop.dossier import Dossier, dossier, find_case
from caseloop.forms import (
    AnswerForm,
    AskPartnerForm,
    AssignForm,
    AttemptForm,
    NoActionForm,
    NoteForm,
    PlainForm,
    ReopenForm,
    ResolveForm,
    RevealForm,
    WaitForm,
    keep_drafts,
)
from caseloop.models import Case, CaseConflict, Draft
from caseloop.views.redirects import draft_url, to_page
from tenants.access import TenantRequest, requires
from tenants.models import Member

Move = Callable[[Case, forms.Form, Member, datetime], object]
asks_or_moves = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True)
class Action:
    """One action: its address and form, the words of its page, what to say when it is done, and the move itself.

    expects: the move is refused when the case changed since the page was shown.
    """

    name: str
    form: type[forms.Form]
    title: str
    button: str
    done: str
    move: Move
    expects: bool = False


@requires("agent")
@asks_or_moves
def take(request: TenantRequest, number: int) -> HttpResponse:
    """Make the member the owner."""
    return _act(request, number, _TAKE)


@requires("agent")
@asks_or_moves
def assign(request: TenantRequest, number: int) -> HttpResponse:
    """Give the case to a colleague."""
    return _act(request, number, _ASSIGN)


@requires("agent")
@asks_or_moves
def note(request: TenantRequest, number: int) -> HttpResponse:
    """Add a note."""
    return _act(request, number, _NOTE)


@requires("agent")
@asks_or_moves
def attempt(request: TenantRequest, number: int) -> HttpResponse:
    """Log a contact attempt."""
    return _act(request, number, _ATTEMPT)


@requires("agent")
@asks_or_moves
def wait(request: TenantRequest, number: int) -> HttpResponse:
    """Pause until a day."""
    return _act(request, number, _WAIT)


@requires("agent")
@asks_or_moves
def resume(request: TenantRequest, number: int) -> HttpResponse:
    """End the waiting."""
    return _act(request, number, _RESUME)


@requires("agent")
@asks_or_moves
def resolve(request: TenantRequest, number: int) -> HttpResponse:
    """Settle every concern and resolve the case."""
    return _act(request, number, _RESOLVE)


@requires("agent")
@asks_or_moves
def no_action(request: TenantRequest, number: int) -> HttpResponse:
    """End the case with a coded reason."""
    return _act(request, number, _NO_ACTION)


@requires("supervisor")
@asks_or_moves
def close(request: TenantRequest, number: int) -> HttpResponse:
    """Close a resolved case as unverified."""
    return _act(request, number, _CLOSE)


@requires("agent")
@asks_or_moves
def reopen(request: TenantRequest, number: int) -> HttpResponse:
    """Take a resolved case up again."""
    return _act(request, number, _REOPEN)


@requires("agent")
@asks_or_moves
def reveal(request: TenantRequest, number: int) -> HttpResponse:
    """Show the member the contact details for ten minutes, on the case page."""
    return _act(request, number, _REVEAL)


@requires("agent")
@asks_or_moves
def ask_partner(request: TenantRequest, number: int) -> HttpResponse:
    """Ask the partner to act."""
    return _act(request, number, _ASK_PARTNER)


@requires("agent")
@asks_or_moves
def answer_for_partner(request: TenantRequest, number: int) -> HttpResponse:
    """Answer what was asked of the partner."""
    return _act(request, number, _ANSWER)


def _act(request: TenantRequest, number: int, action: Action) -> HttpResponse:
    """Show the action's form; on POST lock the case, compare what was seen, check the form, move, and go back."""
    if not Case.objects.filter(number=number).exists():
        raise Http404
    if request.method != "POST":
        return _page(request, number, action)
    now = timezone.now()
    try:
        with transaction.atomic():
            case = Case.objects.lock(number=number)
            form = _form(action, case, by=request.member, data=request.POST)
            case.expect(_seen(request) if action.expects else None)
            if not form.is_valid():
                return _page(request, number, action, data=request.POST, status=422)
            action.move(case, form, request.member, now)
            Draft.objects.filter(case=case, member=request.member, field__in=list(form.fields)).delete()
    except CaseConflict as conflict:
        return _page(request, number, action, data=request.POST, conflict=conflict, status=409)
    messages.success(request, f"Case {number} {action.done}.")
    return to_page("case", slug=request.organization.slug, number=number)


def _seen(request: TenantRequest) -> int | None:
    seen = request.POST.get("seen", "")
    return int(seen[:9]) if seen.isascii() and seen.isdigit() else None


def _page(
    request: TenantRequest,
    number: int,
    action: Action,
    *,
    data: Any = None,
    conflict: CaseConflict | None = None,
    status: int = 200,
) -> HttpResponse:
    page = dossier(find_case(number), member=request.member, now=timezone.now())
    form = _form(action, page.case, by=request.member, data=data, initial=_initial(action, page))
    keep_drafts(form, url=draft_url(request, page.case))
    news = page.since(_seen(request)) if conflict else []
    context = {"page": page, "case": page.case, "action": action, "form": form, "conflict": conflict, "news": news}
    return render(request, "caseloop/act.html", context, status=status)


def _form(action: Action, case: Case, *, by: Member, data: Any, initial: Any = None) -> forms.Form:
    extra: dict[str, Any] = {}
    if action.form is ResolveForm:
        extra["concerns"] = case.concerns.unsettled().order_by("opened_at", "id")
    if action.form is AssignForm:
        extra["people"] = services.assignees(case, by=by)
    return action.form(data, initial=initial, **extra)


def _initial(action: Action, page: Dossier) -> dict[str, str]:
    known = dict(page.drafts)
    if action.form is NoActionForm and page.case.patient.has_left:
        known["reason"] = LEFT_REASON[page.case.patient.contact_status]
    if action.form is RevealForm and page.reach.way == "vault" and not page.reach.needs_reason:
        known["reason"] = f"Case #{page.case.number}"
    return known


def _resolve(case: Case, form: forms.Form, by: Member, now: datetime) -> None:
    assert isinstance(form, ResolveForm)
    services.resolve(case=case, dispositions=form.dispositions(), by=by, now=now)


_TAKE = Action(
    "take", PlainForm, "Take this case", "Take case", "is yours now",
    lambda case, form, by, now: case.take(by=by, now=now),
)  # fmt: skip
_ASSIGN = Action(
    "assign", AssignForm, "Assign this case", "Assign case", "assigned",
    lambda case, form, by, now: services.assign(case=case, to=form.cleaned_data["to"], by=by, now=now), expects=True,
)  # fmt: skip
_NOTE = Action(
    "note", NoteForm, "Add a note", "Add note", "has your note",
    lambda case, form, by, now: case.note(form.cleaned_data["text"], by=by, now=now),
)  # fmt: skip
_ATTEMPT = Action(
    "attempt", AttemptForm, "Log a contact attempt", "Log contact", "has your contact attempt",
    lambda case, form, by, now: case.log_attempt(**form.cleaned_data, by=by, now=now),
)  # fmt: skip
_WAIT = Action(
    "wait", WaitForm, "Wait for somebody", "Wait", "is waiting",
    lambda case, form, by, now: case.wait(
        on=form.cleaned_data["on"], next_check=form.cleaned_data["next_check"], text=form.cleaned_data["waiting_for"],
        by=by, now=now,
    ),
)  # fmt: skip
_RESUME = Action(
    "resume", PlainForm, "End the waiting", "End waiting", "is no longer waiting",
    lambda case, form, by, now: case.resume(by=by, now=now),
)  # fmt: skip
_RESOLVE = Action("resolve", ResolveForm, "Resolve this case", "Resolve case", "resolved", _resolve, expects=True)
_NO_ACTION = Action(
    "no_action", NoActionForm, "End without action", "End case", "ended without action",
    lambda case, form, by, now: services.end_without_action(
        case=case, reason=form.cleaned_data["reason"], text=form.cleaned_data["remark"], by=by, now=now
    ),
    expects=True,
)  # fmt: skip
_CLOSE = Action(
    "close", PlainForm, "Close this case", "Close case", "closed",
    lambda case, form, by, now: services.close(case=case, by=by, now=now), expects=True,
)  # fmt: skip
_REOPEN = Action(
    "reopen", ReopenForm, "Reopen this case", "Reopen case", "reopened",
    lambda case, form, by, now: services.reopen(case=case, reason=form.cleaned_data["reason"], by=by, now=now),
    expects=True,
)  # fmt: skip
_REVEAL = Action(
    "reveal", RevealForm, "Show contact details", "Show contact details", "shows the contact details for ten minutes",
    lambda case, form, by, now: services.reveal_contact(
        case=case, reason=form.cleaned_data["reason"], by=by, now=now
    ),
)  # fmt: skip
_ASK_PARTNER = Action(
    "ask_partner", AskPartnerForm, "Ask the partner", "Ask the partner", "was put to the partner",
    lambda case, form, by, now: services.ask_partner(case=case, text=form.cleaned_data["question"], by=by, now=now),
)  # fmt: skip
_ANSWER = Action(
    "answer_for_partner", AnswerForm, "Answer the sponsor", "Send answer", "has the answer",
    lambda case, form, by, now: services.answer_for_partner(
        case=case, text=form.cleaned_data["answer"], by=by, now=now
    ),
)  # fmt: skip
