"""Names of languages where people read them."""

from collections.abc import Iterable

from django import template

from cxplatform.lib.languages import language_name as _name

register = template.Library()


@register.filter
def language_name(code: str) -> str:
    """Say "Spanish" for es."""
    return _name(code)


@register.filter
def language_names(codes: Iterable[str]) -> str:
    """Say "English, Spanish" for a list of codes, in its order."""
    return ", ".join(map(_name, codes))
