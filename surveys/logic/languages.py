"""Words that are missing in a language, and languages that nobody has tried out with patients."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from surveys.definitions.document import Definition
from surveys.logic.findings import Finding, error, warning

TEXT_FIELDS = frozenset({"title", "intro", "end", "text", "help", "notice", "low", "high"})
NOT_WORDS = frozenset({"show_if", "score_if", "validate", "tags"})
NAMED = 3


def texts_in(raw: object, *, pointer: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (pointer, text map) of every text in a document or a part of it. Total: passes over what is no text."""
    if isinstance(raw, dict):
        for name, inner in raw.items():
            if name in TEXT_FIELDS and isinstance(inner, dict):
                yield f"{pointer}/{name}", inner
            elif name not in NOT_WORDS or isinstance(inner, list):  # a shared scale may have any name
                yield from texts_in(inner, pointer=f"{pointer}/{name}")
    elif isinstance(raw, list):
        for index, inner in enumerate(raw):
            yield from texts_in(inner, pointer=f"{pointer}/{index}")


def missing_words(document: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return, for each language of a draft, the pointers of the texts and variants that have no words in it.

    Languages that lack nothing are there with []. Total: any JSON object, also one that could not be published.
    """
    languages = _languages(document)
    missing: dict[str, list[str]] = {language: [] for language in languages}
    for pointer, words in _maps(document):
        for language in languages:
            if not _said(words, language):
                missing[language].append(pointer)
    return missing


def with_all_words(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a draft in which no words are missing, so that all else in it can be looked at."""
    copy: dict[str, Any] = deepcopy(dict(document))
    languages = _languages(copy)
    for _, words in _maps(copy):
        known = next((_said(words, language) for language in languages if _said(words, language)), "…")
        words.update({language: known for language in languages if not _said(words, language)})
    return copy


def missing_findings(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield one error for each language of a draft in which words are missing: how many, and where the first are."""
    for language, pointers in missing_words(document).items():
        if pointers:
            count = "1 text has" if len(pointers) == 1 else f"{len(pointers)} texts have"
            places = ", ".join(pointers[:NAMED]) + (" and others" if len(pointers) > NAMED else "")
            message = f"{count} no words in “{language}”: add them at {places}."
            yield error("missing_words", pointers[0], message)


def untested_findings(definition: Definition) -> Iterator[Finding]:
    """Yield one warning for each language that nobody has tried out with patients."""
    for index, language in enumerate(definition.untested):
        message = f"The words in “{language}” have not been tried out with patients: have somebody read them first."
        yield warning("untested_language", f"/untested/{index}", message)


def _maps(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for pointer, text in texts_in(document):
        variants = text.get("by")
        yield pointer, text  # type: ignore[misc]
        if isinstance(variants, dict):
            for reader, words in variants.items():
                if isinstance(words, dict):
                    yield f"{pointer}/by/{reader}", words


def _said(words: Mapping[str, Any], language: str) -> str:
    said = words.get(language)
    return said if isinstance(said, str) and said.strip() else ""


def _languages(document: Mapping[str, Any]) -> list[str]:
    languages = document.get("languages")
    return [each for each in languages if isinstance(each, str)] if isinstance(languages, list) else []
