"""Surveys for staff: what is asked, how it looks, and when it is meant to go out."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from surveys.conditions import in_words
from surveys.conditions.words import NEUTRAL_FILLS
from surveys.definitions import Definition, Page, Question, Text
from surveys.forms import OccasionChangeForm, OccasionForm
from surveys.models import Occasion, Response, Survey
from surveys.pages import STYLE_HASH
from surveys.plans import save_occasion
from surveys.preview import BAR_HASH, preview_of
from surveys.wording import NAMES
from tenants.access import TenantRequest, requires
from tenants.models import Program, Role

COUNTED = 999
_FILLS = {**NEUTRAL_FILLS, "emergency": "the emergency number"}
_PREVIEW_CSP = (
    f"default-src 'none'; style-src '{STYLE_HASH}' '{BAR_HASH}'; img-src data: 'self'; form-action 'none';"
    " base-uri 'none'; frame-ancestors 'none'"
)


@require_safe
@requires("member")
def index(request: TenantRequest) -> HttpResponse:
    """List the surveys with how often they were answered, up to a thousand."""
    found = _counted(Survey.objects.order_by("created_at", "pk")).prefetch_related("occasions__program")
    return render(request, "surveys/staff/index.html", {"surveys": found, "counted": COUNTED})


@require_safe
@requires("member")
def survey(request: TenantRequest, key: str) -> HttpResponse:
    """Show one survey: its versions, its questions in words, and its plan."""
    found = get_object_or_404(_counted(Survey.objects.all()), key=key)
    return _page(request, found, OccasionForm(instance=_new_occasion(found)))


@require_safe
@requires("member")
def preview(request: TenantRequest, key: str) -> HttpResponse:
    """Show one page as the patient sees it. Nothing is stored: the form leads nowhere."""
    found = get_object_or_404(Survey, key=key, current_number__gt=0)
    shown = preview_of(
        found.current,
        program=Program.objects.order_by("name").first(),
        page_id=request.GET.get("page", ""),
        language=request.GET.get("lang", ""),
        reader=request.GET.get("as", ""),
    )
    response = HttpResponse(shown.html(back=_address(request, found)))
    response["Content-Security-Policy"] = _PREVIEW_CSP
    return response


@require_POST
@requires("admin", whole=True)
def add_occasion(request: TenantRequest, key: str) -> HttpResponse:
    """Add a line to the plan."""
    found = get_object_or_404(_counted(Survey.objects.all()), key=key)
    form = OccasionForm(request.POST, instance=_new_occasion(found))
    if not form.is_valid():
        return _page(request, found, form)
    save_occasion(occasion=form.instance, by=request.member, now=timezone.now())
    messages.success(request, "Added to the plan.")
    return HttpResponseRedirect(_address(request, found), status=303)


@require_POST
@requires("admin", whole=True)
def change_occasion(request: TenantRequest, key: str, occasion_id: UUID) -> HttpResponse:
    """Change the delay of a line of the plan, or switch it on or off."""
    found = get_object_or_404(_counted(Survey.objects.all()), key=key)
    form = OccasionChangeForm(request.POST, instance=get_object_or_404(Occasion, pk=occasion_id, survey=found))
    if form.is_valid():
        save_occasion(occasion=form.instance, by=request.member, now=timezone.now())
        messages.success(request, "Saved.")
        return HttpResponseRedirect(_address(request, found), status=303)
    return _page(request, found, OccasionForm(instance=_new_occasion(found)), wrong=form)


def _page(
    request: TenantRequest, found: Survey, form: OccasionForm, *, wrong: OccasionChangeForm | None = None
) -> HttpResponse:
    version = found.versions.filter(number=found.current_number).first()
    definition = version.definition if version else None
    language = _language(request, definition)
    is_wrong = bool(form.errors or (wrong and wrong.errors))
    context = {
        "survey": found,
        "counted": COUNTED,
        "versions": found.versions.order_by("-number").defer("document"),
        "languages": _languages(request, found, definition, language),
        "language": language,
        "is_untested": bool(definition and language in definition.untested),
        "title": _say(definition.title, language) if definition else "",
        "intro": _say(definition.intro, language) if definition else "",
        "end": _say(definition.end, language) if definition else "",
        "pages": [_page_in_words(page, definition, language) for page in definition.pages] if definition else [],
        "occasions": found.occasions.select_related("program").order_by("program__name", "touchpoint"),
        "form": form,
        "wrong": wrong,
        "may_plan": request.member.role == Role.ADMIN and not request.member.partner_id,
    }
    return render(request, "surveys/staff/survey.html", context, status=422 if is_wrong else 200)


def _counted(surveys: QuerySet[Survey]) -> QuerySet[Survey]:
    mine = Response.objects.filter(survey=OuterRef("pk"))
    some = ArraySubquery(mine.annotate(one=Value(1)).values("one")[: COUNTED + 1])
    return surveys.annotate(
        responses=Func(some, function="cardinality", output_field=IntegerField()),
        last_response_at=Subquery(mine.order_by("-saved_at").values("saved_at")[:1]),
    )


def _new_occasion(found: Survey) -> Occasion:
    return Occasion(organization_id=found.organization_id, survey=found)


def _language(request: TenantRequest, definition: Definition | None) -> str:
    offered = definition.languages if definition else ("en",)
    wanted = request.GET.get("lang", "")
    return wanted if wanted in offered else offered[0]


def _languages(
    request: TenantRequest, found: Survey, definition: Definition | None, current: str
) -> list[dict[str, Any]]:
    if definition is None:
        return []
    address = _address(request, found)
    return [
        {
            "label": f"{NAMES.get(code, code)}{' (not tested with patients)' if code in definition.untested else ''}",
            "url": f"{address}?lang={code}",
            "current": code == current,
        }
        for code in definition.languages
    ]


def _page_in_words(page: Page, definition: Definition, language: str) -> dict[str, Any]:
    return {
        "id": page.id,
        "title": _say(page.title, language),
        "only_if": in_words(page.show_if, definition=definition) if page.show_if else "",
        "questions": [_question_in_words(question, definition, language) for question in page.questions],
    }


def _question_in_words(question: Question, definition: Definition, language: str) -> dict[str, Any]:
    return {
        "text": _say(question.text, language),
        "help": _say(question.help, language),
        "caregiver": _say(question.text, language, reader="caregiver") if "caregiver" in question.text.variants else "",
        "only_if": in_words(question.show_if, definition=definition) if question.show_if else "",
        "type": question.type.value,
        "is_required": question.required,
        "choices": [_say(each.text, language) for each in question.choices] if question.type != "recommend" else [],
        "ends": (_say(question.scale.low, language), _say(question.scale.high, language)) if question.scale else None,
        "measure": question.tags.get("measure", ""),
    }


def _say(text: Text | None, language: str, *, reader: str = "patient") -> str:
    return text.render(language=language, respondent=reader, fills=_FILLS) if text else ""


def _address(request: TenantRequest, found: Survey) -> str:
    return reverse("surveys:survey", args=[request.organization.slug, found.key])
