"""Rules as a short sentence, and the table of routes: validation only."""

from typing import Any

from django import forms
from django.db.models import Q
from django.forms.utils import ErrorDict
from django.http import QueryDict

from alerts.models import Rule
from alerts.routing import Place, Row
from alerts.sentences import (
    MAX_LINES,
    VERBS,
    Line,
    Subject,
    Unfinished,
    read_sentence,
    subjects_of,
    write_sentence,
)
from caseloop.codes import Severity
from cxplatform.lib.wording import SaysWhatToDo
from surveys.conditions import check_condition
from surveys.definitions import Definition
from tenants.models import Program, Team

JOINERS = (("all", "all of these are so"), ("any", "at least one of these is so"))
_OFFERED = (Severity.P1, Severity.CALLBACK, Severity.P2, Severity.P3)
MAX_VALUE, MAX_VALUES = 200, 100


class RuleForm(SaysWhatToDo, forms.Form):
    """One rule. The condition is read from `joiner`, `subject_1` … `subject_5` and their verbs and values.

    definition: the survey's current one; None for a rule about every survey, whose condition is only shown.
    is_draft: the lines as typed so far are shown again; nothing is checked.
    """

    name = forms.CharField(max_length=120, help_text="Staff see it on the case as the reason.")
    severity = forms.ChoiceField(help_text="How soon somebody must act; the clocks page says by when.")
    program = forms.ModelChoiceField(Program.objects.none(), required=False, empty_label="All programs")
    team = forms.ModelChoiceField(
        Team.objects.none(),
        required=False,
        empty_label="The team that routing chooses",
        help_text="Choose a team only if this rule must always go to it.",
    )
    is_active = forms.BooleanField(required=False, label="On", help_text="Only rules that are on raise alerts.")

    def __init__(self, data: Any = None, *, rule: Rule, definition: Definition | None, is_draft: bool = False) -> None:
        super().__init__(data, initial=_initial(rule))
        self.rule, self.definition, self.is_draft = rule, definition, is_draft
        self.subjects = subjects_of(definition) if definition else {}
        self.stored = ("all", []) if rule._state.adding else read_sentence(rule.condition, subjects=self.subjects)
        offered = [each for each in Severity if each in _OFFERED or each == rule.severity]
        self.fields["severity"].choices = [(each.value, each.label) for each in offered]  # type: ignore[attr-defined]
        programs = Program.objects.filter(Q(is_active=True) | Q(pk=rule.program_id)).order_by("name")
        self.fields["program"].queryset = programs  # type: ignore[attr-defined]
        usable = Q(is_active=True, partner=None) | Q(pk=rule.team_id)
        self.fields["team"].queryset = Team.objects.filter(usable).order_by("name")  # type: ignore[attr-defined]

    @property
    def is_short(self) -> bool:
        """Tell whether the condition can be edited here."""
        return self.stored is not None

    @property
    def joiner(self) -> str:
        """Return “all” or “any”, as typed or as stored."""
        typed = self.data.get("joiner") if self.is_bound else None
        return typed if typed in ("all", "any") else (self.stored or ("all", []))[0]

    @property
    def lines(self) -> list[Line]:
        """Return the lines as typed or as stored, without empty ones."""
        if not self.is_bound:
            return (self.stored or ("all", []))[1]
        typed = [self._typed(number) for number in range(1, MAX_LINES + 1)]
        return [line for line in typed if line.subject]

    def shown_lines(self) -> list[dict[str, Any]]:
        """Return what the page shows: each line with its subject's choices, and one empty line while there is room."""
        lines = [*self.lines, Line("")][:MAX_LINES]
        return [self._shown(number, line) for number, line in enumerate(lines, 1)]

    def groups(self) -> list[tuple[str, list[Subject]]]:
        """Return the subjects to choose from, grouped."""
        names = dict.fromkeys(subject.group for subject in self.subjects.values())
        return [(name, [each for each in self.subjects.values() if each.group == name]) for name in names]

    def full_clean(self) -> None:
        """Check everything, unless this is a draft."""
        if self.is_draft:
            self._errors, self.cleaned_data = ErrorDict(), {}
        else:
            super().full_clean()

    def clean(self) -> dict[str, Any]:
        """Build the condition, or keep the one that the short form cannot show."""
        cleaned = super().clean() or {}
        if not self.is_short:
            return {**cleaned, "condition": self.rule.condition}
        try:
            condition = write_sentence(self.joiner, self.lines, subjects=self.subjects)
        except Unfinished as error:
            raise forms.ValidationError(str(error)) from None
        problems = check_condition(condition, definition=self.definition)
        if problems:
            raise forms.ValidationError([problem.message for problem in problems])
        return {**cleaned, "condition": condition}

    def filled(self) -> Rule:
        """Return the rule with what was typed, not stored yet; call after `is_valid`."""
        for name in ("name", "severity", "program", "team", "is_active", "condition"):
            setattr(self.rule, name, self.cleaned_data[name])
        return self.rule

    def _typed(self, number: int) -> Line:
        typed: QueryDict = self.data  # type: ignore[assignment]
        values = tuple(value[:MAX_VALUE] for value in typed.getlist(f"value_{number}")[:MAX_VALUES] if value)
        return Line(typed.get(f"subject_{number}", ""), typed.get(f"verb_{number}", ""), values)

    def _shown(self, number: int, line: Line) -> dict[str, Any]:
        subject = self.subjects.get(line.subject)
        verbs = subject.verbs if subject else ()
        return {
            "number": number,
            "line": line,
            "subject": subject,
            "verbs": [(verb, VERBS[verb], verb == line.verb) for verb in verbs],
            "options": [(code, words, code in line.values) for code, words in (subject.options if subject else ())],
            "typed": line.values[0] if line.values else "",
        }


class RoutesForm(SaysWhatToDo, forms.Form):
    """One drop-down of teams per line of the table."""

    def __init__(self, data: Any = None, *, rows: list[Row]) -> None:
        super().__init__(data)
        self.rows = rows
        for row in rows:
            nobody = "No team of its own" if row.program or row.partner else "No team"
            choices = [("", nobody), *((str(team.pk), _team_in_words(team)) for team in row.offered)]
            self.fields[row.name] = forms.ChoiceField(
                choices=choices,
                required=False,
                label=row.words,
                initial=str(row.chosen.pk) if row.chosen else "",
                widget=forms.Select(attrs={"aria-label": f"Team for {row.words}"}),
            )

    def lines(self) -> list[tuple[Row, Any]]:
        """Return each row with its field."""
        return [(row, self[row.name]) for row in self.rows]

    def chosen(self) -> dict[Place, Team | None]:
        """Return the team of each line; call after `is_valid`."""
        teams = {str(team.pk): team for row in self.rows for team in row.offered}
        return {
            (row.program.pk if row.program else None, row.partner.pk if row.partner else None): teams.get(
                self.cleaned_data[row.name]
            )
            for row in self.rows
        }


def _team_in_words(team: Team) -> str:
    return team.name if team.is_active else f"{team.name} (deactivated)"


def _initial(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "severity": rule.severity or Severity.P2,
        "program": rule.program_id,
        "team": rule.team_id,
        "is_active": rule.is_active,
    }
