"""What people type on a case: validation only."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms

from caseloop.codes import (
    AttemptChannel,
    AttemptOutcome,
    ConcernOutcome,
    NoActionReason,
    RootCause,
    Severity,
    WaitingOn,
)
from caseloop.models import Concern, Disposition
from caseloop.models.policy import DEFAULTS
from cxplatform.lib.wording import SaysWhatToDo
from tenants.models import Member

LONGEST = 5000


_NOTHING_CHOSEN = {"required": "Choose one."}
_NO_CAUSE = {"required": "Choose a root cause."}
_NO_OUTCOME = {"required": "Choose an outcome."}


def _choices(words: Any) -> list[tuple[str, str]]:
    return [("", "Choose one"), *words.choices]


def _words(label: str, *, required: bool = True, rows: int = 3, asks: str = "Write a few words.") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"required": asks},
    )


def keep_drafts(form: forms.Form, *, url: str) -> None:
    """Let the page save what is typed in the texts of a form, every two seconds, to `url`."""
    for field in form.fields.values():
        if isinstance(field.widget, forms.Textarea):
            field.widget.attrs["data-draft-url"] = url


class PlainForm(forms.Form):
    """A move that needs no words."""


class NoteForm(forms.Form):
    """A note."""

    text = _words("Note")


class AttemptForm(forms.Form):
    """A contact attempt."""

    channel = forms.ChoiceField(label="By", choices=AttemptChannel.choices)
    outcome = forms.ChoiceField(label="Outcome", choices=_choices(AttemptOutcome), error_messages=_NOTHING_CHOSEN)
    text = _words("What happened", required=False)


class WaitForm(forms.Form):
    """A pause with a day on which to look again."""

    on = forms.ChoiceField(label="Who must move first", choices=_choices(WaitingOn), error_messages=_NOTHING_CHOSEN)
    next_check = forms.DateField(label="Next check", widget=forms.DateInput(attrs={"type": "date"}))
    waiting_for = _words("What are we waiting for")


class NoActionForm(forms.Form):
    """The end without action."""

    reason = forms.ChoiceField(label="Reason", choices=_choices(NoActionReason), error_messages=_NOTHING_CHOSEN)
    remark = _words("Anything the next reader should know", required=False)


class ReopenForm(forms.Form):
    """The reason for taking a resolved case up again."""

    reason = _words("Why does it need work again")


class RevealForm(forms.Form):
    """Why somebody needs the contact details; the owner of the case need not say."""

    reason = forms.CharField(
        label="Why do you need the contact details",
        required=False,
        max_length=200,
        help_text="It is kept with your name. Write nothing about the patient's health.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class AskPartnerForm(forms.Form):
    """What the partner is to do."""

    question = _words("What should the partner do", asks="Write what the partner should do.")


class AnswerForm(forms.Form):
    """What the partner answers."""

    answer = _words("What was done, or what is in the way", asks="Write what was done, or what is in the way.")


class AssignForm(forms.Form):
    """Whom to give the case to."""

    to = forms.ModelChoiceField(
        label="Give the case to",
        queryset=Member.objects.none(),
        empty_label="Choose somebody",
        error_messages={"required": "Choose somebody."},
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = people


class ResolveForm(forms.Form):
    """Root cause, action and outcome for each concern that is still open."""

    def __init__(self, *args: Any, concerns: Iterable[Concern], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.concerns = list(concerns)
        for concern in self.concerns:
            cause, action, outcome = self._names(concern)
            self.fields[cause] = forms.ChoiceField(
                label="Root cause",
                choices=_choices(RootCause),
                error_messages=_NO_CAUSE,
                initial=concern.root_cause,
            )
            self.fields[action] = _words("What was done", rows=2, asks="Write what was done.")
            self.fields[action].initial = concern.action
            self.fields[outcome] = forms.ChoiceField(
                label="Outcome",
                choices=_choices(ConcernOutcome),
                error_messages=_NO_OUTCOME,
                initial=concern.outcome,
            )

    def groups(self) -> list[tuple[Concern, list[forms.BoundField]]]:
        """Return each concern with its three fields, for the page."""
        return [(concern, [self[name] for name in self._names(concern)]) for concern in self.concerns]

    def problems(self) -> list[dict[str, str]]:
        """Return what is wrong, each with the concern that it is about and the `id` of its field."""
        return [
            {"id": field.id_for_label, "text": f"{concern.summary}: {error[:1].lower()}{error[1:]}"}
            for concern, fields in self.groups()
            for field in fields
            for error in map(str, field.errors)
        ]

    def dispositions(self) -> dict[str, Disposition]:
        """Return the dispositions by concern id; after `is_valid`."""
        return {
            str(concern.pk): Disposition(*(self.cleaned_data[name] for name in self._names(concern)))
            for concern in self.concerns
        }

    @staticmethod
    def _names(concern: Concern) -> tuple[str, str, str]:
        # Short, because a draft is kept under the field's name; the end of the id is its random part.
        end = concern.pk.hex[-8:]
        return f"cause-{end}", f"action-{end}", f"outcome-{end}"


class BulkForm(forms.Form):
    """The same move on every ticked case."""

    case = forms.TypedMultipleChoiceField(label="Cases", coerce=int, choices=())
    do = forms.ChoiceField(choices=[("take", "Take"), ("assign", "Assign")])
    to = forms.ModelChoiceField(label="To", queryset=Member.objects.none(), required=False)

    def __init__(self, data: Any, *, people: Any) -> None:
        super().__init__(data)
        ticked = [number for number in data.getlist("case") if number.isascii() and number.isdigit()][:200]
        self.fields["case"].choices = [(number, number) for number in ticked]  # type: ignore[attr-defined]
        self.fields["to"].queryset = people  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for the colleague when cases are to be assigned."""
        cleaned = super().clean() or {}
        if cleaned.get("do") == "assign" and not cleaned.get("to"):
            self.add_error("to", "Choose whom to give the cases to.")
        return cleaned


class DraftForm(forms.Form):
    """What somebody is typing: the name of the field, and its text so far."""

    name = forms.RegexField(r"^[a-z0-9_-]{1,20}$")
    text = forms.CharField(required=False, max_length=LONGEST, strip=False)


class ClocksForm(SaysWhatToDo, forms.Form):
    """Business days for each severity, until the first attempt and until the resolution."""

    taken = {
        "caseloop_clockpolicy_once": (
            None,
            "Somebody else has just saved the clocks. Look at theirs, then save again.",
        )
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for severity in Severity:
            for kind, label in (("first", "First attempt"), ("resolve", "Resolved")):
                self.fields[f"{severity}-{kind}"] = forms.DecimalField(
                    label=f"{severity.label}: {label.lower()}",
                    min_value=Decimal("0.1"),
                    max_value=Decimal(60),
                    max_digits=4,
                    decimal_places=1,
                )

    def groups(self) -> list[tuple[Severity, Any, forms.BoundField, forms.BoundField]]:
        """Return each severity with its defaults and its two fields."""
        return [(s, DEFAULTS[s], self[f"{s}-first"], self[f"{s}-resolve"]) for s in Severity]

    def clean(self) -> dict[str, Any]:
        """Refuse a resolution that is due before the first attempt."""
        cleaned = super().clean() or {}
        for severity in Severity:
            first, resolve = cleaned.get(f"{severity}-first"), cleaned.get(f"{severity}-resolve")
            if first and resolve and resolve < first:
                self.add_error(f"{severity}-resolve", "Give at least as many days as for the first attempt.")
        return cleaned
