"""When a survey is meant to go out."""

from typing import Any

from django import forms

from surveys.models import Occasion
from tenants.models import Program

LONGEST_DELAY = 365


class OccasionForm(forms.ModelForm):  # type: ignore[type-arg]
    """One line of the plan: so many days after an event in a program."""

    delay_days = forms.IntegerField(min_value=0, max_value=LONGEST_DELAY, label="Days after", initial=1)

    class Meta:
        model = Occasion
        fields = ["program", "touchpoint", "delay_days", "is_active"]
        labels = {"touchpoint": "Event", "is_active": "On"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["program"].queryset = Program.objects.order_by("name")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a second line for the same event of the same program."""
        cleaned = super().clean() or {}
        same = Occasion.objects.filter(
            survey_id=self.instance.survey_id, program=cleaned.get("program"), touchpoint=cleaned.get("touchpoint")
        )
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("touchpoint", "The plan has a line for this event already. Change that one.")
        return cleaned


class OccasionChangeForm(forms.ModelForm):  # type: ignore[type-arg]
    """Change the delay of a line, or switch it on or off."""

    delay_days = forms.IntegerField(min_value=0, max_value=LONGEST_DELAY, label="Days after")

    class Meta:
        model = Occasion
        fields = ["delay_days", "is_active"]
        labels = {"is_active": "On"}
