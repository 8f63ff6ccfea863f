"""A hub, pharmacy or vendor."""

from typing import Any

from django import forms
from django.db.models import Q

from cxplatform.lib.wording import SaysWhatToDo
from tenants.models import Partner, Program


class PartnerForm(SaysWhatToDo, forms.ModelForm):  # type: ignore[type-arg]
    """Name, code, and the programs that the partner serves. The code stays as it is once given."""

    taken = {"tenants_partner_code": ("code", "Another partner has this code. Choose a different one.")}

    programs = forms.ModelMultipleChoiceField(
        Program.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Serves these programs"
    )

    class Meta:
        model = Partner
        fields = ["name", "code", "crm_link", "is_active"]
        labels = {"is_active": "Active", "crm_link": "Link into the partner's system"}
        help_texts = {
            "code": "A short name for rules and other systems. It cannot be changed later.",
            "crm_link": "Opens a patient there from a case, for this partner's own people. {external_id} stands for the"
            " partner's number of the patient. For example: https://crm.example/patients/{external_id}",
            "is_active": "An inactive partner is no longer offered where partners are chosen. Its patients and cases"
            " stay.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = [each.program_id for each in _engagements(self.instance)]
        offered = Program.objects.filter(Q(is_active=True) | Q(pk__in=current)).order_by("name")
        self.fields["programs"].queryset = offered  # type: ignore[attr-defined]
        self.fields["code"].disabled = not self.instance._state.adding
        self.initial.setdefault("programs", current)

    def clean_code(self) -> str:
        """Refuse a code that another partner of the organization has."""
        code: str = self.cleaned_data["code"]
        if Partner.objects.filter(code=code).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(f"Another partner has the code “{code}”. Choose a different one.")
        return code


def _engagements(partner: Partner) -> list[Any]:
    return [] if partner._state.adding else list(partner.engagements.all())
