"""The conditions of a definition as goals over finite domains: more is thought possible than is, never less.

So what cannot be met here can never be. The truth of a comparison comes from the evaluator itself, value by value.
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, TypeAlias

from surveys.conditions import FACTS, holds, leaves
from surveys.conditions.evaluation import branches
from surveys.definitions.document import OTHER_SUFFIX, Definition, Question, QuestionType
from surveys.definitions.text import RESPONDENTS
from surveys.logic.solving import ABSENT, ALWAYS, NEVER, AllOf, AnyOf, Goal, Narrow

CLOSED_FACTS: Mapping[str, tuple[str, ...]] = {"respondent_kind": RESPONDENTS}
COUNTS = frozenset({"earlier_responses"})
KNOWN_TYPES = frozenset(QuestionType)
ANOTHER = "\x00 another"
SCORE_RANGE = (0.0, 100.0)

Value: TypeAlias = Mapping[str, Mapping[str, Any]]
NOTHING: Value = {"answers": {}}


class Model:
    """What the conditions of one definition, and `others` such as alert rules, say about answers, scores and facts."""

    def __init__(self, definition: Definition, *, others: Iterable[object] = ()) -> None:
        self._definition = definition
        self._mentioned = _mentioned([*conditions_of(definition), *others])
        self._domains: dict[Hashable, list[Value]] = {}
        self._masks: dict[tuple[object, ...], int] = {}
        self._page_of = {question.key: page for page in definition.pages for question in page.questions}
        self._shown: dict[str, Goal] = {}

    def goal(self, condition: object, *, wanted: bool = True) -> Goal:
        """Return the goal that `condition` holds, or does not (`wanted`); None counts as one that always holds."""
        if condition is None:
            return ALWAYS if wanted else NEVER
        branch = branches(condition)
        if branch is None:
            return self._leaf(condition, wanted=wanted)
        kind, children = branch
        if kind == "not":
            return self.goal(children[0], wanted=not wanted)
        goals = tuple(self.goal(child, wanted=wanted) for child in children)
        return AllOf(goals) if (kind == "all") is wanted else AnyOf(goals)

    def implied(self, variable: Hashable) -> Goal:
        """Return what must be so where `variable` has a value: its question shows, and nothing excludes it."""
        match variable:
            case ("question", str(name)) if name.endswith(OTHER_SUFFIX):
                return self._present(name.removesuffix(OTHER_SUFFIX))
            case ("question", str(name)):
                return self._is_shown(name)
            case ("code", str(key), str(code)):
                return AllOf((self._present(key), *self._excluded(self._definition.questions[key], code)))
        return ALWAYS

    def _is_shown(self, key: str) -> Goal:
        if key not in self._shown:
            question = self._definition.questions[key]
            open_goals = self.goal(self._page_of[key].show_if), self.goal(question.show_if)
            self._shown[key] = AllOf((*open_goals, *self._scored(question)))
        return self._shown[key]

    def _scored(self, question: Question) -> Iterator[Goal]:
        """Yield, for each value whose score has a condition: it is another one, or the condition is as it needs."""
        conditions = {choice.code: choice.score_if for choice in question.choices if choice.score_if is not None}
        domain = self._domain(("question", question.key)) if conditions else []
        for bit, value in enumerate(domain):
            code = value.get("answers", {}).get(question.key)
            if code in conditions:
                another = Narrow(("question", question.key), _full(domain) & ~(1 << bit), _full(domain))
                yield AnyOf((another, self.goal(conditions[code], wanted=bool(value.get("scores")))))

    def _present(self, key: str) -> Goal:
        full = _full(self._domain(("question", key)))
        return Narrow(("question", key), full & ~ABSENT, full)

    def _excluded(self, question: Question, code: str) -> Iterator[Goal]:
        for other in question.codes:
            if other != code and (code in question.exclusive or other in question.exclusive):
                yield Narrow(("code", question.key, other), ABSENT, 0b11)

    def _leaf(self, leaf: object, *, wanted: bool) -> Goal:
        variable = self._variable(leaf) if isinstance(leaf, dict) else None
        if variable is None or not isinstance(leaf, dict):
            return ALWAYS if holds(leaf, answers={}) is wanted else NEVER
        if variable[0] == "free":  # a type of question that this model does not know
            return Narrow(variable, 0b10 if wanted else 0b01, 0b11)
        mask, full = self._mask(leaf, variable), _full(self._domain(variable))
        return Narrow(variable, mask if wanted else full & ~mask, full)

    def _mask(self, leaf: Mapping[str, Any], variable: tuple[str, ...]) -> int:
        key = (variable, "score" in leaf, leaf.get("op"), repr(leaf.get("value")))
        if key not in self._masks:
            domain = enumerate(self._domain(variable))
            self._masks[key] = sum(1 << bit for bit, value in domain if _is_true(leaf, value))
        return self._masks[key]

    def _variable(self, leaf: Mapping[str, Any]) -> tuple[str, ...] | None:
        if isinstance(leaf.get("fact"), str):
            return ("fact", leaf["fact"])
        name = leaf.get("question", leaf.get("score"))
        if not isinstance(name, str):
            return None
        question, is_text = self._definition.find(name)
        if question is None:
            return ("score", name) if name in self._definition.score_names else None
        if question.type not in KNOWN_TYPES and not is_text:
            return ("free", repr(sorted(leaf.items(), key=str)))
        if question.type is QuestionType.MULTI and leaf.get("op") == "contains":
            return ("code", name, str(leaf.get("value")))
        return ("question", name)

    def _domain(self, variable: tuple[str, ...]) -> list[Value]:
        if variable not in self._domains:
            self._domains[variable] = [NOTHING, *self._values(*variable)]
        return self._domains[variable]

    def _values(self, source: str, name: str, code: str = "") -> Iterable[Value]:
        if source == "code":
            return [{"answers": {name: [code]}}]
        if source == "fact":
            return [{"facts": {name: value}} for value in _fact_values(name, self._mentioned["fact", name])]
        if source == "score":
            numbers = _numbers(self._mentioned["score", name], whole=False)
            return [{"scores": {name: min(max(value, SCORE_RANGE[0]), SCORE_RANGE[1])}} for value in numbers]
        question, is_text = self._definition.find(name)
        return [{"answers": {name: True}}] if is_text or question is None else _answers(question)


def conditions_of(definition: Definition) -> Iterator[object]:
    """Yield every condition of `definition`, None where there is none."""
    for page in definition.pages:
        yield page.show_if
        yield from (each.show_if for each in page.titles)
        for question in page.questions:
            yield question.show_if
            yield from (choice.score_if for choice in question.choices)
    yield from (each.show_if for each in definition.end_notes)


def _mentioned(conditions: Iterable[object]) -> Mapping[tuple[str, str], list[Any]]:
    found: defaultdict[tuple[str, str], list[Any]] = defaultdict(list)
    for condition in conditions:
        for leaf in leaves(condition):
            source = "fact" if "fact" in leaf else "score"
            value = leaf.get("value")
            found[source, str(leaf.get(source))] += value if isinstance(value, list) else [value]
    return found


def _answers(question: Question) -> Iterator[Value]:
    if question.type is QuestionType.MULTI:
        yield {"answers": {question.key: [ANOTHER]}}
    elif question.type is QuestionType.RECOMMEND:
        yield from (_scored(question.key, rating, rating * 10.0) for rating in range(11))
    elif not question.codes:
        yield {"answers": {question.key: True}}
    for choice in question.choices if question.type in (QuestionType.CHOICE, QuestionType.SCALE) else ():
        yield _scored(question.key, choice.code, choice.score)
        if choice.score_if is not None:
            yield _scored(question.key, choice.code, None)


def _scored(key: str, answer: object, score: float | None) -> Value:
    return {"answers": {key: answer}, "scores": {} if score is None else {key: score}}


def _fact_values(name: str, mentioned: Iterable[Any]) -> list[Any]:
    kind = FACTS[name][0] if name in FACTS else str
    if kind is bool:
        return [False, True]
    if kind is str:
        return list(CLOSED_FACTS.get(name, (*{each for each in mentioned if isinstance(each, str)}, ANOTHER)))
    return [number for number in _numbers(mentioned, whole=True) if number >= 0 or name not in COUNTS]


def _numbers(mentioned: Iterable[Any], *, whole: bool) -> list[float]:
    """Return numbers on, between and around those that are mentioned: enough to tell every comparison apart."""
    named = {each for each in mentioned if isinstance(each, int | float) and not isinstance(each, bool)} or {0}
    if whole:
        return sorted({near for each in named for near in (math.floor(each) - 1, *_ends(each), math.ceil(each) + 1)})
    ordered = sorted({*named, *SCORE_RANGE})
    between = {(low + high) / 2 for low, high in pairwise(ordered)}
    return sorted({*ordered, *between})


def _ends(number: float) -> tuple[int, int]:
    return math.floor(number), math.ceil(number)


def _is_true(leaf: object, value: Value) -> bool:
    answers, scores, facts = (value.get(source, {}) for source in ("answers", "scores", "facts"))
    return holds(leaf, answers=answers, scores=scores, facts=facts)


def _full(domain: list[Value]) -> int:
    return (1 << len(domain)) - 1
