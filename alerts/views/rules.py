"""Rules: which answers raise an alert, said in words, edited as a sentence, tried before they are saved."""

from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from alerts.forms import JOINERS, RuleForm
from alerts.models import Rule
from alerts.rules import save_rule, switch_rule
from alerts.trial import try_condition
from surveys.conditions import in_words
from surveys.definitions import Definition
from surveys.models import Survey, SurveyVersion
from surveys.models.survey import definition_of
from tenants.access import TenantRequest, requires


@requires("admin", whole=True)
def rules(request: TenantRequest) -> HttpResponse:
    """List the rules of each survey with their conditions in words."""
    surveys = list(Survey.objects.order_by("created_at", "pk"))
    definitions = _current_definitions()
    found = Rule.objects.select_related("team", "program").order_by("survey_id", "-is_active", "severity", "pk")
    by_survey = {key: list(each) for key, each in groupby(found, key=lambda rule: rule.survey_id)}
    groups = [(survey, _said(by_survey.get(survey.pk, []), definitions.get(survey.pk))) for survey in surveys]
    everywhere = _said(by_survey.get(None, []), None)
    return render(request, "alerts/rules.html", {"groups": groups, "everywhere": everywhere})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("admin", whole=True)
def new_rule(request: TenantRequest, survey_key: str) -> HttpResponse:
    """Ask for a new rule about one survey, and create it."""
    survey = get_object_or_404(Survey, key=survey_key, current_number__gt=0)
    return _edit(request, Rule(organization=request.organization, survey=survey, severity="p2", condition={}))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("admin", whole=True)
def rule(request: TenantRequest, rule_id: UUID) -> HttpResponse:
    """Show, try or change one rule."""
    return _edit(request, get_object_or_404(Rule.objects.select_related("survey"), pk=rule_id))


@require_POST
@requires("admin", whole=True)
def switch(request: TenantRequest, rule_id: UUID) -> HttpResponse:
    """Switch a rule on or off."""
    found = get_object_or_404(Rule, pk=rule_id)
    is_active = request.POST.get("on") == "1"
    switch_rule(rule=found, is_active=is_active, by=request.member, now=timezone.now())
    messages.success(request, f"“{found}” is {'on' if is_active else 'off'}.")
    return _to_rules(request)


def _edit(request: TenantRequest, found: Rule) -> HttpResponse:
    definition = _definition(found)
    doing = request.POST.get("_do", "")
    context = {
        "title": found.name,
        "is_new": found._state.adding,
        "survey": found.survey,
        "joiners": JOINERS,
        "said": in_words(found.condition, definition=definition),
    }
    form = RuleForm(request.POST or None, rule=found, definition=definition, is_draft=doing == "show")
    context["form"] = form
    if doing == "show":
        return render(request, "alerts/_condition.html" if request.htmx else "alerts/rule.html", context)
    if request.method == "POST" and form.is_valid():
        if doing != "try":
            save_rule(rule=form.filled(), by=request.member, now=timezone.now())
            messages.success(request, f"Saved “{form.rule}”.")
            return _to_rules(request)
        context |= _trial(form, definition)
    # A page that was asked to try says what is missing beside the answer; htmx swaps nothing of a 4xx.
    return render(request, "alerts/rule.html", context, status=422 if form.errors and doing != "try" else 200)


def _trial(form: RuleForm, definition: Definition | None) -> dict[str, Any]:
    condition, program = form.cleaned_data["condition"], form.cleaned_data["program"]
    if form.rule.survey_id is None:
        return {}
    trial = try_condition(
        condition, survey_id=form.rule.survey_id, program_id=program.pk if program else None, now=timezone.now()
    )
    return {"trial": trial, "tried": in_words(condition, definition=definition)}


def _definition(found: Rule) -> Definition | None:
    return found.survey.current.definition if found.survey and found.survey.current_number else None


def _current_definitions() -> dict[UUID, Definition]:
    current = SurveyVersion.objects.filter(number=F("survey__current_number")).values_list("survey_id", "pk")
    return {survey_id: definition_of(version_id) for survey_id, version_id in current}


def _said(found: list[Rule], definition: Definition | None) -> list[tuple[Rule, str]]:
    return [(rule, in_words(rule.condition, definition=definition)) for rule in found]


def _to_rules(request: TenantRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("alerts:rules", args=[request.organization.slug]), status=303)
