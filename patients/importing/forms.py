"""What a member says about a file: whose it is, and which column is which."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cxplatform.lib.wording import SaysWhatToDo
from patients.importing.columns import COLUMNS, ColumnsMissing, places
from patients.models import Import
from tenants.models import Engagement, Partner, Program


class UploadForm(SaysWhatToDo, forms.Form):
    """A file, and the program and partner whose patients are in it."""

    place = forms.ChoiceField(label="Program and partner", help_text="Whose patients are in the file.")
    file = forms.FileField(
        label="CSV file",
        help_text="A header row, then a row for each patient or event. Up to 400 MB.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )
    is_backfill = forms.BooleanField(
        required=False,
        label="All of it is history",
        help_text="It invites nobody and alerts nobody. Single rows can say so in a column of their own.",
    )

    def __init__(self, *args: Any, is_too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_too_large = is_too_large
        self.places = importable_places()
        choices = [(key, f"{program.name} · {partner.name}") for key, (program, partner) in self.places.items()]
        # Nobody's patients go to the first in the list because the list was overlooked.
        unchosen = [("", "Choose …")] if len(choices) > 1 else []
        self.fields["place"].choices = unchosen + choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Turn the place into its two rows, and say what to do about a file that is too large."""
        cleaned = super().clean() or {}
        if self.is_too_large:
            self.errors.pop("file", None)
            self.add_error("file", "The file is larger than 400 MB. Split it, and upload one part after the other.")
        if place := self.places.get(cleaned.get("place", "")):
            cleaned["program"], cleaned["partner"] = place
        return cleaned


class MappingForm(forms.Form):
    """For each of our columns, the column of the file."""

    def __init__(self, *args: Any, source: Import, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source = source
        choices = [("", "Not in the file"), *((name, name) for name in source.header)]
        for column in COLUMNS:
            self.fields[column.name] = forms.ChoiceField(
                label=column.label,
                help_text=column.help,
                choices=choices,
                required=False,
                initial=source.mapping.get(column.name, ""),
            )
        self.fields["is_backfill"] = forms.BooleanField(
            label="All of it is history", required=False, initial=source.is_backfill
        )

    @property
    def columns(self) -> list[forms.BoundField]:
        """Return the fields that choose a column."""
        return [self[column.name] for column in COLUMNS]

    @property
    def mapping(self) -> dict[str, str]:
        """Return our column → the column of the file, as chosen."""
        return {column.name: self.cleaned_data[column.name] for column in COLUMNS if self.cleaned_data[column.name]}

    def clean(self) -> dict[str, Any]:
        """Refuse what could not tell patients apart."""
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                places(self.mapping, self.source.header)
            except ColumnsMissing as error:
                raise ValidationError(str(error)) from None
        return cleaned


def importable_places() -> dict[str, tuple[Program, Partner]]:
    """Return each active program with each partner that serves it and that the member may see, by a key."""
    rows = Engagement.objects.filter(program__is_active=True, partner__is_active=True)
    served = rows.select_related("program", "partner").order_by("program__name", "partner__name")
    return {f"{row.program_id}:{row.partner_id}": (row.program, row.partner) for row in served}
