"""Languages as staff read them."""

from django.conf.locale import LANG_INFO


def language_name(code: str) -> str:
    """Return the English name of a language, or the code itself when it has none here."""
    return str(LANG_INFO.get(code, {}).get("name", code))
