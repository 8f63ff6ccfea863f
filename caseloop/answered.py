"""What a patient answered, in words, for those who work the case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from caseloop.models import Concern
from surveys.answers import effective_answers
from surveys.answers.visibility import visible_walk
from surveys.definitions import Question, QuestionType
from surveys.models import Response, Verbatim

LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answered question. words: what the patient wrote; later: the answer now; fired: it raised a concern."""

    asked: str
    said: str
    words: str
    later: str
    fired: bool


@dataclass(frozen=True, slots=True)
class Answered:
    """One response in words, in the order of asking."""

    survey: str
    at: datetime
    respondent: str
    answers: list[Answer]


def what_they_answered(concerns: list[Concern]) -> Answered | None:
    """Return the response behind the newest concern, with the answers that raised concerns marked.

    Three statements, whatever its length. None when no concern came from a response that the member may see.
    """
    ids = [UUID(concern.why["response"]) for concern in concerns if concern.why.get("response")]
    response = Response.objects.filter(pk__in=ids[-1:]).select_related("survey", "version", "program").first()
    if response is None:
        return None
    newest = Verbatim.objects.filter(response=response).order_by("question_key", "-revision").distinct("question_key")
    words = dict(newest.values_list("question_key", "text"))
    mine = [concern for concern in concerns if concern.why.get("response") == str(response.pk)]
    return Answered(
        survey=response.survey.name,
        at=response.submitted_at or response.saved_at,
        respondent=response.get_respondent_kind_display(),
        answers=_in_words(response, words=words, concerns=mine),
    )


def _in_words(response: Response, *, words: Mapping[str, str], concerns: list[Concern]) -> list[Answer]:
    definition = response.version.definition
    facts = response.facts
    answers = effective_answers(definition, answers=response.answers, facts=facts)
    fired = {leaf.get("question"): leaf for concern in concerns for leaf in concern.answers}
    changed = {c.changed_answer["question"]: c.changed_answer for c in concerns if c.changed_answer}
    fills = {"program": response.program.public_name, "phone": response.program.phone}
    shown = []
    for question, value in visible_walk(definition, answers=answers, facts=facts):
        if value is None and question.key not in fired:
            continue
        leaf, later = fired.get(question.key), changed.get(question.key)
        shown.append(
            Answer(
                asked=question.text.render(language=LANGUAGE, respondent=response.respondent_kind, fills=fills),
                said=leaf["answer"] if leaf and later else _said(question, value, fills),
                words=words.get(question.key, "") or words.get(question.other_key, ""),
                later=later["after"] if later else "",
                fired=leaf is not None,
            )
        )
    return shown


def _said(question: Question, value: Any, fills: Mapping[str, str]) -> str:
    if value is None:
        return "No answer"
    if question.type is QuestionType.TEXT:
        return ""
    if question.type is QuestionType.CONTACT:
        return "Given; kept in the contact vault"
    codes = value if isinstance(value, list) else [value]
    labels = [question.codes[c].text.render(language=LANGUAGE, fills=fills) for c in codes if c in question.codes]
    return ", ".join(labels) if labels else str(value)
