"""What a page must know to show and hide its own questions at once, as `static/js/conditions.js` does."""

from collections.abc import Mapping
from typing import Any

from surveys.answers.visibility import item_scores
from surveys.conditions import TRUE, residual, scores_in
from surveys.definitions.document import Definition, Page, Question, QuestionType

_KINDS = {QuestionType.RECOMMEND: "number", QuestionType.MULTI: "many"}
_WORDS = (QuestionType.TEXT, QuestionType.CONTACT)
POINTS_A_STEP = 10


def live_page(
    definition: Definition, page: Page, *, answers: Mapping[str, Any], facts: Mapping[str, Any]
) -> dict[str, Any]:
    """Return `{"questions": [...]}` for the twin: JSON that says nothing of earlier answers, facts or the wording.

    answers: the effective answers of earlier pages. Each question has `key`, `names` (of its inputs) and `kind` (`one`,
    `number`, `many` or `words`), and where needed `show_if` (what is left to ask of this page), `points` (by code; a
    number: points a step), `other` (the code that has the text box), `codes` in order and `exclusive` ones.
    """
    before = {name: value for name, value in answers.items() if name not in page.keys}
    scores = item_scores(definition, answers=before, facts=facts)
    left = {
        question.key: residual(question.show_if, names=page.keys, answers=before, scores=scores, facts=facts)
        for question in page.questions
        if question.show_if is not None
    }
    scored = {name for condition in left.values() for name in scores_in(condition)}
    return {
        "questions": [
            _question(question) | _condition(left.get(question.key)) | _points(question, scored, facts=facts)
            for question in page.questions
        ]
    }


def _question(question: Question) -> dict[str, Any]:
    kind = "words" if question.type in _WORDS else _KINDS.get(question.type, "one")
    said: dict[str, Any] = {"key": question.key, "names": list(question.names), "kind": kind}
    if question.other:
        said["other"] = question.other.code
    if kind == "many":
        said |= {"codes": list(question.codes), "exclusive": sorted(question.exclusive)}
    return said


def _condition(left: Mapping[str, Any] | None) -> dict[str, Any]:
    return {} if left is None or left == TRUE else {"show_if": left}


def _points(question: Question, scored: set[str], *, facts: Mapping[str, Any]) -> dict[str, Any]:
    if question.key not in scored:
        return {}
    if question.type is QuestionType.RECOMMEND:
        return {"points": POINTS_A_STEP}
    points = {code: question.score(code, facts=facts) for code in question.codes}
    return {"points": {code: each for code, each in points.items() if each is not None}}
