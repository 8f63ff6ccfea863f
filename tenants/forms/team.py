"""A team: its working week as from and to fields, its holidays, its people."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q

from cxplatform.lib.clocks import DAYS, InvalidHours, WorkingWeek
from cxplatform.lib.wording import SaysWhatToDo
from cxplatform.lib.zones import ZONES
from tenants.forms.languages import LanguagesField
from tenants.models import Member, Partner, Team
from tenants.models.organization import office_hours

SPANS = 4  # a day is read with so many; as many are shown as it has, and one more
MAX_HOLIDAYS = 200
MIDNIGHT, END_OF_DAY = "00:00", "24:00"


class TeamForm(SaysWhatToDo, forms.ModelForm):  # type: ignore[type-arg]
    """A team of the bound organization. `hours` and `holidays` are checked as clocks will read them."""

    taken = {"tenants_team_name": ("name", "Another team has this name. Choose a different one.")}

    time_zone = forms.ChoiceField(choices=[(zone, zone.replace("_", " ")) for zone in sorted(ZONES)])
    languages = LanguagesField(help_text="In which the team can talk with patients.")
    holidays = forms.CharField(
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "2026-12-25"}),
        help_text="Dates on which clocks stand still, one per line, such as 2026-12-25.",
    )
    members = forms.ModelMultipleChoiceField(
        Member.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Members"
    )

    class Meta:
        model = Team
        fields = ["name", "partner", "time_zone", "holidays", "languages"]
        help_texts = {"partner": "A partner's team acts on that partner's patients only."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = self.instance
        current = [] if team._state.adding else [row.member_id for row in team.team_members.all()]
        people = Member.objects.select_related("user").filter(Q(is_active=True) | Q(pk__in=current))
        partners = Partner.objects.filter(Q(is_active=True) | Q(pk=team.partner_id)).order_by("name")
        self.fields["members"].queryset = people.order_by("user__name", "pk")  # type: ignore[attr-defined]
        self.fields["partner"].queryset = partners  # type: ignore[attr-defined]
        self.fields["partner"].empty_label = "The whole organization"  # type: ignore[attr-defined]
        self.fields["languages"].also_offer(team.languages)  # type: ignore[attr-defined]
        self.initial.update(members=current, holidays="\n".join(str(day) for day in team.holidays))
        self._add_hours(office_hours() if team._state.adding else team.hours)

    def week(self) -> Iterator[tuple[str, list[tuple[Any, Any]]]]:
        """Yield (name of the day, [(from field, to field), …]) to show."""
        for day, name in DAYS.items():
            pairs = [(self[_field(day, n, "from")], self[_field(day, n, "to")]) for n in range(SPANS)]
            filled = [n for n, pair in enumerate(pairs) if pair[0].value() or pair[1].value()]
            yield name, pairs[: min(max(2, len(filled) + 1), SPANS)]

    def clean_name(self) -> str:
        """Refuse a name that another team of the organization has."""
        name: str = self.cleaned_data["name"]
        if Team.objects.filter(name=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(f"Another team is called “{name}”. Choose a different name.")
        return name

    def clean_holidays(self) -> list[date]:
        """Read one date per line, in any order, each once."""
        lines = [line.strip() for line in self.cleaned_data["holidays"].splitlines() if line.strip()]
        if len(lines) > MAX_HOLIDAYS:
            raise forms.ValidationError(f"List at most {MAX_HOLIDAYS} dates; take out those that are past.")
        return sorted({_holiday(line) for line in lines})

    def clean(self) -> dict[str, Any]:
        """Read the hours, and refuse members whom the team's partner does not admit."""
        cleaned = super().clean() or {}
        cleaned["hours"] = self._read_hours()
        partner = cleaned.get("partner")
        confined = [member for member in cleaned.get("members", ()) if member.partner_id]
        if strangers := [str(m) for m in confined if not partner or m.partner_id != partner.pk]:
            self.add_error("members", f"Untick {', '.join(strangers)}: members of a partner can only be in its teams.")
        return cleaned

    def _post_clean(self) -> None:
        if "hours" in self.cleaned_data:
            self.instance.hours = self.cleaned_data["hours"]
        super()._post_clean()  # type: ignore[misc]

    def _add_hours(self, hours: dict[str, Any]) -> None:
        for day, name in DAYS.items():
            spans = hours.get(day) or []
            for n in range(SPANS):
                opens, closes = spans[n] if n < len(spans) else ("", "")
                for edge, value in (("from", opens), ("to", MIDNIGHT if closes == END_OF_DAY else closes)):
                    words = {"aria-label": f"{name}, {edge}"}
                    field = forms.CharField(
                        required=False, max_length=5, initial=value, label=name, widget=forms.TimeInput(attrs=words)
                    )
                    field.widget.input_type = "time"
                    self.fields[_field(day, n, edge)] = field

    def _read_hours(self) -> dict[str, list[list[str]]]:
        hours: dict[str, list[list[str]]] = {}
        for day in DAYS:
            spans = [self._read_span(day, n) for n in range(SPANS)]
            if kept := [span for span in spans if span]:
                hours[day] = kept
                self._check_day(day, kept)
        if not hours and not self.errors:
            self.add_error(_field("mon", 0, "from"), "Give hours for at least one day, or clocks would never run.")
        return hours

    def _read_span(self, day: str, n: int) -> list[str]:
        opens, closes = (self.cleaned_data.get(_field(day, n, edge), "").strip() for edge in ("from", "to"))
        if bool(opens) != bool(closes):
            self.add_error(_field(day, n, "from" if not opens else "to"), "Fill in both times, or neither.")
            return []
        return [opens, END_OF_DAY if closes == MIDNIGHT else closes] if opens else []

    def _check_day(self, day: str, spans: list[list[str]]) -> None:
        try:
            WorkingWeek.parse(zone="UTC", hours={day: spans})
        except InvalidHours as error:
            self.add_error(_field(day, 0, "from"), str(error))


def _field(day: str, n: int, edge: str) -> str:
    return f"{day}_{n}_{edge}"


def _holiday(line: str) -> date:
    try:
        return date.fromisoformat(line)
    except ValueError:
        raise forms.ValidationError(f"“{line[:20]}” is not a date. Write it as 2026-12-25.") from None
