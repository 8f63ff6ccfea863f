"""A program: what staff call it, and the neutral name that patients see."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.db.models import Q

from cxplatform.lib.wording import SaysWhatToDo
from tenants.forms.languages import LanguagesField
from tenants.models import Partner, Program
from verbatims.health import health_words

_COUNTRY = RegexValidator(r"^[A-Za-z]{2}$", "Use the two letters of the country, such as US.")


class ProgramForm(SaysWhatToDo, forms.ModelForm):  # type: ignore[type-arg]
    """A program and the partners that serve it. The public name must not give the medicine away."""

    taken = {"tenants_program_name": ("name", "Another program has this name. Choose a different one.")}

    country = forms.CharField(max_length=2, validators=[_COUNTRY], initial="US", help_text="Two letters, such as US.")
    languages = LanguagesField(help_text="In which patients of this program can read surveys.")
    follow_up_days = forms.IntegerField(
        min_value=1,
        max_value=30,
        initial=3,
        label="Days until patients are asked whether it is taken care of",
        help_text="Counted from when the case was resolved. The patient's answer closes or reopens the case.",
    )
    partners = forms.ModelMultipleChoiceField(
        Partner.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Served by these partners"
    )

    class Meta:
        model = Program
        fields = [
            "name",
            "public_name",
            "country",
            "languages",
            "phone",
            "phone_hours",
            "emergency",
            "maker_sees_names",
            "postal_address",
            "links_sent_by",
            "follow_up_days",
            "contact_held_by",
            "sponsor_sees_contact",
        ]
        widgets = {"links_sent_by": forms.RadioSelect, "contact_held_by": forms.RadioSelect}
        labels = {
            "name": "Name for staff",
            "public_name": "Public name",
            "phone": "Telephone number",
            "phone_hours": "When somebody answers",
            "emergency": "Emergency number",
            "maker_sees_names": "The maker of the medicine can see patients' names",
            "postal_address": "Postal address",
            "links_sent_by": "Who sends survey links",
            "contact_held_by": "Who can reach the person behind a pseudonym",
            "sponsor_sees_contact": "Our own people may reach patients too",
        }
        help_texts = {
            "public_name": "Patients see this name on every page and in every message, where others may read along:"
            " no brand and no condition. For example: Care Support.",
            "postal_address": "At the foot of every e-mail to patients. No e-mail goes out to them without it.",
            "links_sent_by": "A partner fetches the links as a file or by API, and sends them with its own system.",
            "contact_held_by": "A partner's people see its own number for the patient. From the vault, an agent can"
            " show the contact details on a case for ten minutes; each time is recorded.",
            "sponsor_sees_contact": "Otherwise only the partner's people can, and ours ask the partner to act.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = [] if self.instance._state.adding else [row.partner_id for row in self.instance.engagements.all()]
        offered = Partner.objects.filter(Q(is_active=True) | Q(pk__in=current)).order_by("name")
        self.fields["partners"].queryset = offered  # type: ignore[attr-defined]
        self.fields["languages"].also_offer(self.instance.languages)  # type: ignore[attr-defined]
        self.initial.setdefault("partners", current)

    def clean_public_name(self) -> str:
        """Refuse a name that tells of an illness to whoever reads along."""
        name: str = self.cleaned_data["public_name"]
        if told := health_words(name):
            raise forms.ValidationError(
                f"“{told[0]}” tells of an illness. Choose a neutral name, such as Care Support."
            )
        return name

    def clean_country(self) -> str:
        """Accept small letters."""
        return str(self.cleaned_data["country"]).upper()

    def clean_name(self) -> str:
        """Refuse a name that another program of the organization has."""
        name: str = self.cleaned_data["name"]
        if Program.objects.filter(name=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(f"Another program is called “{name}”. Choose a different name.")
        return name

    def clean(self) -> dict[str, Any]:
        """Refuse a public name that is, or holds, the name for staff."""
        cleaned = super().clean() or {}
        staff, public = _letters(cleaned.get("name", "")), _letters(cleaned.get("public_name", ""))
        if staff and staff in public:
            self.add_error(
                "public_name",
                "The public name says the name for staff, which names the medicine. Choose a neutral one that patients"
                " can see anywhere.",
            )
        return cleaned


def _letters(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
