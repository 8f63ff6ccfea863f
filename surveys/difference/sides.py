"""One of the two versions that are compared, read once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from surveys.conditions import in_words
from surveys.definitions.building import build, written_choices
from surveys.definitions.document import Definition

Raw = Mapping[str, Any]
Written: TypeAlias = dict[str, tuple[str, Raw]]  # pointer and choice by code, in order


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question stands: its pointer, what is written there, and the page around it."""

    pointer: str
    raw: Raw
    page: Raw


class Side:
    """One version: its document, and what is looked up in it again and again."""

    def __init__(self, document: Raw) -> None:
        self.document = document
        self._choices: dict[str, Written] = {}

    @cached_property
    def definition(self) -> Definition:
        """The definition of the document, which fits the schema."""
        return build(self.document)

    @cached_property
    def questions(self) -> dict[str, Place]:
        """The questions by key, in the order of asking."""
        return {
            raw["key"]: Place(f"/pages/{number}/questions/{index}", raw, page)
            for number, page in enumerate(self.document["pages"])
            for index, raw in enumerate(page.get("questions", ()))
        }

    @cached_property
    def pages(self) -> dict[str, tuple[str, Raw]]:
        """Pointer and page by page id, in order."""
        return {page["id"]: (f"/pages/{number}", page) for number, page in enumerate(self.document["pages"])}

    def choices(self, key: str) -> Written:
        """Return the written choices of a question; those of a shared scale point there."""
        if key not in self._choices:
            self._choices[key] = self._written(key)
        return self._choices[key]

    def _written(self, key: str) -> Written:
        place = self.questions[key]
        scales = self.document.get("scales", {})
        scale = place.raw.get("scale")
        shared = len(scales.get(scale, ())) if isinstance(scale, str) else 0
        return {
            raw["code"]: (
                f"/scales/{scale}/{index}" if index < shared else f"{place.pointer}/choices/{index - shared}",
                raw,
            )
            for index, raw in enumerate(written_choices(place.raw, scales=scales))
        }

    def say(self, condition: object) -> str:
        """Return `condition` in words, "" for none."""
        return "" if condition is None else in_words(condition, definition=self.definition, language=self.languages[0])

    @property
    def languages(self) -> Sequence[str]:
        """The languages; the first is the original."""
        languages: Sequence[str] = self.document["languages"]
        return languages


def common_languages(before: Side, after: Side) -> list[str]:
    """Return the languages that both have, in the order of the newer."""
    return [language for language in after.languages if language in before.languages]


def settled(condition: object) -> object:
    """Return a condition in which the order of parts and of listed values is no longer to be seen."""
    if isinstance(condition, dict):
        return {name: settled(inner) for name, inner in condition.items()}
    if isinstance(condition, list):
        return sorted((settled(each) for each in condition), key=lambda each: json.dumps(each, sort_keys=True))
    return condition


def out_of_place(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """Return the fewest names that must have moved to make `after` of `before`; both have the same names."""
    positions = [before.index(name) for name in after]
    lengths = [1] * len(after)
    previous = [-1] * len(after)
    for i, position in enumerate(positions):
        for j in range(i):
            if positions[j] < position and lengths[j] + 1 > lengths[i]:
                lengths[i], previous[i] = lengths[j] + 1, j
    at = max(range(len(after)), key=lengths.__getitem__, default=-1)
    kept: set[str] = set()
    while at >= 0:
        kept.add(after[at])
        at = previous[at]
    return set(after) - kept
