"""Texts in several languages, with variants for caregivers and professionals, and a few fill-ins."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

FILLS = ("program", "phone", "emergency", "maker")
RESPONDENTS = ("patient", "caregiver", "hcp")

_FILL = re.compile(r"\{(" + "|".join(FILLS) + r")\}")
_SPACES = re.compile(r"[ \t]{2,}")
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """Words by respondent and language. `""` holds the words for everybody who has no variant."""

    variants: Mapping[str, Mapping[str, str]]
    first_language: str

    @classmethod
    def read(cls, raw: Mapping[str, Any], *, first_language: str) -> "Text":
        """Read a checked text map: `{language: words, "by": {respondent: {language: words}}}`."""
        plain = {language: words for language, words in raw.items() if language != "by"}
        variants = {respondent: MappingProxyType(dict(words)) for respondent, words in raw.get("by", {}).items()}
        return cls(MappingProxyType({"": MappingProxyType(plain), **variants}), first_language)

    def render(self, *, language: str, respondent: str = "patient", fills: Mapping[str, str] = _NOTHING) -> str:
        """Return the words for one reader, with the fill-ins put in; plain text that must still be escaped for HTML.

        language: a tag such as "es" or "es-MX"; what the text does not have falls back to the base language and then
        to the first language. respondent: "patient", "caregiver" or "hcp". fills: values of `{program}`, `{phone}`,
        `{emergency}` and `{maker}`. A missing or empty one leaves nothing behind, neither a double space nor an empty
        paragraph, and what a value contains is never filled in again.
        """
        words = self._words(language=language, respondent=respondent)
        return _filled(words, fills) if "{" in words else words

    def _words(self, *, language: str, respondent: str) -> str:
        words = self.variants.get(respondent) or self.variants[""]
        return words.get(language) or words.get(language.partition("-")[0]) or words[self.first_language]


def _filled(words: str, fills: Mapping[str, str]) -> str:
    filled = _FILL.sub(lambda match: fills.get(match[1], ""), words)
    if all(fills.get(match[1]) for match in _FILL.finditer(words)):
        return filled
    paragraphs = (_SPACES.sub(" ", paragraph).strip() for paragraph in filled.split("\n\n"))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def stray_braces(words: str) -> bool:
    """Tell whether `words` holds a brace that is not part of a known fill-in."""
    rest = _FILL.sub("", words)
    return "{" in rest or "}" in rest


def maps_in(raw: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield (pointer suffix, words by language) of a text map and of each of its variants."""
    yield "", {language: words for language, words in raw.items() if language != "by"}
    for respondent, words in raw.get("by", {}).items():
        yield f"/by/{respondent}", words
