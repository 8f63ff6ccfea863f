"""What people say about themselves."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from cxplatform.lib.codes import NotAPseudonym, parse_pseudonym
from cxplatform.lib.wording import SaysWhatToDo
from cxplatform.lib.zones import ZONES
from patients.models import Patient
from tenants.models import User


class WelcomeForm(SaysWhatToDo, forms.Form):
    """The first password of an invited member."""

    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters. A few words in a row are easy to remember.",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Check the strength."""
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password


class ProfileForm(SaysWhatToDo, forms.ModelForm):  # type: ignore[type-arg]
    """Name, time zone and keyboard."""

    time_zone = forms.ChoiceField(
        choices=[(zone, zone.replace("_", " ")) for zone in sorted(ZONES)],
        label="Time zone",
        help_text="Times on staff pages are shown in this zone.",
    )

    class Meta:
        model = User
        fields = ["name", "time_zone", "single_keys"]
        labels = {"name": "Your name", "single_keys": "Single-key shortcuts"}
        help_texts = {
            "name": "Colleagues see it beside what you do.",
            "single_keys": "Keys such as j, k and t work without Ctrl. Ctrl K always works.",
        }


class MergeForm(SaysWhatToDo, forms.Form):
    """The other pseudonym of the same person. `into` becomes its patient; `confirmed` says that both were seen."""

    into = forms.CharField(
        label="The pseudonym that stays",
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": "PX-…"}),
    )
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, duplicate: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.duplicate = duplicate

    def clean_into(self) -> Patient:
        """Find the other patient, whatever the writing of the pseudonym."""
        try:
            pseudonym = parse_pseudonym(self.cleaned_data["into"])
        except NotAPseudonym as error:
            raise forms.ValidationError(str(error)) from None
        found = Patient.objects.select_related("program", "partner").filter(pseudonym=pseudonym).first()
        if found is None:
            raise forms.ValidationError("You see no patient with this pseudonym. Check it.")
        if found.pk == self.duplicate.pk:
            raise forms.ValidationError("This is the same patient. Give the other pseudonym.")
        return found


class EraseForm(SaysWhatToDo, forms.Form):
    """The request because of which somebody's words and contact details are erased."""

    request = forms.CharField(
        label="Reference of the request",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="The number of the request in your own records, such as DSR-2026-014. No name.",
    )
