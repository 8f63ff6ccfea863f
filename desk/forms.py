"""What people say about themselves."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from cxplatform.lib.zones import ZONES
from tenants.models import User


class WelcomeForm(forms.Form):
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


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
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
