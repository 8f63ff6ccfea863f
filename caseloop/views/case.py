"""The case page."""

from django import forms
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from caseloop.codes import LEFT_REASON
from caseloop.dossier import Dossier, dossier, find_case
from caseloop.forms import (
    AnswerForm,
    AskPartnerForm,
    AssignForm,
    AttemptForm,
    DraftForm,
    NoActionForm,
    ReopenForm,
    ResolveForm,
    RevealForm,
    WaitForm,
    keep_drafts,
)
from caseloop.models import Case
from caseloop.services import assignees, save_draft
from caseloop.views.redirects import draft_url
from tenants.access import TenantRequest, requires


@requires("agent")
@require_safe
def case(request: TenantRequest, number: int) -> HttpResponse:
    """Show one case: the patient, what happened, and what to do next."""
    now = timezone.now()
    page = dossier(_find(number), member=request.member, now=now)
    context = {"page": page, "case": page.case, "now": now, "is_mine": page.case.owner_id == request.member.pk}
    return _private(render(request, "caseloop/case.html", {**context, **_forms(request, page)}))


@requires("agent")
@require_safe
def contact(request: TenantRequest, number: int) -> HttpResponse:
    """Show how the member reaches the patient now; what was revealed is gone when its time is over."""
    now = timezone.now()
    page = dossier(_find(number), member=request.member, now=now)
    return _private(render(request, "caseloop/_reach.html", {"page": page, "case": page.case, "now": now}))


@requires("agent")
@require_safe
def changes(request: TenantRequest, number: int) -> HttpResponse:
    """Say that the case changed since the version that the page shows; 204 while it has not."""
    version = Case.objects.filter(number=number).values_list("version", flat=True).first()
    if version is None:
        raise Http404
    if str(version) == request.GET.get("seen"):
        return HttpResponse(status=204)
    return render(request, "caseloop/_stale.html", {"is_stale": True})


@requires("agent")
@require_POST
def draft(request: TenantRequest, number: int) -> HttpResponse:
    """Keep what the member is typing."""
    form = DraftForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("This text could not be kept.")
    save_draft(
        case=_find(number),
        member=request.member,
        field=form.cleaned_data["name"],
        text=form.cleaned_data["text"],
        now=timezone.now(),
    )
    return HttpResponse(status=204)


def _private(response: HttpResponse) -> HttpResponse:
    # It may hold what a member was shown for ten minutes: no copy of it outlives them.
    response["Cache-Control"] = "no-store, private"
    return response


def _find(number: int) -> Case:
    try:
        return find_case(number)
    except Case.DoesNotExist:
        raise Http404 from None


def _forms(request: TenantRequest, page: Dossier) -> dict[str, forms.Form]:
    """Return the forms of the page's dialogs, and the choices of its composer."""
    case, drafts = page.case, dict(page.drafts)
    unsettled = [concern for concern in page.concerns if concern.settled_at is None]
    people = assignees(case, by=request.member)
    if case.owner_id:
        people = people.exclude(pk=case.owner_id)
    made: dict[str, forms.Form] = {
        "attempt_form": AttemptForm(),
        "resolve_form": ResolveForm(concerns=unsettled, initial=drafts, auto_id="resolve_%s"),
        "wait_form": WaitForm(initial=drafts, auto_id="wait_%s"),
        "no_action_form": NoActionForm(
            initial={**drafts, "reason": LEFT_REASON.get(case.patient.contact_status, "")}, auto_id="end_%s"
        ),
        "reveal_form": RevealForm(auto_id="reveal_%s"),
        "ask_partner_form": AskPartnerForm(initial=drafts, auto_id="ask_%s"),
        "answer_form": AnswerForm(initial=drafts, auto_id="answer_%s"),
        "reopen_form": ReopenForm(initial=drafts, auto_id="reopen_%s"),
        "assign_form": AssignForm(people=people, auto_id="assign_%s"),
    }
    for form in made.values():
        keep_drafts(form, url=draft_url(request, case))
    return made
