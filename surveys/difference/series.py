"""Which series of a question an answer belongs to: a new meaning starts a new one."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from surveys.difference.changes import Change

NO_OVERRIDES: Mapping[str, bool] = MappingProxyType({})
ADDED = frozenset({"question_added", "question_renamed"})
REMOVED = "question_removed"


def first_series(document: Mapping[str, Any]) -> dict[str, int]:
    """Return series 1 for every question of a first version."""
    return {question["key"]: 1 for page in document["pages"] for question in page.get("questions", ())}


def series(
    previous: Mapping[str, int], changes: Iterable[Change], *, overrides: Mapping[str, bool] = NO_OVERRIDES
) -> dict[str, int]:
    """Return the series number of each question key after `changes`; numbers never fall.

    previous: those of the version before, with keys that are gone, so that one that comes back starts anew.
    overrides: what a person said, by key: True starts a new series, False goes on with the old one. Not heard where a
    change is certain, and for questions that are gone.
    """
    by_key: dict[str, list[Change]] = {key: [] for key in overrides if key in previous}
    for change in changes:
        if change.key:
            by_key.setdefault(change.key, []).append(change)
    return {
        **previous,
        **{key: _number(previous, key, found, override=overrides.get(key)) for key, found in by_key.items()},
    }


def _number(previous: Mapping[str, int], key: str, changes: list[Change], *, override: bool | None) -> int:
    number = previous.get(key, 0)
    kinds = {change.kind for change in changes}
    if REMOVED in kinds:
        return max(number, 1)
    is_certain = any(change.is_certain for change in changes)
    starts = any(change.restarts for change in changes) or bool(kinds & ADDED)
    if override is not None and number and not is_certain:
        starts = override
    return number + 1 if starts else max(number, 1)
