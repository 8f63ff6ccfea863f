"""Evaluate condition trees: pure, total, independent of the order of keys."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

Condition: TypeAlias = Mapping[str, Any]
Values: TypeAlias = Mapping[str, Any]

SOURCES = ("question", "score", "fact")
EMPTY: Values = {}
NUMBERS = (int, float)


def holds(condition: object, *, answers: Values, scores: Values = EMPTY, facts: Values = EMPTY) -> bool:
    """Tell whether `condition` is true of `answers`, `scores` and `facts`.

    answers: question key -> option code, list of codes (several), number (recommend) or True (a text was written).
    scores: score name -> points; facts: fact name -> value. What is not known is left out or None.

    Never raises on a checked tree. Every comparison with something unknown is False, `ne` and `not_in` too; only
    `not_answered` (and `not` around a comparison) is true of it. Values of different types are never equal: 1 is
    not "1", and True is not 1. Only numbers have an order. A list matches by `contains` only.
    """
    return _holds(condition, {"question": answers, "score": scores, "fact": facts})


def reasons(
    condition: object, *, answers: Values, scores: Values = EMPTY, facts: Values = EMPTY
) -> list[dict[str, Any]]:
    """List the comparisons that made `condition` true, in the order of the tree; [] if it does not hold.

    Each is the leaf itself (`question`, `score` or `fact`; `op`; `value` unless the op has none) with `actual`, the
    value that was found (None if unknown), and `holds`: False where the leaf counts because a `not` is around it.
    """
    return list(_why(condition, {"question": answers, "score": scores, "fact": facts}, wanted=True))


def questions_in(condition: object) -> set[str]:
    """Return the question names that `condition` mentions."""
    return {leaf["question"] for leaf in leaves(condition) if isinstance(leaf.get("question"), str)}


def scores_in(condition: object) -> set[str]:
    """Return the score names that `condition` mentions."""
    return {leaf["score"] for leaf in leaves(condition) if isinstance(leaf.get("score"), str)}


def leaves(condition: object) -> Iterator[Condition]:
    """Yield the comparisons of `condition` in the order of the tree; anything malformed is passed over."""
    for node in _nodes(condition):
        if isinstance(node, dict) and any(source in node for source in SOURCES):
            yield node


def branches(node: object) -> tuple[str, tuple[object, ...]] | None:
    """Return the kind (`all`, `any`, `not`) and the children of an inner node; None for anything else."""
    if not isinstance(node, dict) or len(node) != 1:
        return None
    kind, inner = next(iter(node.items()))
    if kind == "not":
        return "not", (inner,)
    if kind in ("all", "any") and isinstance(inner, list):
        return kind, tuple(inner)
    return None


def _nodes(condition: object) -> Iterator[object]:
    waiting = [condition]
    while waiting:
        node = waiting.pop()
        yield node
        branch = branches(node)
        if branch:
            waiting.extend(reversed(branch[1]))


def _holds(node: object, sources: Mapping[str, Values]) -> bool:
    if not isinstance(node, dict):
        return False
    if "op" in node:  # by far the most frequent, and evaluated for every question of every request
        return _compare(node, _actual(node, sources))
    branch = branches(node)
    if branch is None:
        return False
    kind, children = branch
    if kind == "not":
        return not _holds(children[0], sources)
    return (all if kind == "all" else any)(_holds(child, sources) for child in children)


def _why(node: object, sources: Mapping[str, Values], *, wanted: bool) -> Iterator[dict[str, Any]]:
    if _holds(node, sources) is not wanted:
        return
    branch = branches(node)
    if branch is None:
        if isinstance(node, dict):
            yield {**node, "actual": _actual(node, sources), "holds": wanted}
        return
    for child in branch[1]:
        yield from _why(child, sources, wanted=wanted is not (branch[0] == "not"))


def _actual(leaf: Condition, sources: Mapping[str, Values]) -> Any:
    for source, values in sources.items():
        name = leaf.get(source)
        if isinstance(name, str):
            return values.get(name)
    return None


def _compare(leaf: Condition, actual: Any) -> bool:
    op = leaf.get("op")
    if op in ("answered", "not_answered"):
        return _is_known(actual) is (op == "answered")
    value = leaf.get("value")
    if op == "contains":
        return isinstance(actual, list) and any(_same(item, value) for item in actual)
    if not _kind(actual):
        return False
    if op in ("eq", "ne"):
        return _same(actual, value) is (op == "eq")
    if op in ("in", "not_in"):
        return isinstance(value, list) and any(_same(actual, item) for item in value) is (op == "in")
    return _ordered(op, actual, value)


def _ordered(op: object, actual: Any, value: Any) -> bool:
    if _kind(actual) != "number" or _kind(value) != "number":
        return False
    match op:
        case "lt":
            return bool(actual < value)
        case "le":
            return bool(actual <= value)
        case "gt":
            return bool(actual > value)
        case "ge":
            return bool(actual >= value)
    return False


def _is_known(actual: Any) -> bool:
    return actual not in (None, "", [], ())


def _same(first: Any, second: Any) -> bool:
    kind = _kind(first)
    return bool(kind) and kind == _kind(second) and bool(first == second)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "text" if value else ""
    return "number" if isinstance(value, NUMBERS) else ""
