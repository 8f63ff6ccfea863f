"""An alert in words: which question, which answer, why."""

from collections.abc import Iterable
from typing import Any

from caseloop.wishes import Wish
from cxplatform.lib.clocks import DAY_PARTS, DAYS, WorkingWeek, call_window
from surveys.conditions import FACTS
from surveys.definitions import Definition, Question
from surveys.models import Response
from surveys.models.survey import definition_of

SHORT = 120


def explain(response: Response, leaves: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the comparisons that fired with the words of the version: `text` and `answer` beside the codes.

    Option codes become labels in English (or the survey's first language); open texts are never copied.
    """
    definition = definition_of(response.version_id)
    return [{**leaf, **_in_words(definition, response, leaf)} for leaf in leaves]


def callback_window(answers: dict[str, Any], *, zone: str) -> WorkingWeek | None:
    """Return when the patient wants to be called, from the call-back probe; None when nothing was chosen."""
    days, parts = _chosen(answers, "contact_days", DAYS), _chosen(answers, "contact_times", DAY_PARTS)
    return call_window(zone=zone, days=days, parts=parts) if days or parts else None


def wish(answers: dict[str, Any]) -> Wish:
    """Return how the patient asked to be contacted, from the call-back probe; NO_WISH when nothing was chosen."""
    said = answers.get("contact_voicemail")
    return Wish(
        days=tuple(_chosen(answers, "contact_days", DAYS)),
        parts=tuple(_chosen(answers, "contact_times", DAY_PARTS)),
        channel=str(answers.get("contact_channel") or ""),
        language=str(answers.get("contact_language") or ""),
        voicemail={"yes": True, "no": False}.get(str(said)),
    )


def _chosen(answers: dict[str, Any], question: str, offered: Iterable[str]) -> list[str]:
    given = answers.get(question)
    chosen = given if isinstance(given, list) else [given]
    return [code for code in offered if code in chosen]


def _in_words(definition: Definition, response: Response, leaf: dict[str, Any]) -> dict[str, str]:
    question = definition.questions.get(leaf.get("question", ""))
    if question is None:
        return {"text": _subject_in_words(leaf), "answer": _plain(leaf.get("actual"))}
    fills = {"program": response.program.public_name}
    return {
        "text": question.text.render(language="en", respondent=response.respondent_kind, fills=fills)[:SHORT],
        "answer": _answer_in_words(question, leaf.get("actual"), fills),
    }


def _subject_in_words(leaf: dict[str, Any]) -> str:
    if "fact" in leaf:
        _, described = FACTS.get(leaf["fact"], (str, str(leaf["fact"])))
        return described[:1].upper() + described[1:]
    return f"Score of {leaf.get('score') or leaf.get('question')}"


def _plain(actual: Any) -> str:
    if isinstance(actual, bool):
        return "Yes" if actual else "No"
    if actual is None:
        return "Not known"
    return f"{actual:.0f}" if isinstance(actual, float) else str(actual)


def _answer_in_words(question: Question, actual: Any, fills: dict[str, str]) -> str:
    if actual is None:
        return "No answer"
    codes = actual if isinstance(actual, list) else [actual]
    labels = [question.codes[code].text.render(language="en", fills=fills) for code in codes if code in question.codes]
    return ", ".join(labels) if labels else str(actual)
