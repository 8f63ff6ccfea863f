"""A rule's condition as a short sentence with drop-downs: up to five lines joined by “and” or by “or”.

Conditions that do not fit (nested ones, scores, other operators) stay as they are and are only said in words.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from patients.models import STAGES
from surveys.conditions import FACTS
from surveys.conditions.words import NEUTRAL_FILLS
from surveys.definitions import Definition, Question, QuestionType
from tenants.models import Partner

MAX_LINES = 5
MAX_NUMBER = 9_999
SHORT = 90

IS, IS_NOT, INCLUDES, AT_LEAST, AT_MOST, EXACTLY = "is", "is_not", "includes", "at_least", "at_most", "exactly"
ANSWERED, NOT_ANSWERED = "answered", "not_answered"
VERBS = {
    IS: "is",
    IS_NOT: "is not",
    INCLUDES: "includes",
    AT_LEAST: "is at least",
    AT_MOST: "is at most",
    EXACTLY: "is exactly",
    ANSWERED: "is answered",
    NOT_ANSWERED: "is not answered",
}
_CODES = {"eq": IS, "in": IS, "ne": IS_NOT, "not_in": IS_NOT}
_NUMBERS = {"ge": AT_LEAST, "le": AT_MOST, "eq": EXACTLY}
_PRESENCE = {"answered": ANSWERED, "not_answered": NOT_ANSWERED}
_TRUE, _FALSE = "yes", "no"
_CLAUSE = ((_TRUE, "true"), (_FALSE, "not true"))


@dataclass(frozen=True, slots=True)
class Subject:
    """What a line can be about.

    verbs: keys of VERBS; options: (code, words) to tick, empty for numbers and texts; numbers: low and high.
    """

    id: str
    words: str
    group: str
    verbs: tuple[str, ...]
    options: tuple[tuple[str, str], ...] = ()
    numbers: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison: the id of a subject, a verb, and the codes ticked or the number typed, as text."""

    subject: str
    verb: str = ""
    values: tuple[str, ...] = ()


class Unfinished(ValueError):
    """A line lacks something; its message says what to do."""


def subjects_of(definition: Definition) -> dict[str, Subject]:
    """Return what the lines of a rule for this survey can be about, by id, in the order of asking; then the facts."""
    found = [_asked(question) for question in definition.questions.values()]
    return {subject.id: subject for subject in [*found, *_facts()]}


def read_sentence(condition: object, *, subjects: Mapping[str, Subject]) -> tuple[str, list[Line]] | None:
    """Return (“all” or “any”, lines) of a condition that fits the short form; None for any other."""
    joiner, leaves = _joined(condition)
    lines = [_line(leaf, subjects) for leaf in leaves]
    if not lines or len(lines) > MAX_LINES or None in lines:
        return None
    return joiner, [line for line in lines if line]


def write_sentence(joiner: str, lines: Sequence[Line], *, subjects: Mapping[str, Subject]) -> dict[str, Any]:
    """Return the condition of 1 to 5 lines. Raises Unfinished for a line that lacks a verb, an answer or a number."""
    leaves = [_leaf(line, subjects) for line in lines]
    if not leaves:
        raise Unfinished("Choose at least one question or fact.")
    return leaves[0] if len(leaves) == 1 else {joiner: leaves}


def _asked(question: Question) -> Subject:
    words = question.text.render(language="en", fills=NEUTRAL_FILLS)
    make = partial(
        Subject,
        id=f"question:{question.key}",
        words=f"“{words if len(words) <= SHORT else words[: SHORT - 1] + '…'}”",
        group="Questions",
    )
    options = tuple(
        (code, choice.text.render(language="en", fills=NEUTRAL_FILLS)) for code, choice in question.codes.items()
    )
    match question.type:
        case QuestionType.RECOMMEND:
            return make(verbs=(AT_LEAST, AT_MOST, EXACTLY), numbers=(0, 10))
        case QuestionType.MULTI:
            return make(verbs=(INCLUDES,), options=options)
        case QuestionType.TEXT | QuestionType.CONTACT:
            return make(verbs=(ANSWERED, NOT_ANSWERED))
    return make(verbs=(IS, IS_NOT), options=options)


def _facts() -> Iterator[Subject]:
    for name, (kind, words) in FACTS.items():
        make = partial(Subject, id=f"fact:{name}", words=words, group="What is known")
        if kind is bool:
            yield make(verbs=(IS,), options=_CLAUSE)
        elif kind is int:
            yield make(verbs=(AT_LEAST, AT_MOST, EXACTLY), numbers=(0, MAX_NUMBER))
        else:
            yield make(verbs=(IS, IS_NOT), options=tuple(_fact_options(name)))


def _fact_options(name: str) -> list[tuple[str, str]]:
    if name == "stage":
        return list(STAGES.items())
    if name == "partner":
        return list(Partner.objects.order_by("name").values_list("code", "name"))
    return [("patient", "Patient"), ("caregiver", "Caregiver"), ("hcp", "HCP or office staff")]


def _joined(condition: object) -> tuple[str, list[Any]]:
    if isinstance(condition, Mapping) and len(condition) == 1:
        joiner, inner = next(iter(condition.items()))
        if joiner in ("all", "any") and isinstance(inner, list):
            return joiner, inner
    return "all", [condition]


def _line(leaf: object, subjects: Mapping[str, Subject]) -> Line | None:
    if not isinstance(leaf, Mapping):
        return None
    source = "question" if "question" in leaf else "fact"
    subject = subjects.get(f"{source}:{leaf.get(source)}")
    if subject is None:
        return None
    found = _compared(leaf, subject)
    if found is None or found.verb not in subject.verbs:
        return None
    known = {code for code, _ in subject.options}
    return found if not subject.options or known.issuperset(found.values) else None


def _compared(leaf: Mapping[str, Any], subject: Subject) -> Line | None:
    op, value = str(leaf.get("op")), leaf.get("value")
    if op in _PRESENCE:
        return Line(subject.id, _PRESENCE[op])
    if subject.numbers:
        whole = isinstance(value, int) and not isinstance(value, bool) and op in _NUMBERS
        return Line(subject.id, _NUMBERS[op], (str(value),)) if whole else None
    if _is_clause(subject):
        return Line(subject.id, IS, (_TRUE if value else _FALSE,)) if op == "eq" and isinstance(value, bool) else None
    if op == "contains":
        return Line(subject.id, INCLUDES, (str(value),))
    values = value if isinstance(value, list) and op in ("in", "not_in") else [value]
    texts = tuple(each for each in values if isinstance(each, str))
    return Line(subject.id, _CODES[op], texts) if op in _CODES and len(texts) == len(values) else None


def _leaf(line: Line, subjects: Mapping[str, Subject]) -> dict[str, Any]:
    subject = subjects.get(line.subject)
    if subject is None:
        raise Unfinished("Choose a question or fact from the list.")
    if line.verb not in subject.verbs:
        raise Unfinished(f"Choose how {subject.words} is compared.")
    source, _, name = line.subject.partition(":")
    if line.verb in (ANSWERED, NOT_ANSWERED):
        return {source: name, "op": line.verb}
    if subject.numbers:
        op = next(op for op, verb in _NUMBERS.items() if verb == line.verb)
        return {source: name, "op": op, "value": _number(line, subject.words, *subject.numbers)}
    return {source: name, **_ticked(line, subject)}


def _number(line: Line, words: str, low: int, high: int) -> int:
    typed = line.values[0].strip() if line.values else ""
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 4 and low <= int(typed) <= high):
        raise Unfinished(f"Compare {words} with a whole number from {low} to {high}.")
    return int(typed)


def _ticked(line: Line, subject: Subject) -> dict[str, Any]:
    known = [code for code, _ in subject.options if code in line.values]
    if not known or len(known) != len(set(line.values)):
        raise Unfinished(f"Tick at least one answer of {subject.words}.")
    if len(known) > 1 and (_is_clause(subject) or line.verb == INCLUDES):
        raise Unfinished(f"Tick one answer of {subject.words}; add a line for another.")
    if line.verb == INCLUDES:
        return {"op": "contains", "value": known[0]}
    if _is_clause(subject):
        return {"op": "eq", "value": known[0] == _TRUE}
    one, several = ("eq", "in") if line.verb == IS else ("ne", "not_in")
    return {"op": one, "value": known[0]} if len(known) == 1 else {"op": several, "value": known}


def _is_clause(subject: Subject) -> bool:
    return subject.options == _CLAUSE
