"""What an item is about: the words, where they come from, and what else was said with them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from caseloop.models import CaseText
from caseloop.words import HIDDEN_COLLEAGUE
from cxplatform.lib.languages import language_name
from messaging.models import Inbound
from patients.models import PatientEvent
from safety.models import Item, Report
from surveys.models import Response, Verbatim
from surveys.models.survey import definition_of
from tenants.models import Member
from verbatims.screening import Mark, label, marks

ERASED = "These words were erased on request."
DEATH = "The patient was reported as deceased."


@dataclass(slots=True)
class Said:
    """What somebody wrote. where: what it answers, in words. others: (where, text) of the same response.

    may_contact: what the respondent said to being contacted by the maker ("" when nobody asked).
    """

    text: str
    where: str
    at: datetime
    language: str = ""
    by: str = ""
    may_contact: str = ""
    others: list[tuple[str, str]] = field(default_factory=list)
    is_erased: bool = False

    @property
    def marked(self) -> SafeString:
        """Return the words as HTML, escaped, with what the lexicon found in <mark>."""
        return mark_terms(self.text)


def said_in(item: Item) -> Said:
    """Return what an item is about; at most four statements."""
    return _READERS[Item.Source(item.source)](item)


def mark_terms(text: str) -> SafeString:
    """Return `text` escaped, with every finding of the lexicon in <mark>; findings that overlap become one."""
    parts: list[str] = []
    at = 0
    for start, end, title in _joined(marks(text)):
        parts += [escape(text[at:start]), format_html('<mark title="{}">{}</mark>', title, text[start:end])]
        at = end
    return mark_safe("".join([*parts, escape(text[at:])]))


def _joined(found: list[Mark]) -> list[tuple[int, int, str]]:
    spans: list[tuple[int, int, str]] = []
    for mark in found:
        words = label(mark.term) + (" (denied)" if mark.is_negated else "")
        if spans and mark.start < spans[-1][1]:
            start, end, before = spans[-1]
            spans[-1] = (start, max(end, mark.end), before if words in before else f"{before}, {words.lower()}")
        else:
            spans.append((mark.start, mark.end, words))
    return spans


def _answer(item: Item) -> Said:
    words = Verbatim.objects.select_related("response__program").get(pk=item.source_id)
    response = words.response
    others = response.verbatims.exclude(pk=words.pk).order_by("received_at", "question_key")
    return Said(
        text=words.text,
        where=_question(response, words.question_key),
        at=words.received_at,
        language=language_name(response.language),
        by=response.get_respondent_kind_display(),
        may_contact=_may_contact(response),
        others=[(_question(response, each.question_key), ERASED if each.erased_at else each.text) for each in others],
        is_erased=words.erased_at is not None,
    )


def _note(item: Item) -> Said:
    words = CaseText.objects.select_related("event__case", "event__actor__user").get(pk=item.source_id)
    event = words.event
    by = str(event.actor) if event.actor else ""
    where = f"{event.get_kind_display()} on case {event.case.number}"
    return Said(words.text, where, words.received_at, by=by, is_erased=words.erased_at is not None)


def _message(item: Item) -> Said:
    words = Inbound.objects.get(pk=item.source_id)
    language = language_name(words.language) if words.language else ""
    return Said(words.text, "Text message to us", words.received_at, language, is_erased=words.erased_at is not None)


def _status(item: Item) -> Said:
    event = PatientEvent.objects.select_related("actor__user").get(pk=item.source_id)
    return Said(DEATH, "Contact status", event.at, by=str(event.actor) if event.actor else "")


def _report(item: Item) -> Said:
    words = Report.objects.select_related("case").get(pk=item.source_id)
    where = f"Report on case {words.case.number}" if words.case else "Report"
    # Not joined: a partner's reviewer may read the report, but not see the sponsor's member who wrote it.
    author = Member.objects.select_related("user").filter(pk=words.reported_by_id).first()
    by = str(author) if author else HIDDEN_COLLEAGUE
    return Said(words.text, where, words.learned_at, by=by, is_erased=words.erased_at is not None)


def _question(response: Response, key: str) -> str:
    question, is_other = definition_of(response.version_id).find(key)
    if question is None:
        return key
    program = response.program
    fills = {"program": program.public_name, "phone": program.phone, "emergency": program.emergency}
    words = question.text.render(language="en", respondent=response.respondent_kind, fills=fills)
    return f"{words} (something else)" if is_other else words


def _may_contact(response: Response) -> str:
    definition = definition_of(response.version_id)
    for question in definition.with_measure("maker_contact"):
        code = response.answers.get(question.key)
        choice = question.codes.get(code) if isinstance(code, str) else None
        if choice:
            return choice.text.render(language="en")
        return "Not answered"
    return ""


_READERS: dict[Item.Source, Callable[[Item], Said]] = {
    Item.Source.ANSWER: _answer,
    Item.Source.NOTE: _note,
    Item.Source.MESSAGE: _message,
    Item.Source.STATUS: _status,
    Item.Source.REPORT: _report,
}
