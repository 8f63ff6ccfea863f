"""Languages to tick."""

from typing import Any

from django import forms
from django.conf.locale import LANG_INFO

CODES = ("en", "es", "ar", "de", "fr", "it", "ja", "ko", "pl", "pt", "ru", "vi")
NAMES = {code: LANG_INFO[code]["name"] for code in CODES}


class LanguagesField(forms.MultipleChoiceField):
    """At least one language, as tick boxes; gives the codes."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=list(NAMES.items()), **{"label": "Languages", **kwargs})
        self.error_messages["required"] = "Tick at least one language."

    def also_offer(self, codes: list[str]) -> None:
        """Offer the codes that a row has already, however they came into it."""
        self.choices = list((NAMES | {code: NAMES.get(code, code) for code in codes}).items())
