"""Links for a partner that delivers them itself."""

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from cxplatform.lib.languages import language_name
from cxplatform.lib.sheets import csv_lines
from cxplatform.lib.wording import SaysWhatToDo
from patients.models import STAGES, Touchpoint
from surveys.links import HEADER, NotYours, Wanted, announce, links, refuse_others
from surveys.models import Survey
from tenants.access import TenantRequest, requires
from tenants.models import Engagement, Member, Partner, Program


class LinksForm(SaysWhatToDo, forms.Form):
    """Which survey, and whose links."""

    survey = forms.ModelChoiceField(Survey.objects.none(), empty_label=None)
    place = forms.ChoiceField(label="Program and partner")
    stage = forms.ChoiceField(required=False, choices=[("", "Any stage"), *STAGES.items()])
    touchpoint = forms.ChoiceField(
        label="Who had", required=False, choices=[("", "Any touchpoint"), *Touchpoint.Kind.choices]
    )
    language = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        self.places = _places()
        choices = [(key, f"{program.name} · {partner.name}") for key, (program, partner) in self.places.items()]
        codes = sorted({code for program, _ in self.places.values() for code in program.languages})
        self._field("place").choices = choices
        self._field("language").choices = [("", "Any language"), *((code, language_name(code)) for code in codes)]
        self._field("survey").queryset = Survey.objects.filter(current_number__gt=0).order_by("name")

    def clean(self) -> dict[str, Any]:
        """Turn the place into its two rows; refuse a program whose partner alone may fetch links."""
        cleaned = super().clean() or {}
        if place := self.places.get(cleaned.pop("place", "")):
            cleaned["program"], cleaned["partner"] = place
            try:
                refuse_others(member=self.member, program=place[0])
            except NotYours as error:
                self.add_error("place", str(error))
        return cleaned

    def _field(self, name: str) -> Any:
        return self.fields[name]


@require_http_methods(["GET", "HEAD", "POST"])
@requires("supervisor")
def export(request: TenantRequest) -> HttpResponseBase:
    """Ask whose links are wanted; make the invitations and give the links as CSV, while they are made."""
    form = LinksForm(request.POST or None, member=request.member)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form)
    now = timezone.now()
    wanted = Wanted(**form.cleaned_data)
    announce(wanted=wanted, by=request.member, now=now)
    lines = csv_lines(HEADER, (link.cells() for link in links(wanted, now=now)))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"links-{wanted.survey.key}-{now:%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _page(request: TenantRequest, form: LinksForm) -> HttpResponse:
    return render(request, "surveys/staff/links.html", {"form": form}, status=422 if form.errors else 200)


def _places() -> dict[str, tuple[Program, Partner]]:
    rows = Engagement.objects.filter(program__is_active=True, partner__is_active=True)
    served = rows.select_related("program", "partner").order_by("program__name", "partner__name")
    return {f"{row.program_id}:{row.partner_id}": (row.program, row.partner) for row in served}
