"""Scores in points 0..100 (best = 100): of items, of pillars, and the experience index."""

from collections.abc import Mapping
from typing import Any

from surveys.answers.visibility import visible_walk
from surveys.definitions.document import PILLARS, Definition

INDEX = "index.experience"


def pillar_score_name(pillar: str) -> str:
    """Return the name under which `scores` reports a pillar, such as "pillar.quality"."""
    return f"pillar.{pillar}"


def scores(definition: Definition, *, answers: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, float]:
    """Return every score that these answers allow, by name; what cannot be scored is left out.

    Names: a question key for an item, "pillar.<pillar>", "index.experience". Points 0..100, best = 100.
    Answers of hidden questions do not count. Not scored: no answer, N/A, several-choice, text. A pillar is the mean of
    its scored items if at least half of the visible items that apply to this person (N/A taken out) are scored; the
    index is the mean of the five pillars and needs all five. Questions outside the five pillars (prepared, recommend)
    stand alone.
    """
    items: dict[str, float] = {}
    missing = dict.fromkeys(PILLARS, 0)
    scored: dict[str, list[float]] = {pillar: [] for pillar in PILLARS}
    for question, answer in visible_walk(definition, answers=answers, facts=facts):
        score = question.score(answer, facts=facts)
        if score is not None:
            items[question.key] = score
        if question.pillar in scored:
            if score is not None:
                scored[question.pillar].append(score)
            elif not question.has_answer(answer):
                missing[question.pillar] += 1
    return items | _pillars(scored, missing)


def _pillars(scored: Mapping[str, list[float]], missing: Mapping[str, int]) -> dict[str, float]:
    pillars = {
        pillar_score_name(pillar): sum(points) / len(points)
        for pillar, points in scored.items()
        if points and len(points) >= missing[pillar]
    }
    if len(pillars) == len(PILLARS):
        pillars[INDEX] = sum(pillars.values()) / len(PILLARS)
    return pillars
