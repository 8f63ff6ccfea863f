"""The monthly reconciliation, as a page that prints and as CSV."""

import csv
from collections.abc import Iterator

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from safety.reconciling import Month, items_of, sheet, statement
from tenants.access import TenantRequest, requires
from tenants.models import Program

LISTED = 1000
MONTHS = 24


@require_safe
@requires("safety")
def reconciliation(request: TenantRequest) -> HttpResponse:
    """Show one program and month, counted and listed."""
    now = timezone.now()
    programs = list(Program.objects.order_by("name"))
    month = Month.parse(request.GET.get("month", ""), now=now)
    chosen = next((each for each in programs if str(each.pk) == request.GET.get("program")), None)
    chosen = chosen or next((each for each in programs if each.is_active), None) or (programs[0] if programs else None)
    context = {
        "programs": programs,
        "chosen": chosen,
        "month": month,
        "months": list(_months(Month.of(now))),
        "statement": statement(chosen, month) if chosen else None,
        "items": items_of(chosen, month)[:LISTED] if chosen else [],
        "listed": LISTED,
        "made_at": now,
    }
    return render(request, "safety/reconciliation.html", context)


@require_safe
@requires("safety")
def reconciliation_csv(request: TenantRequest) -> HttpResponse:
    """Send the month's items as CSV."""
    program = get_object_or_404(Program, pk=request.GET.get("program") or Program.objects.order_by("name")[0].pk)
    month = Month.parse(request.GET.get("month", ""), now=timezone.now())
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="safety-reconciliation-{month}.csv"'
    csv.writer(response).writerows(sheet(program, month))
    return response


def _months(month: Month) -> Iterator[Month]:
    for _ in range(MONTHS):
        yield month
        month = month.before()
