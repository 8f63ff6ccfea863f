"""The patient's pages as HTML: what is asked, in the reader's language, around the words of the definition."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.utils import translation

from surveys.answers import FieldError, askable_questions, effective_answers, end_notes, page_title
from surveys.definitions import Page, Question, QuestionType
from surveys.models import Response
from surveys.services import Sitting
from surveys.wording import NAMES, RIGHT_TO_LEFT
from tenants.models import Program

PATIENT_CSS = (settings.BASE_DIR / "static" / "css" / "patient.css").read_text(encoding="utf-8").strip()
STYLE_HASH = "sha256-" + base64.b64encode(hashlib.sha256(PATIENT_CSS.encode()).digest()).decode()
INTRO = "intro"
KEPT_PAGES = 512

_TOKEN = "@@form-token@@"  # noqa: S105 - the place where one goes
_signer = signing.Signer(salt="surveys.form")
_rendered: dict[tuple[object, ...], str] = {}

Form = Mapping[str, Sequence[str]]
Errors = Mapping[str, FieldError]


def sign_form(sitting: Sitting, page_id: str) -> str:
    """Return the signed token of one form: which link, version and page it was made for."""
    return _signer.sign(f"{sitting.invitation.pk.hex}.{sitting.version_id.hex}.{page_id}")


def read_form_token(token: str) -> tuple[str, str, str] | None:
    """Return (invitation hex, version hex, page id) of a form token, None when it is missing or forged."""
    try:
        invitation, version, page_id = _signer.unsign(token).split(".", 2)
    except (signing.BadSignature, ValueError):
        return None
    return invitation, version, page_id


def intro_page(sitting: Sitting) -> str:
    """Return the introduction: how long it takes, who sees the answers, what to do in an emergency."""
    key = _key(sitting, INTRO)
    if key not in _rendered:
        text = sitting.definition.intro
        _remember(key, _render(sitting, "intro", INTRO, {"text": _say(sitting, text), "title": _title(sitting)}))
    return _rendered[key].replace(_TOKEN, sign_form(sitting, INTRO))


def question_page(sitting: Sitting, page: Page, *, errors: Errors | None = None, form: Form | None = None) -> str:
    """Return one page of questions; with `errors` and the `form` as typed when it could not be saved whole.

    Earlier answers are never shown: the link may be open on somebody else's device. The page of a reader who has
    answered nothing wrong is the same for everybody in the same place, so it is rendered once per process.
    """
    pages = sitting.pages
    step = next((number for number, each in enumerate(pages, 1) if each.id == page.id), 1)
    asked = askable_questions(page, answers=_known(sitting), facts=sitting.facts)
    place = {"step": step, "of": max(len(pages), step)}
    if errors or form:
        html = _questions(sitting, page, asked, place, errors=errors or {}, form=form or {})
    else:
        title = page_title(page, answers=sitting.answers, facts=sitting.facts)
        revisited = page.id in sitting.saved_pages
        key = (*_key(sitting, page.id), step, len(pages), id(title), revisited, tuple(q.key for q in asked))
        if key not in _rendered:
            _remember(key, _questions(sitting, page, asked, place, errors={}, form={}))
        html = _rendered[key]
    return html.replace(_TOKEN, sign_form(sitting, page.id))


def thanks_page(response: Response, *, program: Program) -> str:
    """Return the thank-you: what happens next and by when, and nothing else."""
    definition = response.version.definition
    reader, language = response.respondent_kind, response.language
    words = {"language": language, "respondent": reader, "fills": fills_of(program)}
    answers = effective_answers(definition, answers=response.answers, facts=response.facts)
    notes = [text.render(**words) for text in end_notes(definition, answers=answers, facts=response.facts)]
    return _in_language("thanks", language, program, {"text": definition.end.render(**words), "notes": notes})


def kind_page(kind: str, *, language: str, program: Program | None) -> str:
    """Return a kind page: `answered`, `over`, `unknown`, `too_big`, `too_often` or `later`."""
    return _in_language("kind", language, program, {"kind": kind})


def fills_of(program: Program) -> dict[str, str]:
    """Return what is put into the words of a definition for one program."""
    return {"program": program.public_name, "phone": program.phone, "emergency": program.emergency}


def _questions(
    sitting: Sitting, page: Page, asked: list[Question], place: dict[str, int], *, errors: Errors, form: Form
) -> str:
    title = page_title(page, answers=sitting.answers, facts=sitting.facts)
    return _render(
        sitting,
        "page",
        page.id,
        {
            "title": _say(sitting, title) if title else _title(sitting),
            "heading": _say(sitting, title) if title else "",
            "progress": place,
            "back": place["step"] > 1,
            "is_last": place["step"] == place["of"],
            "revisited": page.id in sitting.saved_pages and not form,
            "questions": [_question(sitting, question, errors=errors, form=form) for question in asked],
            "single": len(asked) == 1 and not title,
            "errors": [{"key": key.split("__")[0], "text": error.message} for key, error in errors.items()],
        },
    )


def _question(sitting: Sitting, question: Question, *, errors: Errors, form: Form) -> dict[str, Any]:
    typed = list(form.get(question.key, ()))
    error = errors.get(question.key) or errors.get(question.other_key)
    return {
        "key": question.key,
        "type": str(question.type),
        "text": _say(sitting, question.text),
        "help": _say(sitting, question.help),
        "notice": _say(sitting, question.notice),
        "error": error.message if error else "",
        "choices": _choices(sitting, question, typed),
        "low": _say(sitting, question.scale.low) if question.scale else "",
        "high": _say(sitting, question.scale.high) if question.scale else "",
        "value": "\n".join(typed),
        "max_length": question.max_length,
        "other": question.other_key if question.other else "",
        "other_value": "\n".join(form.get(question.other_key, ())),
        "kind": question.validate.get("kind", ""),
    }


def _choices(sitting: Sitting, question: Question, typed: list[str]) -> list[dict[str, Any]]:
    if question.type is QuestionType.RECOMMEND:
        return [{"code": str(n), "text": str(n), "checked": str(n) in typed} for n in range(11)]
    return [
        {
            "code": choice.code,
            "text": _say(sitting, choice.text),
            "checked": choice.code in typed,
            "exclusive": choice.exclusive,
            "apart": choice.na,
        }
        for choice in question.choices
    ]


def _render(sitting: Sitting, template: str, page_id: str, context: dict[str, Any]) -> str:
    language, program = sitting.language, sitting.invitation.program
    languages = [
        {
            "code": code,
            "name": NAMES.get(code, code),
            "url": f"?page={page_id}&lang={code}",
            "current": code == language,
        }
        for code in sitting.definition.languages
        if code in program.languages
    ]
    shared = {"action": f"?page={page_id}&lang={language}", "form_token": _TOKEN, "languages": languages}
    return _in_language(template, language, program, {**shared, **context})


def _in_language(template: str, language: str, program: Program | None, context: dict[str, Any]) -> str:
    direction = "rtl" if language.partition("-")[0] in RIGHT_TO_LEFT else "ltr"
    frame = {
        "patient_css": PATIENT_CSS,
        "language": {"code": language, "dir": direction, "name": NAMES.get(language, language)},
        "program_name": program.public_name if program else "",
        "phone": program.phone if program else "",
        "phone_hours": program.phone_hours if program else "",
        "emergency": program.emergency if program else "",
    }
    with translation.override(language):
        return render_to_string(f"surveys/patient/{template}.html", {**frame, **context})


def _key(sitting: Sitting, page_id: str) -> tuple[object, ...]:
    program = sitting.invitation.program
    frame = (program.public_name, program.phone, program.phone_hours, program.emergency, tuple(program.languages))
    return sitting.version_id, page_id, sitting.language, sitting.reader, *frame


def _remember(key: tuple[object, ...], html: str) -> None:
    if len(_rendered) >= KEPT_PAGES:
        _rendered.clear()
    _rendered[key] = html


def _known(sitting: Sitting) -> dict[str, Any]:
    return effective_answers(sitting.definition, answers=sitting.answers, facts=sitting.facts)


def _title(sitting: Sitting) -> str:
    return _say(sitting, sitting.definition.title)


def _say(sitting: Sitting, text: Any) -> str:
    if text is None:
        return ""
    program = sitting.invitation.program
    words: str = text.render(language=sitting.language, respondent=sitting.reader, fills=fills_of(program))
    return words
