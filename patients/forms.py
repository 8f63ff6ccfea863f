"""What members say about patients."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from cxplatform.lib.languages import language_name
from cxplatform.lib.wording import SaysWhatToDo
from cxplatform.lib.zones import ZONES
from messaging.models import Channel, Purpose
from messaging.numbers import e164
from patients.models import Consent, Patient, Respondent, Touchpoint
from patients.services import LooksLikeIdentity, check_external_id
from tenants.models import Engagement, Member, Partner, Program

_ZONES = [(zone, zone.replace("_", " ")) for zone in sorted(ZONES)]
_WAYS = [("", "No wish"), *Channel.choices]
_Status = Patient.ContactStatus

# What each contact status leads to, told before it is chosen.
CONSEQUENCES = {
    _Status.ACTIVE: "Messages and surveys may go out again, as far as consent, stops and the contact rules allow. What"
    " was taken back or stopped stays so.",
    _Status.PAUSED: "Nothing is sent until the patient is active again. What waits to be sent is dropped. Open cases"
    " stay open.",
    _Status.WITHDRAWN: "Messages, invitations and the showing of contact details stop at once, and consent is taken"
    " back. The owner of an open case is asked to close it. Safety items go on.",
    _Status.DECEASED: "Everything to everybody who answers for this patient stops, in all programs, at every address."
    " The safety reviewers are told.",
    _Status.UNDER_AGE: "Only a caregiver is asked. What waits to be sent to the patient is dropped. No birth date is"
    " kept, only the date from which the patient's own consent is needed.",
}


def day_field(label: str, *, help_text: str = "", required: bool = True) -> forms.DateField:
    """Return a field for a day."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, help_text=help_text, required=required, widget=widget)


class NewPatientForm(SaysWhatToDo, forms.Form):
    """Who is enrolled: in which program, with which partner, and under which number of the partner's."""

    taken = {
        "patients_service_external": (
            "external_id",
            "This partner has a patient with this number already. Search for the number to open that patient.",
        )
    }

    place = forms.ChoiceField(label="Program and partner")
    external_id = forms.CharField(
        label="Number at the partner",
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text="The patient's number in the partner's own system. No name, e-mail address, telephone or"
        " social-security number.",
    )
    respondent_kind = forms.ChoiceField(
        label="Who answers",
        choices=[choice for choice in Respondent.Kind.choices if choice[0] != Respondent.Kind.HCP],
        initial=Respondent.Kind.UNKNOWN,
    )
    language = forms.ChoiceField()
    time_zone = forms.ChoiceField(label="Time zone", choices=_ZONES, initial="America/New_York")

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = _places(member)
        self._choices("place", [(key, _place_words(*place)) for key, place in self.places.items()])
        codes = sorted({code for program, _ in self.places.values() for code in program.languages})
        self._choices("language", [(code, language_name(code)) for code in codes])

    def clean_external_id(self) -> str:
        """Refuse what a person is known by outside."""
        try:
            return check_external_id(self.cleaned_data["external_id"])
        except LooksLikeIdentity as error:
            raise ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        """Refuse a language that the program does not speak, and turn the place into its two rows."""
        cleaned = super().clean() or {}
        if place := self.places.get(cleaned.get("place", "")):
            cleaned["program"], cleaned["partner"] = place
            language = cleaned.get("language")
            if language and language not in place[0].languages:
                offered = ", ".join(map(language_name, place[0].languages))
                self.add_error("language", f"This program writes in {offered}. Choose one of these.")
            if cleaned.get("external_id") and place[1] is None:
                self.add_error("external_id", "Only a partner has numbers: choose a partner, or leave this empty.")
        return cleaned

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


def _places(member: Member) -> dict[str, tuple[Program, Partner | None]]:
    """Return where the member may enrol: each active program with each partner that serves it, by a key."""
    rows = Engagement.objects.filter(program__is_active=True, partner__is_active=True)
    served = rows.select_related("program", "partner").order_by("program__name", "partner__name")
    found: dict[str, tuple[Program, Partner | None]] = {
        f"{row.program_id}:{row.partner_id}": (row.program, row.partner) for row in served
    }
    if not member.partner_id:
        programs = Program.objects.filter(is_active=True).order_by("name")
        found |= {f"{program.pk}:": (program, None) for program in programs}
    return found


def _place_words(program: Program, partner: Partner | None) -> str:
    return f"{program.name} · {partner.name if partner else 'no partner'}"


class DetailsForm(SaysWhatToDo, forms.Form):
    """The language and zone of a patient."""

    language = forms.ChoiceField()
    time_zone = forms.ChoiceField(
        label="Time zone", choices=_ZONES, help_text="Nothing is sent before 8 or after 21 o'clock there."
    )

    def __init__(self, *args: Any, program: Program, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = list(dict.fromkeys([*program.languages, self.initial.get("language", "en")]))
        self.fields["language"].choices = [(code, language_name(code)) for code in codes]  # type: ignore[attr-defined]


class RespondentForm(DetailsForm):
    """Who answers, how to write to that person, and addresses for the vault, which are never shown again."""

    kind = forms.ChoiceField(
        label="Who this is", choices=[choice for choice in Respondent.Kind.choices if choice[0] != Respondent.Kind.HCP]
    )
    preferred_channel = forms.ChoiceField(label="Prefers", choices=_WAYS, required=False)
    email = forms.EmailField(label="E-mail address", required=False, max_length=254)
    sms = forms.CharField(label="Number for text messages", required=False, max_length=40)
    phone = forms.CharField(label="Number for calls", required=False, max_length=40)

    field_order = ("kind", "language", "time_zone", "preferred_channel", "email", "sms", "phone")

    def __init__(self, *args: Any, program: Program, **kwargs: Any) -> None:
        super().__init__(*args, program=program, **kwargs)
        self.country = program.country
        for name in Channel.values:
            self.fields[name].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean_sms(self) -> str:
        """Write the number in the international form."""
        return self._number("sms")

    def clean_phone(self) -> str:
        """Write the number in the international form."""
        return self._number("phone")

    @property
    def contacts(self) -> dict[str, str]:
        """Return the addresses that were typed, by channel."""
        return {channel: self.cleaned_data[channel] for channel in Channel.values if self.cleaned_data.get(channel)}

    def _number(self, name: str) -> str:
        typed = self.cleaned_data[name].strip()
        number = e164(typed, region=self.country) if typed else ""
        if typed and not number:
            raise ValidationError("This is no telephone number. Write it with its country, such as +1 312 555 0199.")
        return number


class CaregiverForm(RespondentForm):
    """A caregiver who answers besides whoever does already."""

    def __init__(self, *args: Any, program: Program, **kwargs: Any) -> None:
        super().__init__(*args, program=program, **kwargs)
        del self.fields["kind"]


class TouchpointForm(SaysWhatToDo, forms.Form):
    """A journey event."""

    kind = forms.ChoiceField(label="What happened", choices=[("", "Choose"), *Touchpoint.Kind.choices])
    occurred_at = forms.DateTimeField(
        label="When",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": "Enter a day and a time, such as 2026-12-25 14:30."},
        help_text="In your own time zone. A planned event may lie ahead.",
    )
    is_backfill = forms.BooleanField(label="This is history: send nothing because of it", required=False)


class ConsentForm(SaysWhatToDo, forms.Form):
    """What a respondent said about being contacted, when, and how we know."""

    channel = forms.ChoiceField(choices=Channel.choices)
    purposes = forms.MultipleChoiceField(
        label="For",
        choices=Purpose.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick at least one purpose."},
    )
    is_given = forms.ChoiceField(
        label="What they said",
        choices=[("yes", "They agree"), ("no", "They take it back")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what they said."},
    )
    source = forms.ChoiceField(
        label="How we know",
        choices=[
            (Consent.Source.FORM, "They told a member, or signed a form"),
            (Consent.Source.MESSAGE, "They wrote it"),
        ],
    )
    wording = forms.CharField(
        label="Which words", max_length=60, required=False, help_text="The form and its version, such as Enrolment 3."
    )
    given_on = day_field("When they said so")

    def clean_given_on(self) -> date:
        """Refuse a day to come."""
        day: date = self.cleaned_data["given_on"]
        if day > timezone.localdate():
            raise ValidationError("This day is still to come. Enter the day on which they said so.")
        return day

    def given_at(self, *, now: datetime) -> datetime:
        """Return the instant that counts: now for today; of an earlier day its end for a “no”, its start for a “yes”.

        So, of two things said on the same day, the “no” holds.
        """
        day: date = self.cleaned_data["given_on"]
        if day == timezone.localdate(now):
            return now
        starts = timezone.make_aware(datetime.combine(day, time.min))
        return starts if self.cleaned_data["is_given"] == "yes" else starts + timedelta(days=1, seconds=-1)


class StatusForm(SaysWhatToDo, forms.Form):
    """The contact status of a patient."""

    status = forms.ChoiceField(label="Contact status", choices=_Status.choices, widget=forms.RadioSelect)
    adult_from = day_field("Own consent needed from", required=False, help_text="Only for a patient under age.")

    def clean(self) -> dict[str, Any]:
        """Ask for the date of a patient under age."""
        cleaned = super().clean() or {}
        if cleaned.get("status") == _Status.UNDER_AGE and not cleaned.get("adult_from"):
            self.add_error("adult_from", "Enter the date from which the patient's own consent is needed.")
        return cleaned
