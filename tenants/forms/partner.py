"""A hub, pharmacy or vendor."""

from typing import Any

from django import forms

from tenants.models import Partner, Program


class PartnerForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name, code, and the programs that the partner serves. The code stays as it is once given."""

    programs = forms.ModelMultipleChoiceField(
        Program.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Serves these programs"
    )

    class Meta:
        model = Partner
        fields = ["name", "code", "is_active"]
        labels = {"is_active": "Active"}
        help_texts = {
            "code": "A short name for rules and other systems. It cannot be changed later.",
            "is_active": "An inactive partner is no longer offered where partners are chosen. Its patients and cases"
            " stay.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["programs"].queryset = Program.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["code"].disabled = not self.instance._state.adding
        self.initial.setdefault("programs", [each.program_id for each in _engagements(self.instance)])

    def clean_code(self) -> str:
        """Refuse a code that another partner of the organization has."""
        code: str = self.cleaned_data["code"]
        if Partner.objects.filter(code=code).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(f"Another partner has the code “{code}”. Choose a different one.")
        return code


def _engagements(partner: Partner) -> list[Any]:
    return [] if partner._state.adding else list(partner.engagements.all())
