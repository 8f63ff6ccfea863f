"""Surveys for staff: what is asked, how it looks, and after which events it goes out."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from surveys.conditions import in_words
from surveys.conditions.words import NEUTRAL_FILLS
from surveys.definitions import Definition, Page, Question, Text
from surveys.forms import JourneyForm, NewJourneyForm, sendable_surveys
from surveys.models import CallTask, Occasion, Response, Survey
from surveys.pages import STYLE_HASH
from surveys.preview import BAR_HASH, preview_of
from surveys.wording import NAMES
from tenants.access import NEEDS, TenantRequest, requires
from tenants.models import Program, Role

COUNTED = 999
CALLS_SHOWN = 99
_FILLS = {**NEUTRAL_FILLS, "emergency": "the emergency number"}
_PREVIEW_CSP = (
    f"default-src 'none'; style-src '{STYLE_HASH}' '{BAR_HASH}'; img-src data: 'self'; form-action 'none';"
    " base-uri 'none'; frame-ancestors 'none'"
)


@require_safe
@requires("member")
def index(request: TenantRequest) -> HttpResponse:
    """List the surveys with how often they were answered, up to a thousand."""
    found = counted(Survey.objects.order_by("created_at", "pk")).prefetch_related("occasions__program")
    may_call = request.member.role in NEEDS["agent"]
    due = CallTask.objects.filter(outcome="", due_at__lte=timezone.now()) if may_call else CallTask.objects.none()
    context = {
        "surveys": found,
        "counted": COUNTED,
        "may_call": may_call,
        "may_send": request.member.role in NEEDS["supervisor"],
        "calls": len(due.values("pk")[:CALLS_SHOWN]),
    }
    return render(request, "surveys/staff/index.html", context)


@require_safe
@requires("member")
def survey(request: TenantRequest, key: str) -> HttpResponse:
    """Show one survey: its versions, its questions in words, and its journeys."""
    found = get_object_or_404(counted(Survey.objects.all()), key=key)
    return survey_page(request, found)


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
    response = HttpResponse(shown.html(back=address_of(request, found)))
    response["Content-Security-Policy"] = _PREVIEW_CSP
    return response


def survey_page(
    request: TenantRequest, found: Survey, *, new: NewJourneyForm | None = None, wrong: JourneyForm | None = None
) -> HttpResponse:
    """Show one survey; with the form of a new journey, or of the one that was changed, when it could not be stored."""
    version = found.versions.filter(number=found.current_number).first()
    definition = version.definition if version else None
    language = _language(request, definition)
    may_plan = request.member.role == Role.ADMIN and not request.member.partner_id
    is_wrong = bool((new and new.errors) or (wrong and wrong.errors))
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
        "journeys": _journeys(found, wrong),
        "form": new or NewJourneyForm(instance=new_journey(found)),
        "wrong": wrong,
        "may_plan": may_plan,
        "may_send": request.member.role in NEEDS["supervisor"] and found in sendable_surveys(),
        "may_see_people": request.member.role in NEEDS["agent"],
    }
    return render(request, "surveys/staff/survey.html", context, status=422 if is_wrong else 200)


def _journeys(found: Survey, wrong: JourneyForm | None) -> list[JourneyForm]:
    journeys = found.occasions.select_related("program").order_by("program__name", "touchpoint")
    return [
        wrong if wrong and wrong.instance.pk == each.pk else JourneyForm(instance=each, prefix=each.pk.hex)
        for each in journeys
    ]


def counted(surveys: QuerySet[Survey]) -> QuerySet[Survey]:
    """Add how often surveys were answered, up to COUNTED + 1, and when last."""
    mine = Response.objects.filter(survey=OuterRef("pk"))
    some = ArraySubquery(mine.annotate(one=Value(1)).values("one")[: COUNTED + 1])
    return surveys.annotate(
        responses=Func(some, function="cardinality", output_field=IntegerField()),
        last_response_at=Subquery(mine.order_by("-saved_at").values("saved_at")[:1]),
    )


def new_journey(found: Survey) -> Occasion:
    """Return an unsaved journey of a survey."""
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
    address = address_of(request, found)
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


def address_of(request: TenantRequest, found: Survey) -> str:
    """Return the address of a survey's page."""
    return reverse("surveys:survey", args=[request.organization.slug, found.key])
