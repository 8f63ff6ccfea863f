"""Find what is wrong with a condition before it is stored. Total: any JSON value gives a list of problems."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from surveys.conditions.evaluation import SOURCES
from surveys.conditions.facts import FACTS

if TYPE_CHECKING:
    from surveys.definitions.document import Definition, Question

MAX_DEPTH = 8
MAX_NODES = 100
MAX_VALUES = 100
MAX_TEXT = 200
MAX_NUMBER = 2**53 - 1

EQUALITY = frozenset({"eq", "ne", "in", "not_in"})
ORDER = frozenset({"lt", "le", "gt", "ge"})
PRESENCE = frozenset({"answered", "not_answered"})
OPS = EQUALITY | ORDER | PRESENCE | {"contains"}

ALLOWED_BY_TYPE: Mapping[type, frozenset[str]] = {
    bool: PRESENCE | {"eq", "ne"},
    str: PRESENCE | EQUALITY,
    int: PRESENCE | EQUALITY | ORDER,
    float: PRESENCE | EQUALITY | ORDER,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a document: a JSON pointer to the place, and a sentence that says what to do."""

    pointer: str
    message: str


def check_condition(
    condition: object,
    *,
    definition: "Definition | None" = None,
    facts: Mapping[str, tuple[type, str]] = FACTS,
    only: Collection[str] | None = None,
    pointer: str = "",
) -> list[Problem]:
    """List what is wrong with `condition`; [] means that `holds` can evaluate it.

    definition: the survey whose questions, codes and scores the names and values must fit; None checks the shape only.
    only: question keys that may be used here (those asked earlier); then pillar and index scores may not be used.
    Never raises, and stops early on trees deeper than MAX_DEPTH or larger than MAX_NODES.
    """
    checker = _Checker(definition=definition, facts=facts, only=only)
    checker.check(condition, pointer=pointer, depth=1)
    return checker.problems


def quoted(value: object) -> str:
    """Return `value` as a short quotation for a message."""
    words = value if isinstance(value, str) else type(value).__name__
    return f"“{words[:60]}{'…' if len(words) > 60 else ''}”"


class _Checker:
    def __init__(
        self,
        *,
        definition: "Definition | None",
        facts: Mapping[str, tuple[type, str]],
        only: Collection[str] | None,
    ) -> None:
        self.definition = definition
        self.facts = facts
        self.only = only
        self.problems: list[Problem] = []
        self.nodes = 0

    def say(self, pointer: str, message: str) -> None:
        self.problems.append(Problem(pointer, message))

    def check(self, node: object, *, pointer: str, depth: int) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            if self.nodes == MAX_NODES + 1:
                self.say(pointer, f"Use at most {MAX_NODES} parts in one condition.")
        elif depth > MAX_DEPTH:
            self.say(pointer, f"Nest conditions at most {MAX_DEPTH} levels deep.")
        elif not isinstance(node, dict) or not all(isinstance(name, str) for name in node):
            self.say(pointer, "A condition must be an object with “all”, “any”, “not” or a comparison.")
        elif len(node) == 1 and next(iter(node)) in ("all", "any", "not"):
            self.branch(node, pointer=pointer, depth=depth)
        else:
            self.leaf(node, pointer=pointer)

    def branch(self, node: dict[str, object], *, pointer: str, depth: int) -> None:
        kind, inner = next(iter(node.items()))
        if kind == "not":
            self.check(inner, pointer=f"{pointer}/not", depth=depth + 1)
        elif not isinstance(inner, list) or not inner:
            self.say(f"{pointer}/{kind}", f"“{kind}” must be a list of one or more conditions.")
        else:
            for index, child in enumerate(inner):
                if self.nodes > MAX_NODES:
                    return
                self.check(child, pointer=f"{pointer}/{kind}/{index}", depth=depth + 1)

    def leaf(self, node: dict[str, object], *, pointer: str) -> None:
        sources = [source for source in SOURCES if source in node]
        if len(sources) != 1:
            self.say(pointer, "A comparison needs exactly one of “question”, “score” and “fact”.")
            return
        source, op = sources[0], node.get("op")
        name = node[source]
        if not isinstance(op, str) or op not in OPS:
            self.say(f"{pointer}/op", f"Use one of these as “op”: {', '.join(sorted(OPS))}.")
        elif not isinstance(name, str):
            self.say(f"{pointer}/{source}", f"“{source}” must be a name.")
        elif self.shape(node, source=source, op=op, pointer=pointer):
            getattr(self, source)(name, op, node.get("value"), pointer)

    def shape(self, node: dict[str, object], *, source: str, op: str, pointer: str) -> bool:
        expected = {source, "op"} if op in PRESENCE else {source, "op", "value"}
        if "value" in expected and "value" not in node:
            self.say(pointer, f"“{op}” needs a “value”.")
            return False
        if extra := sorted(set(node) - expected):
            self.say(pointer, f"Remove {quoted(extra[0])}: it does not belong to this comparison.")
            return False
        return op in PRESENCE or self.value_shape(op, node["value"], pointer=f"{pointer}/value")

    def value_shape(self, op: str, value: object, *, pointer: str) -> bool:
        if op in ("in", "not_in"):
            if not isinstance(value, list) or not 1 <= len(value) <= MAX_VALUES:
                self.say(pointer, f"“{op}” needs a list of 1 to {MAX_VALUES} values.")
                return False
            return all(self.scalar(item, pointer=f"{pointer}/{index}") for index, item in enumerate(value))
        if op in ORDER and not _is_number(value):
            self.say(pointer, f"“{op}” needs a number.")
            return False
        return self.scalar(value, pointer=pointer)

    def scalar(self, value: object, *, pointer: str) -> bool:
        if isinstance(value, bool) or _is_number(value) or (isinstance(value, str) and 1 <= len(value) <= MAX_TEXT):
            return True
        self.say(pointer, f"A value must be yes or no, a number, or a text of 1 to {MAX_TEXT} characters.")
        return False

    def question(self, name: str, op: str, value: object, pointer: str) -> None:
        if self.definition is None:
            return
        question, is_text = self.definition.find(name)
        if question is None:
            self.say(f"{pointer}/question", f"There is no question {quoted(name)}.")
        elif self.only is not None and question.key not in self.only:
            self.say(f"{pointer}/question", f"The question {quoted(name)} must be asked earlier than here.")
        elif op not in (PRESENCE if is_text else _ops_of(question)):
            self.say(f"{pointer}/op", f"“{op}” cannot be used with the question {quoted(name)}.")
        elif op not in PRESENCE:
            self.codes(question, op, value, pointer=f"{pointer}/value")

    def codes(self, question: "Question", op: str, value: object, *, pointer: str) -> None:
        for item in value if isinstance(value, list) else [value]:
            if question.type == "recommend":
                if not _is_number(item) or item not in range(11):
                    self.say(pointer, f"The question {quoted(question.key)} is answered with 0 to 10.")
            elif not isinstance(item, str) or item not in question.codes:
                self.say(pointer, f"The question {quoted(question.key)} has no answer {quoted(item)}.")

    def score(self, name: str, op: str, value: object, pointer: str) -> None:
        if self.definition is not None and name not in self.definition.score_names:
            self.say(f"{pointer}/score", f"There is no score {quoted(name)}.")
        elif self.only is not None and name not in self.only:
            self.say(f"{pointer}/score", "Only the score of a question that was asked earlier can be used here.")
        else:
            self.typed(float, op, value, name=name, pointer=pointer)

    def fact(self, name: str, op: str, value: object, pointer: str) -> None:
        known = self.facts.get(name)
        if known is None:
            self.say(f"{pointer}/fact", f"There is no fact {quoted(name)}.")
        else:
            self.typed(known[0], op, value, name=name, pointer=pointer)

    def typed(self, wanted: type, op: str, value: object, *, name: str, pointer: str) -> None:
        if op not in ALLOWED_BY_TYPE.get(wanted, PRESENCE):
            self.say(f"{pointer}/op", f"“{op}” cannot be used with {quoted(name)}.")
        elif op not in PRESENCE and not all(
            _is_a(item, wanted) for item in (value if isinstance(value, list) else [value])
        ):
            words = {bool: "true or false", str: "a text"}.get(wanted, "a number")
            self.say(f"{pointer}/value", f"Compare {quoted(name)} with {words}.")


def _ops_of(question: "Question") -> frozenset[str]:
    match question.type:
        case "multi":
            return PRESENCE | {"contains"}
        case "recommend":
            return PRESENCE | EQUALITY | ORDER
        case "text" | "contact":
            return PRESENCE
    return PRESENCE | EQUALITY


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -MAX_NUMBER <= value <= MAX_NUMBER


def _is_a(value: object, wanted: type) -> bool:
    if wanted in (int, float):
        return _is_number(value)
    return isinstance(value, wanted)
