"""Say a condition as an English sentence, for the people who write and read rules."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from surveys.conditions.evaluation import branches
from surveys.conditions.facts import FACTS

if TYPE_CHECKING:
    from surveys.definitions.document import Definition

VERBS: Mapping[str, str] = {
    "eq": "is",
    "ne": "is not",
    "in": "is",
    "not_in": "is not",
    "contains": "includes",
    "lt": "is less than",
    "le": "is at most",
    "gt": "is more than",
    "ge": "is at least",
    "answered": "is answered",
    "not_answered": "is not answered",
}
NEUTRAL_FILLS: Mapping[str, str] = {"program": "the program", "phone": "the phone number", "emergency": "emergency"}


def in_words(condition: object, *, definition: "Definition | None" = None, language: str = "en") -> str:
    """Say `condition` in plain English, such as: “Do you feel prepared?” is “No”.

    definition: whose wording of questions and answers is quoted, in `language`; None quotes keys and codes.
    Gives a sentence for every checked tree; what does not belong in a tree is called “something unreadable”.
    """
    return _Speaker(definition, language).say(condition)


class _Speaker:
    def __init__(self, definition: "Definition | None", language: str) -> None:
        self.definition = definition
        self.language = language

    def say(self, node: object, *, inside: str = "") -> str:
        kind, children = branches(node) or ("", ())
        if not children:
            return self.leaf(node) if isinstance(node, Mapping) else "something unreadable"
        if kind == "not":
            return f"it is not true that {self.say(children[0], inside='not')}"
        joined = f" {'and' if kind == 'all' else 'or'} ".join(self.say(child, inside=kind) for child in children)
        return f"({joined})" if len(children) > 1 and inside not in ("", kind) else joined

    def leaf(self, leaf: Mapping[str, Any]) -> str:
        op = leaf.get("op")
        verb = VERBS.get(op) if isinstance(op, str) else None
        for source, subject in (("question", self.question), ("score", self.score), ("fact", self.fact)):
            name = leaf.get(source)
            if verb and isinstance(name, str):
                return subject(name, verb, leaf)
        return "something unreadable"

    def question(self, name: str, verb: str, leaf: Mapping[str, Any]) -> str:
        question, is_text = self.definition.find(name) if self.definition else (None, False)
        if question is None:
            return self.join(f"“{name}”", verb, leaf, {})
        asked = question.text.render(language=self.language, fills=NEUTRAL_FILLS)
        labels = {
            code: c.text.render(language=self.language, fills=NEUTRAL_FILLS) for code, c in question.codes.items()
        }
        return self.join(f"{'the text beside ' if is_text else ''}“{asked}”", verb, leaf, labels)

    def score(self, name: str, verb: str, leaf: Mapping[str, Any]) -> str:
        kind, _, part = name.partition(".")
        if name == "index.experience":
            return self.join("the experience index", verb, leaf, {})
        if kind == "pillar":
            return self.join(f"the {part} score", verb, leaf, {})
        question = self.definition.questions.get(name) if self.definition else None
        asked = question.text.render(language=self.language, fills=NEUTRAL_FILLS) if question else name
        return self.join(f"the score of “{asked}”", verb, leaf, {})

    def fact(self, name: str, verb: str, leaf: Mapping[str, Any]) -> str:
        kind, described = FACTS.get(name, (str, f"“{name}”"))
        value = leaf.get("value")
        if kind is not bool:
            return self.join(described, verb.replace("answered", "known"), leaf, {})
        if leaf.get("op") not in ("eq", "ne") or not isinstance(value, bool):
            return f"whether {described} {verb.replace('answered', 'known')}"
        return described if value is (leaf["op"] == "eq") else f"it is known not to be so that {described}"

    def join(self, subject: str, verb: str, leaf: Mapping[str, Any], labels: Mapping[str, str]) -> str:
        if leaf["op"] in ("answered", "not_answered"):
            return f"{subject} {verb}"
        value = leaf.get("value")
        said = [_quote(item, labels) for item in (value if isinstance(value, list) else [value])]
        if leaf["op"] == "not_in" and len(said) > 1:
            return f"{subject} is neither {' nor '.join(said)}"
        return f"{subject} {verb} {' or '.join(said)}"


def _quote(value: object, labels: Mapping[str, str]) -> str:
    if isinstance(value, str):
        return f"“{labels.get(value, value)}”"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
