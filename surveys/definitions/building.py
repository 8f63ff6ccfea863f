"""Build a Definition from a document that fits the JSON Schema."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from types import MappingProxyType
from typing import Any

from surveys.conditions.evaluation import questions_in, scores_in
from surveys.definitions.document import (
    OTHER_SUFFIX,
    PILLARS,
    Choice,
    Definition,
    Page,
    Passage,
    Question,
    QuestionType,
    Scale,
)
from surveys.definitions.text import Text

MAX_TEXT_ANSWER = 1000
MAX_OTHER = 200
MAX_CONTACT = 254
SCORED_TYPES = (QuestionType.CHOICE, QuestionType.SCALE, QuestionType.RECOMMEND)

Raw = Mapping[str, Any]


# The wording depends on who answers, whatever the conditions say.
WORDING_FACTS = frozenset({"respondent_kind", "respondent_known"})


def build(document: Raw) -> Definition:
    """Build the definition of a document that fits the schema; meaning is checked elsewhere."""
    return _Builder(document).definition()


class _Builder:
    def __init__(self, document: Raw) -> None:
        self.document = document
        self.languages: tuple[str, ...] = tuple(document["languages"])
        self.scales: Mapping[str, Sequence[Raw]] = document.get("scales", {})

    def definition(self) -> Definition:
        pages = tuple(self.page(raw) for raw in self.document["pages"])
        questions = {question.key: question for page in pages for question in page.questions}
        return Definition(
            languages=self.languages,
            untested=tuple(self.document.get("untested", ())),
            title=self.text(self.document["title"]),
            intro=self.optional(self.document.get("intro")),
            pages=pages,
            end=self.text(self.document["end"]),
            end_notes=self.passages(self.document.get("end_notes", ())),
            questions=MappingProxyType(questions),
            pages_by_id=MappingProxyType({page.id: page for page in pages}),
            score_names=_score_names(questions.values()),
            fact_names=frozenset(_fact_names(self.document)) | WORDING_FACTS,
        )

    def text(self, raw: Raw) -> Text:
        return Text.read(raw, first_language=self.languages[0])

    def optional(self, raw: Raw | None) -> Text | None:
        return None if raw is None else self.text(raw)

    def passages(self, raws: Sequence[Raw]) -> tuple[Passage, ...]:
        return tuple(Passage(show_if=deepcopy(raw["show_if"]), text=self.text(raw["text"])) for raw in raws)

    def page(self, raw: Raw) -> Page:
        questions = tuple(self.question(each) for each in raw.get("questions", ()))
        return Page(
            id=raw["id"],
            title=self.optional(raw.get("title")),
            titles=self.passages(raw.get("titles", ())),
            show_if=deepcopy(raw.get("show_if")),
            questions=questions,
            keys=frozenset(name for question in questions for name in question.names),
            uses_scores=bool(scores_in(raw.get("show_if"))) or any(question.uses_scores for question in questions),
        )

    def question(self, raw: Raw) -> Question:
        kind, key = QuestionType(raw["type"]), raw["key"]
        choices = self.choices(raw, kind=kind)
        other = next((choice for choice in choices if choice.other), None)
        validate = raw.get("validate", {})
        return Question(
            key=key,
            type=kind,
            text=self.text(raw["text"]),
            help=self.optional(raw.get("help")),
            notice=self.optional(raw.get("notice")),
            required=raw.get("required", False),
            choices=choices,
            scale=self.ends(raw.get("scale")),
            show_if=deepcopy(raw.get("show_if")),
            validate=MappingProxyType(dict(validate)),
            tags=MappingProxyType(dict(raw.get("tags", {}))),
            codes=MappingProxyType({choice.code: choice for choice in choices}),
            exclusive=frozenset(choice.code for choice in choices if choice.exclusive),
            other=other,
            max_length=int(validate.get("max_length", _default_length(kind))),
            names=(key, key + OTHER_SUFFIX) if other else (key,),
            depends=frozenset(key.removesuffix(OTHER_SUFFIX) for key in questions_in(raw.get("show_if"))),
            uses_scores=bool(scores_in(raw.get("show_if"))),
        )

    def ends(self, raw: object) -> Scale | None:
        if not isinstance(raw, Mapping):
            return None
        return Scale(low=self.text(raw["low"]), high=self.text(raw["high"]))

    def choices(self, raw: Raw, *, kind: QuestionType) -> tuple[Choice, ...]:
        if kind is QuestionType.RECOMMEND:
            return tuple(self.rating(number) for number in range(11))
        raws = written_choices(raw, scales=self.scales)
        steps = sum(1 for each in raws if is_step(each)) if kind is QuestionType.SCALE else 0
        done: list[Choice] = []
        step = 0
        for each in raws:
            score: float | None = each.get("score")
            if steps > 1 and is_step(each):
                score = 100.0 - 100.0 * step / (steps - 1)
                step += 1
            done.append(self.choice(each, score=score))
        return tuple(done)

    def choice(self, raw: Raw, *, score: float | None) -> Choice:
        return Choice(
            code=raw["code"],
            text=self.text(raw["text"]),
            exclusive=raw.get("exclusive", False),
            other=raw.get("other", False),
            na=raw.get("na", False),
            score=None if score is None else float(score),
            score_if=deepcopy(raw.get("score_if")),
        )

    def rating(self, number: int) -> Choice:
        words = self.text({language: str(number) for language in self.languages})
        return Choice(code=str(number), text=words, score=number * 10.0)


def written_choices(raw: Raw, *, scales: Mapping[str, Sequence[Raw]]) -> list[Raw]:
    """Return the choices of a question as written: those of the scale that it names, then its own."""
    name = raw.get("scale")
    shared = scales.get(name, ()) if isinstance(name, str) else ()
    return [*shared, *raw.get("choices", ())]


def is_step(raw: Raw) -> bool:
    """Tell whether a written choice is a step of the ladder from best to worst: scored by its place, not by itself."""
    return not raw.get("na") and "score" not in raw


def _default_length(kind: QuestionType) -> int:
    return {QuestionType.TEXT: MAX_TEXT_ANSWER, QuestionType.CONTACT: MAX_CONTACT}.get(kind, MAX_OTHER)


def _score_names(questions: Iterable[Question]) -> frozenset[str]:
    scored = [question for question in questions if question.type in SCORED_TYPES]
    items = {q.key for q in scored if q.type is QuestionType.RECOMMEND or any(c.score is not None for c in q.choices)}
    return frozenset(items | {f"pillar.{pillar}" for pillar in PILLARS} | {"index.experience"})


def _fact_names(raw: object) -> Iterator[str]:
    if isinstance(raw, Mapping):
        if isinstance(raw.get("fact"), str) and "op" in raw:
            yield raw["fact"]
        for inner in raw.values():
            yield from _fact_names(inner)
    elif isinstance(raw, list | tuple):
        for inner in raw:
            yield from _fact_names(inner)
