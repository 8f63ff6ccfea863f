"""Read what a patient posted: pure, total, and keeping everything that is good."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from surveys.answers.messages import FieldError, field_error
from surveys.answers.visibility import effective_answers, item_scores, visible_pages
from surveys.conditions.evaluation import holds
from surveys.definitions.document import Choice, Definition, Page, Question, QuestionType

PAGE_ERROR = "_page"
HIDDEN_PREFIX = "_"
CSRF_FIELD = "csrfmiddlewaretoken"
UNSTORABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
LINE_ENDS = str.maketrans({"\x0b": "\n", "\x0c": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"})
PHONE = re.compile(r"\+?[0-9 ().\-/]+")
MAX_VALUES = 100

Form = Mapping[str, Sequence[str]]


@dataclass(slots=True)
class Reading:
    """What one page says.

    answers: as stored, True where words were written. verbatims: open words by key, `<key>__other` beside an option.
    contacts: addresses for the vault by key; they belong nowhere else. errors: by key, PAGE_ERROR for the page itself.
    cleared: names whose earlier answer or words the person has now taken away (the question was asked and left empty).
    """

    answers: dict[str, Any] = field(default_factory=dict)
    verbatims: dict[str, str] = field(default_factory=dict)
    contacts: dict[str, str] = field(default_factory=dict)
    errors: dict[str, FieldError] = field(default_factory=dict)
    cleared: set[str] = field(default_factory=set)


class _Refused(Exception):
    def __init__(self, code: str, *, limit: str = "", option: Choice | None = None) -> None:
        self.code = code
        self.limit = limit
        self.option = option

    def as_error(self, language: str) -> FieldError:
        option = self.option.text.render(language=language) if self.option else ""
        return field_error(self.code, language=language, limit=self.limit, option=option)


def read_page(
    page: Page,
    *,
    form: Form,
    definition: Definition,
    answers: Mapping[str, Any],
    facts: Mapping[str, Any],
    language: str,
) -> Reading:
    """Read one posted page.

    form: name -> list of posted values (`dict(request.POST.lists())`); names that start with "_" are not ours and are
    passed over, and so is "csrfmiddlewaretoken". answers: what is stored so far. language: of the error messages.
    Never raises. Only questions that are visible now are read, with the answers of this very form taken into account;
    values of hidden questions are dropped. A question with an error keeps its stored answer and is not in `cleared`.
    """
    before = {key: value for key, value in answers.items() if key not in page.keys}
    known = effective_answers(definition, answers=before, facts=facts)
    reading = Reading()
    for question in page.questions:
        if _is_open(question, definition=definition, known=known, facts=facts):
            known.update(_read_question(question, form=form, language=language, reading=reading))
    if not all(name in page.keys or _is_hidden_field(name) for name in form):
        reading.errors[PAGE_ERROR] = field_error("unknown_field", language=language)
    return reading


def read_survey(definition: Definition, *, form: Form, facts: Mapping[str, Any], language: str) -> Reading:
    """Read a whole survey posted at once (by the API): each page in order, with the answers of those before it.

    Names that no question has are an error; values of hidden questions are dropped. Never raises.
    """
    whole = Reading()
    known = {name for page in definition.pages for name in page.keys}
    for page in definition.pages:
        if page.show_if is None or page in visible_pages(definition, answers=whole.answers, facts=facts):
            part = {name: form[name] for name in page.keys if name in form}
            _absorb(whole, page, form=part, definition=definition, facts=facts, language=language)
    if not all(name in known or _is_hidden_field(name) for name in form):
        whole.errors[PAGE_ERROR] = field_error("unknown_field", language=language)
    return whole


def merge(answers: Mapping[str, Any], reading: Reading) -> dict[str, Any]:
    """Return the stored answers after a page was read: new ones in, cleared ones out, the rest as it was."""
    return {key: value for key, value in answers.items() if key not in reading.cleared} | reading.answers


def _absorb(
    whole: Reading, page: Page, *, form: Form, definition: Definition, facts: Mapping[str, Any], language: str
) -> None:
    part = read_page(page, form=form, definition=definition, answers=whole.answers, facts=facts, language=language)
    whole.answers.update(part.answers)
    whole.verbatims.update(part.verbatims)
    whole.contacts.update(part.contacts)
    whole.errors.update(part.errors)
    whole.cleared.update(part.cleared)


def _is_hidden_field(name: object) -> bool:
    return isinstance(name, str) and (name.startswith(HIDDEN_PREFIX) or name == CSRF_FIELD)


def _is_open(question: Question, *, definition: Definition, known: dict[str, Any], facts: Mapping[str, Any]) -> bool:
    if question.show_if is None:
        return True
    scores = item_scores(definition, answers=known, facts=facts) if question.uses_scores else {}
    return holds(question.show_if, answers=known, scores=scores, facts=facts)


def _read_question(question: Question, *, form: Form, language: str, reading: Reading) -> dict[str, Any]:
    found: dict[str, Any] = {}
    try:
        found = _READERS[question.type](question, _posted(form, question.key), reading)
        if not found and question.required and not question.other:
            raise _Refused("required")
    except _Refused as refused:
        reading.errors[question.key] = refused.as_error(language)
    if question.other:
        _read_other(question, form=form, language=language, reading=reading, found=found)
    if not found and question.key not in reading.errors:
        reading.cleared.add(question.key)
    reading.answers.update(found)
    return found


def _read_other(question: Question, *, form: Form, language: str, reading: Reading, found: dict[str, Any]) -> None:
    name = question.other_key
    try:
        words = _words(_posted(form, name), limit=question.max_length)
    except _Refused as refused:
        reading.errors[name] = refused.as_error(language)
        return
    if words:
        # Words are never dropped, whichever option is ticked: they may tell of a side effect.
        reading.verbatims[name] = words
        found[name] = True
        _tick_other(question, found, is_refused=question.key in reading.errors)
    else:
        reading.cleared.add(name)
    if question.required and question.key not in found and question.key not in reading.errors:
        reading.errors[question.key] = field_error("required", language=language)


def _tick_other(question: Question, found: dict[str, Any], *, is_refused: bool) -> None:
    if question.other is None or is_refused:
        return
    if question.key not in found:
        is_multi = question.type is QuestionType.MULTI
        found[question.key] = [question.other.code] if is_multi else question.other.code


def _posted(form: Form, name: str) -> list[str]:
    values: object = form.get(name, ())
    if isinstance(values, str):
        values = [values]
    if not isinstance(values, list | tuple) or len(values) > MAX_VALUES:
        raise _Refused("not_an_option")
    if not all(isinstance(value, str) for value in values):
        raise _Refused("not_an_option")
    return [value for value in values if value]


def _read_one(question: Question, values: list[str], reading: Reading) -> dict[str, Any]:
    if len(values) > 1:
        raise _Refused("one_only")
    if not values:
        return {}
    if values[0] not in question.codes:
        raise _Refused("not_an_option")
    return {question.key: int(values[0]) if question.type is QuestionType.RECOMMEND else values[0]}


def _read_multi(question: Question, values: list[str], reading: Reading) -> dict[str, Any]:
    chosen = set(values)
    if not chosen <= question.codes.keys():
        raise _Refused("not_an_option")
    if len(chosen) > 1 and (alone := chosen & question.exclusive):
        raise _Refused("exclusive", option=question.codes[min(alone)])
    return {question.key: [code for code in question.codes if code in chosen]} if chosen else {}


def _read_text(question: Question, values: list[str], reading: Reading) -> dict[str, Any]:
    words = _words(values, limit=question.max_length)
    if not words:
        return {}
    reading.verbatims[question.key] = words
    return {question.key: True}


def _read_contact(question: Question, values: list[str], reading: Reading) -> dict[str, Any]:
    address = " ".join(_words(values, limit=question.max_length).split())
    if not address:
        return {}
    if question.validate.get("kind") == "email":
        if not _is_email(address):
            raise _Refused("not_an_email")
    elif not _is_phone(address):
        raise _Refused("not_a_phone")
    reading.contacts[question.key] = address
    return {question.key: True}


def _words(values: list[str], *, limit: int) -> str:
    if len(values) > 1:
        raise _Refused("one_only")
    words = "".join(values).replace("\r\n", "\n").replace("\r", "\n").translate(LINE_ENDS).strip()
    if len(words) > limit:
        raise _Refused("too_long", limit=str(limit))
    if UNSTORABLE.search(words):
        raise _Refused("bad_characters")
    return words


def _is_phone(address: str) -> bool:
    return PHONE.fullmatch(address) is not None and 7 <= sum(sign.isdigit() for sign in address) <= 15


def _is_email(address: str) -> bool:
    name, at, domain = address.partition("@")
    return bool(at and name and "." in domain.strip(".") and "@" not in domain and " " not in address)


_READERS = {
    QuestionType.CHOICE: _read_one,
    QuestionType.SCALE: _read_one,
    QuestionType.RECOMMEND: _read_one,
    QuestionType.MULTI: _read_multi,
    QuestionType.TEXT: _read_text,
    QuestionType.CONTACT: _read_contact,
}
