"""The parts of a definition: frozen, shared between threads, with what every request needs worked out once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from surveys.conditions.evaluation import Condition, holds
from surveys.definitions.text import Text

PILLARS = ("convenience", "quality", "support", "personalization", "communication")
OTHER_SUFFIX = "__other"


class QuestionType(StrEnum):
    """How a question is asked and what its answer is.

    choice, scale: one option code; scale options run from best to worst. multi: a list of codes in the order of the
    definition. recommend: a whole number 0..10. text, contact: True in the answers, the words themselves elsewhere.
    """

    CHOICE = "choice"
    MULTI = "multi"
    SCALE = "scale"
    RECOMMEND = "recommend"
    TEXT = "text"
    CONTACT = "contact"


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """A text that is shown only where its condition holds."""

    show_if: Condition
    text: Text


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One option. `score` is in points 0..100, None if the option is not scored (`na` says so in the document)."""

    code: str
    text: Text
    exclusive: bool = False
    other: bool = False
    na: bool = False
    score: float | None = None
    score_if: Condition | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """The words at the two ends of a 0-10 question."""

    low: Text
    high: Text


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One question.

    `codes` maps option code to choice, in order; `names` are the names of its inputs (its key, and `<key>__other`);
    `depends` are the keys of the questions that show it or hide it.
    """

    key: str
    type: QuestionType
    text: Text
    help: Text | None
    notice: Text | None
    required: bool
    choices: tuple[Choice, ...]
    scale: Scale | None
    show_if: Condition | None
    validate: Mapping[str, Any]
    tags: Mapping[str, str]
    codes: Mapping[str, Choice]
    exclusive: frozenset[str]
    other: Choice | None
    max_length: int
    names: tuple[str, ...]
    depends: frozenset[str]
    uses_scores: bool

    @property
    def other_key(self) -> str:
        """The name of the text box beside the option "something else"."""
        return self.key + OTHER_SUFFIX

    @property
    def pillar(self) -> str:
        """The pillar that the score of this question counts for; "" if none."""
        return self.tags.get("pillar", "")

    def score(self, value: object, *, facts: Mapping[str, Any]) -> float | None:
        """Return the points 0..100 of one answer, best = 100; None if it is not scored (unanswered, N/A, unknown)."""
        if self.type is QuestionType.RECOMMEND:
            is_rating = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 10
            return value * 10.0 if is_rating and isinstance(value, int) else None
        choice = self.codes.get(value) if isinstance(value, str) else None
        if choice is None or choice.score is None:
            return None
        is_excluded = choice.score_if is not None and not holds(choice.score_if, answers={}, facts=facts)
        return None if is_excluded else choice.score

    def has_answer(self, value: object) -> bool:
        """Tell whether `value` is an answer that this question offers (N/A counts as one)."""
        if self.type is QuestionType.RECOMMEND:
            return self.score(value, facts={}) is not None
        if self.type is QuestionType.MULTI:
            return isinstance(value, list) and bool(value)
        return value in self.codes if isinstance(value, str) else value is True and not self.codes


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """One page: an idea, with one to four questions; without questions it only informs."""

    id: str
    title: Text | None
    titles: tuple[Passage, ...]
    show_if: Condition | None
    questions: tuple[Question, ...]
    keys: frozenset[str]
    uses_scores: bool


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """One published survey.

    `fact_names` are the facts that its conditions and its wording depend on.
    `end` is what the last page says and `end_notes` what it adds for some answers. `untested` are languages whose
    wording has not been tried out with patients. `questions` maps key to question in the order of asking.
    """

    languages: tuple[str, ...]
    untested: tuple[str, ...]
    title: Text
    intro: Text | None
    pages: tuple[Page, ...]
    end: Text
    end_notes: tuple[Passage, ...]
    questions: Mapping[str, Question]
    pages_by_id: Mapping[str, Page]
    score_names: frozenset[str]
    fact_names: frozenset[str]

    def find(self, name: str) -> tuple[Question | None, bool]:
        """Return the question that `name` belongs to, and whether `name` is its "something else" text."""
        if name.endswith(OTHER_SUFFIX):
            question = self.questions.get(name.removesuffix(OTHER_SUFFIX))
            return (question, True) if question and question.other else (None, True)
        return self.questions.get(name), False

    def with_measure(self, measure: str) -> Iterator[Question]:
        """Yield the questions that are tagged with `measure`, in order."""
        return (question for question in self.questions.values() if question.tags.get("measure") == measure)
