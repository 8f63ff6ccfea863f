"""Journeys, single invitations and lists as forms."""

from typing import Any

from django import forms

from cxplatform.lib.languages import language_name
from cxplatform.lib.wording import SaysWhatToDo
from patients.models import STAGES, Patient
from surveys.models import Mailing, Occasion, Survey
from tenants.models import Partner, Program

LONGEST_DELAY = 365
LONGEST_LIFE = 120
_TAKEN = "There is a journey for this event already. Change that one."


def _day(label: str, *, most: int = LONGEST_LIFE, least: int = 1, required: bool = False) -> forms.IntegerField:
    return forms.IntegerField(min_value=least, max_value=most, label=label, required=required)


class JourneyForm(SaysWhatToDo, forms.ModelForm):  # type: ignore[type-arg]
    """What follows an event: the wait, the reminders, the telephone task, the expiry, and whether it is on."""

    delay_days = _day("Days to wait", most=LONGEST_DELAY, least=0, required=True)
    first_reminder = _day("Day of the first reminder")
    second_reminder = _day("Day of the second reminder")
    call_after_days = _day("Day of the telephone task")
    expire_days = _day("Day of expiry", required=True)

    class Meta:
        model = Occasion
        fields = ["delay_days", "call_after_days", "expire_days", "is_active"]
        labels = {"is_active": "On"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = [*sorted(self.instance.reminder_days), None, None]
        self.initial["first_reminder"], self.initial["second_reminder"] = days[0], days[1]

    def clean(self) -> dict[str, Any]:
        """Refuse days that are out of order: reminders, then the telephone task, then the expiry."""
        cleaned = super().clean() or {}
        first, second = cleaned.get("first_reminder"), cleaned.get("second_reminder")
        if second and not first:
            self.add_error("first_reminder", "Enter the day of the first reminder, or take the second one away.")
        elif first and second and second <= first:
            self.add_error("second_reminder", "Enter a later day than that of the first reminder.")
        reminders = [day for day in (first, second) if day]
        call, expire = cleaned.get("call_after_days"), cleaned.get("expire_days")
        if call and reminders and call <= max(reminders):
            self.add_error("call_after_days", "Enter a later day than that of the last reminder.")
        if expire and expire <= max([*reminders, call or 0]):
            self.add_error("expire_days", "Enter a later day than all the others.")
        self.instance.reminder_days = reminders
        return cleaned


class NewJourneyForm(JourneyForm):
    """A journey with its event and program."""

    taken = {"surveys_occasion_once": ("touchpoint", _TAKEN)}

    class Meta(JourneyForm.Meta):
        fields = ["program", "touchpoint", *JourneyForm.Meta.fields]
        labels = {"touchpoint": "Event", "is_active": "On"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["program"].queryset = Program.objects.filter(is_active=True).order_by("name")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a second journey for the same event of the same program."""
        cleaned = super().clean()
        same = Occasion.objects.filter(
            survey_id=self.instance.survey_id, program=cleaned.get("program"), touchpoint=cleaned.get("touchpoint")
        )
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("touchpoint", _TAKEN)
        return cleaned


class InviteForm(SaysWhatToDo, forms.Form):
    """Which survey goes to which respondent of one patient."""

    survey = forms.ModelChoiceField(Survey.objects.none(), empty_label=None)
    respondent = forms.TypedChoiceField(label="Who is asked")

    def __init__(self, *args: Any, patient: Patient, respondents: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(each.pk): each for each in respondents}
        self.fields["survey"].queryset = sendable_surveys()  # type: ignore[attr-defined]
        self.fields["respondent"].choices = [  # type: ignore[attr-defined]
            (key, f"{each.get_kind_display()}, {language_name(each.language)}") for key, each in self.people.items()
        ]


class MailingForm(SaysWhatToDo, forms.ModelForm):  # type: ignore[type-arg]
    """Which survey goes to which patients."""

    stage = forms.ChoiceField(required=False, choices=[("", "Any stage"), *STAGES.items()])
    language = forms.ChoiceField(required=False)

    class Meta:
        model = Mailing
        fields = ["survey", "program", "partner", "stage", "language"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        surveys, programs, partners = self.fields["survey"], self.fields["program"], self.fields["partner"]
        surveys.queryset, surveys.empty_label = sendable_surveys(), "Choose a survey"  # type: ignore[attr-defined]
        programs.queryset = Program.objects.filter(is_active=True).order_by("name")  # type: ignore[attr-defined]
        programs.empty_label = "Any program"  # type: ignore[attr-defined]
        partners.queryset, partners.empty_label = Partner.objects.order_by("name"), "Any partner"  # type: ignore[attr-defined]
        spoken = sorted(
            {code for languages in Program.objects.values_list("languages", flat=True) for code in languages}
        )
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            ("", "Any language"),
            *((code, language_name(code)) for code in spoken),
        ]


def sendable_surveys() -> Any:
    """Return the surveys that can be sent by hand: published, and not the one that follows up cases."""
    return Survey.objects.filter(current_number__gt=0).exclude(key="outcome_follow_up").order_by("name")
