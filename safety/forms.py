"""What people enter in the safety lane."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone

from caseloop.models import Case
from cxplatform.lib.languages import language_name
from cxplatform.lib.wording import SaysWhatToDo
from patients.models import Patient
from safety.models import Item, Training
from safety.services import Forwarding
from tenants.models import Member, Program, Role, Team

_MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class ForwardForm(SaysWhatToDo, forms.Form):
    """How a possible event went to the sponsor."""

    at = forms.DateTimeField(label="Forwarded at", widget=_MOMENT)
    way = forms.ChoiceField(label="How", choices=[("", "Choose …"), *Item.Way.choices])
    number = forms.CharField(
        label="Sponsor's number", max_length=60, required=False, help_text="It may follow later.", strip=True
    )

    def forwarding(self) -> Forwarding:
        """Return what was entered; call when valid."""
        data = self.cleaned_data
        return Forwarding(at=data["at"], way=data["way"], number=data["number"])


class JudgeForm(SaysWhatToDo, forms.Form):
    """One verdict: only the fields of the chosen one count. What is forwarded already may be said at once."""

    NOT_EVENT, POSSIBLE, REPORTED = "not_event", "possible", "reported"
    VERDICTS = ((NOT_EVENT, "Not an event"), (POSSIBLE, "Possible event"), (REPORTED, "Already reported"))

    seen = forms.IntegerField(widget=forms.HiddenInput)
    verdict = forms.ChoiceField(choices=VERDICTS, widget=forms.RadioSelect)
    reason = forms.ChoiceField(
        label="Why it is none", choices=Item.NotEvent.choices, widget=forms.RadioSelect, required=False
    )
    special = forms.MultipleChoiceField(
        label="Special situations",
        choices=Item.Special.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Tick what applies; each must be forwarded even without a reaction.",
    )
    elements = forms.MultipleChoiceField(
        label="What is known",
        choices=Item.Element.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Forward it even if something is missing.",
    )
    at = forms.DateTimeField(label="Forwarded at", widget=_MOMENT, required=False)
    way = forms.ChoiceField(label="How", choices=[("", "Not forwarded yet"), *Item.Way.choices], required=False)
    number = forms.CharField(label="Sponsor's number", max_length=60, required=False, help_text="It may follow later.")
    partner_number = forms.CharField(label="The partner's number", max_length=60, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen verdict needs."""
        data: dict[str, Any] = super().clean() or {}
        verdict = data.get("verdict")
        if verdict == self.NOT_EVENT and not data.get("reason"):
            self.add_error("reason", "Choose why it is not an event.")
        if verdict == self.REPORTED and not data.get("partner_number"):
            self.add_error("partner_number", "Enter the number under which the partner reported it.")
        if verdict == self.POSSIBLE and data.get("at") and not data.get("way"):
            self.add_error("way", "Choose how it was forwarded.")
        if verdict == self.POSSIBLE and data.get("way") and not data.get("at"):
            self.add_error("at", "Enter when it was forwarded.")
        return data

    def forwarding(self) -> Forwarding | None:
        """Return how it was forwarded, None when it was not yet; call when valid."""
        data = self.cleaned_data
        return Forwarding(at=data["at"], way=data["way"], number=data["number"]) if data["way"] else None


class NumberForm(SaysWhatToDo, forms.Form):
    """The number that the sponsor gave a forwarded event."""

    number = forms.CharField(label="Sponsor's number", max_length=60)


class CheckForm(SaysWhatToDo, forms.Form):
    """What the second reader says."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    agrees = forms.TypedChoiceField(
        choices=(("yes", "I agree"), ("no", "I do not agree")), coerce=lambda value: value == "yes"
    )


class ReportForm(SaysWhatToDo, forms.Form):
    """A possible safety event in a member's words; about the patient of a case, or one named by pseudonym."""

    pseudonym = forms.CharField(label="Patient", max_length=16, widget=forms.TextInput(attrs={"placeholder": "PX-…"}))
    text = forms.CharField(
        label="What happened",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="In the person's own words where you can. Do not ask whether the medicine caused it, and leave out"
        " names, addresses and telephone numbers.",
    )
    learned_at = forms.DateTimeField(
        label="When you learned of it", widget=_MOMENT, help_text="The clock starts here, in your own time zone."
    )

    def __init__(self, *args: Any, case: Case | None = None, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case, self.now = case, now
        self.patient: Patient | None = case.patient if case else None
        self.initial.setdefault("learned_at", timezone.localtime(now))
        if case:
            del self.fields["pseudonym"]

    def clean_pseudonym(self) -> str:
        """Find the patient among those whom the member may see."""
        text: str = self.cleaned_data["pseudonym"].strip().upper()
        self.patient = Patient.objects.select_related("program").filter(pseudonym=text).first()
        if self.patient is None:
            raise forms.ValidationError("We know no patient by this pseudonym. Check it, such as PX-7K3M-29QD.")
        return text

    def clean_learned_at(self) -> datetime:
        """Refuse a time that has not come."""
        learned_at: datetime = self.cleaned_data["learned_at"]
        if learned_at > self.now:
            raise forms.ValidationError("Choose a time that is not in the future.")
        return learned_at


class TrainingForm(SaysWhatToDo, forms.ModelForm):  # type: ignore[type-arg]
    """A certificate of safety training."""

    class Meta:
        model = Training
        fields = ["member", "course", "completed_on", "expires_on"]
        labels = {"completed_on": "Completed on", "expires_on": "Expires on"}
        widgets = {
            "completed_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "expires_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {"expires_on": "Certificates usually hold for one year."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Member.objects.active().filter(role=Role.SAFETY).select_related("user")
        self.fields["member"].queryset = people.order_by("user__name", "pk")  # type: ignore[attr-defined]
        self.fields["member"].label = "Safety reviewer"
        self.fields["member"].empty_label = "Choose …"  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a certificate that ends before it begins."""
        data: dict[str, Any] = super().clean() or {}
        completed, expires = data.get("completed_on"), data.get("expires_on")
        if completed and expires and expires < completed:
            self.add_error("expires_on", "Choose a day that is not before the day of the training.")
        return data


class SetupForm(SaysWhatToDo, forms.ModelForm):  # type: ignore[type-arg]
    """What a program needs before open text may be asked for."""

    resend = forms.BooleanField(required=False)

    class Meta:
        model = Program
        fields = ["safety_recipient", "safety_hours", "safety_sample_pct", "emergency", "crisis_team"]
        labels = {
            "safety_recipient": "Safety recipient",
            "safety_hours": "Hours to forward",
            "safety_sample_pct": "Second reading, of 100",
            "emergency": "Emergency number",
            "crisis_team": "Crisis team",
        }
        help_texts = {
            "safety_recipient": "The sponsor's address for possible safety events. It gets a link to confirm; a new"
            " address must confirm again.",
            "safety_hours": "Calendar hours from receipt, over weekends and holidays: 24 unless your agreement says"
            " otherwise.",
            "emergency": "Shown to patients, such as 911.",
            "crisis_team": "Paged at once when somebody writes of self-harm or danger. Without one: supervisors and"
            " safety reviewers.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.filter(Q(is_active=True) | Q(pk=self.instance.crisis_team_id)).order_by("name")
        self.fields["crisis_team"].queryset = teams  # type: ignore[attr-defined]
        self.fields["crisis_team"].empty_label = "Supervisors and safety reviewers"  # type: ignore[attr-defined]
        for language in self.instance.languages:
            self.fields[f"crisis_line_{language}"] = forms.CharField(
                label=f"Crisis line in {language_name(language)}",
                initial=self.instance.crisis_lines.get(language, ""),
                max_length=120,
                required=False,
                help_text="Shown to patients who write of self-harm or danger, such as: Call or text 988, any time.",
            )
        self.fields["safety_hours"].widget.attrs.update(min=1, max=240)
        self.fields["safety_sample_pct"].widget.attrs.update(min=0, max=100)

    def clean_safety_hours(self) -> int:
        """Refuse hours that no agreement names."""
        return _within(self.cleaned_data["safety_hours"], 1, 240, "hours")

    def clean_safety_sample_pct(self) -> int:
        """Refuse what is no share of a hundred."""
        return _within(self.cleaned_data["safety_sample_pct"], 0, 100, "of 100")

    def changes(self) -> dict[str, Any]:
        """Return the settings as entered; call when valid."""
        lines = {language: self.cleaned_data[f"crisis_line_{language}"] for language in self.instance.languages}
        entered = {name: self.cleaned_data[name] for name in self._meta.fields or ()}
        return {**entered, "crisis_lines": {**self.instance.crisis_lines, **lines}}

    @property
    def crisis_lines(self) -> list[forms.BoundField]:
        """Return the field of each language."""
        return [self[f"crisis_line_{language}"] for language in self.instance.languages]


def _within(value: int, low: int, high: int, unit: str) -> int:
    if not low <= value <= high:
        raise forms.ValidationError(f"Enter a number from {low} to {high} {unit}.")
    return value
