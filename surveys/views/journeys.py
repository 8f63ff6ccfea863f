"""Journeys of a survey: add, change, switch on or off, try on past events."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from surveys.forms import JourneyForm, NewJourneyForm
from surveys.invitations.dry_run import dry_run
from surveys.invitations.rhythm import Rhythm
from surveys.models import Occasion, Survey
from surveys.plans import save_occasion
from surveys.views.staff import address_of, counted, new_journey, survey_page
from tenants.access import TenantRequest, requires


@require_POST
@requires("admin", whole=True)
def add_occasion(request: TenantRequest, key: str) -> HttpResponse:
    """Add a journey."""
    found = get_object_or_404(counted(Survey.objects.all()), key=key)
    form = NewJourneyForm(request.POST, instance=new_journey(found))
    if form.is_valid():
        with form.saving():
            save_occasion(occasion=form.instance, by=request.member, now=timezone.now())
    if form.errors:
        return survey_page(request, found, new=form)
    messages.success(request, "Journey added." if form.instance.is_active else "Journey added. It is off.")
    return HttpResponseRedirect(f"{address_of(request, found)}#journeys", status=303)


@require_POST
@requires("admin", whole=True)
def change_occasion(request: TenantRequest, key: str, occasion_id: UUID) -> HttpResponse:
    """Change the days of a journey, or switch it on or off. Invitations under way follow the new days."""
    found = get_object_or_404(counted(Survey.objects.all()), key=key)
    journey = get_object_or_404(Occasion.objects.select_related("program"), pk=occasion_id, survey=found)
    form = JourneyForm(request.POST, instance=journey, prefix=journey.pk.hex)
    if not form.is_valid():
        return survey_page(request, found, wrong=form)
    save_occasion(occasion=form.instance, by=request.member, now=timezone.now())
    messages.success(request, "Saved.")
    return HttpResponseRedirect(f"{address_of(request, found)}#journeys", status=303)


@require_safe
@requires("supervisor", whole=True)
def try_occasion(request: TenantRequest, key: str, occasion_id: UUID) -> HttpResponse:
    """Show what a journey would have done with the events of the last months; nothing is stored or sent."""
    journeys = Occasion.objects.select_related("program__organization", "survey")
    journey = get_object_or_404(journeys, pk=occasion_id, survey__key=key)
    context = {"journey": journey, "rhythm": Rhythm.of_journey(journey), "run": dry_run(journey, now=timezone.now())}
    return render(request, "surveys/staff/dry_run.html", context)
