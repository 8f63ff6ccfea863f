"""A response in words: what was asked, what was answered, in the reader's language."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from surveys.answers import effective_answers
from surveys.definitions import Question, QuestionType
from surveys.models import Response, Verbatim
from surveys.models.survey import definition_of

ERASED = "(Erased on request)"
LANGUAGE = "en"  # what staff read; open texts stay as they were written


@dataclass(frozen=True, slots=True)
class Said:
    """One question with its answer. words: an open text beside or instead of it, as it was written."""

    question: str
    answer: str
    words: str


def in_words(responses: Iterable[Response]) -> dict[UUID, list[Said]]:
    """Return the answered questions of each response by its id, in the order of asking; one query for all texts.

    responses: with `program` at hand.
    """
    found = list(responses)
    texts = _newest_texts(found)
    return {response.pk: list(_said(response, texts[response.pk])) for response in found}


def _said(response: Response, texts: dict[str, str]) -> Iterable[Said]:
    fills = {"program": response.program.public_name}
    definition = definition_of(response.version_id)  # kept by the process; the row's document need not be read
    answers = effective_answers(definition, answers=response.answers, facts=response.facts)
    for question in definition.questions.values():
        if question.key in answers:
            asked = question.text.render(language=LANGUAGE, respondent=response.respondent_kind, fills=fills)
            words = texts.get(question.key) or texts.get(question.other_key, "")
            yield Said(asked, _answer(question, answers[question.key], fills), words)


def _answer(question: Question, answer: Any, fills: dict[str, str]) -> str:
    if question.type is QuestionType.RECOMMEND:
        return f"{answer} out of 10"
    if question.type is QuestionType.CONTACT:
        return "Left a way to be reached (kept in the contact vault)"
    if question.type is QuestionType.TEXT:
        return ""
    codes = answer if isinstance(answer, list) else [answer]
    chosen = [question.codes[code].text for code in codes if code in question.codes]
    return ", ".join(text.render(language=LANGUAGE, fills=fills) for text in chosen)


def _newest_texts(responses: list[Response]) -> dict[UUID, dict[str, str]]:
    """Return the newest text of each question, by response; later rows overwrite earlier ones."""
    texts: dict[UUID, dict[str, str]] = defaultdict(dict)
    rows = Verbatim.objects.filter(response__in=[response.pk for response in responses]).order_by("revision")
    for response_id, key, text, erased_at in rows.values_list("response_id", "question_key", "text", "erased_at"):
        texts[response_id][key] = ERASED if erased_at else text
    return texts
