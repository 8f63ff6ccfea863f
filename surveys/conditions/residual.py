"""What is left of a condition once everything but a few questions is known."""

from collections.abc import Collection
from typing import Any

from surveys.conditions.evaluation import EMPTY, Condition, Values, branches, holds

TRUE: Condition = {"all": []}
FALSE: Condition = {"any": []}


def residual(
    condition: object, *, names: Collection[str], answers: Values, scores: Values = EMPTY, facts: Values = EMPTY
) -> Condition:
    """Return what `condition` still asks of the answers and scores called `names`; everything else is decided now.

    Whatever those answers turn out to be, the result holds exactly where `condition` does. TRUE or FALSE if nothing
    is left to ask. So a page can be sent with its own conditions, and without what was answered before or is known.
    """
    branch = branches(condition)
    if branch is None:
        if isinstance(condition, dict) and not _about(condition).isdisjoint(names):
            return condition
        return TRUE if holds(condition, answers=answers, scores=scores, facts=facts) else FALSE
    kind, children = branch
    left = [residual(child, names=names, answers=answers, scores=scores, facts=facts) for child in children]
    return _negated(left[0]) if kind == "not" else _joined(kind, left)


def _about(leaf: dict[str, Any]) -> set[str]:
    return {leaf[source] for source in ("question", "score") if isinstance(leaf.get(source), str)}


def _negated(part: Condition) -> Condition:
    if part in (TRUE, FALSE):
        return FALSE if part == TRUE else TRUE
    return {"not": part}


def _joined(kind: str, parts: list[Condition]) -> Condition:
    decides, passes = (FALSE, TRUE) if kind == "all" else (TRUE, FALSE)
    if decides in parts:
        return decides
    open_parts = [part for part in parts if part != passes]
    return open_parts[0] if len(open_parts) == 1 else {kind: open_parts}
