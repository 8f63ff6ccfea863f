"""Report a possible safety event, and see what became of what one reported."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from caseloop.models import Case
from safety import services
from safety.forms import ReportForm
from safety.lists import row_of
from safety.models import Item, Report
from tenants.access import TenantRequest, requires

SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@requires("reviewer")
def report(request: TenantRequest) -> HttpResponse:
    """Take a report in words, about the patient of `?case=NUMBER` or one named by pseudonym."""
    now, case = timezone.now(), _case(request.GET.get("case", ""))
    form = ReportForm(request.POST or None, case=case, now=now, initial={"pseudonym": request.GET.get("patient", "")})
    if request.method == "POST" and form.is_valid() and form.patient:
        item = services.report(
            patient=form.patient,
            case=case,
            text=form.cleaned_data["text"],
            learned_at=form.cleaned_data["learned_at"],
            by=request.member,
            now=now,
        )
        messages.success(request, f"Thank you. Your report is {item.reference}; the safety reviewers have it now.")
        return HttpResponseRedirect(_after(request, case), status=303)
    mine = Report.objects.filter(reported_by=request.member).order_by("-reported_at").values("pk")[:SHOWN]
    items = Item.objects.filter(source_id__in=list(mine.values_list("pk", flat=True))).select_related("patient")
    rows = [row_of(item, now=now) for item in items.order_by("-id")]
    context = {"form": form, "case": case, "rows": rows}
    return render(request, "safety/report.html", context, status=422 if form.errors else 200)


def _case(number: str) -> Case | None:
    if not (number.isascii() and number.isdigit()):
        return None
    return get_object_or_404(Case.objects.select_related("patient__program"), number=min(int(number), 2**31 - 1))


def _after(request: TenantRequest, case: Case | None) -> str:
    slug = request.organization.slug
    if case and request.member.role != "safety":
        return reverse("caseloop:case", args=[slug, case.number])
    return reverse("safety:report", args=[slug])
