"""The patient's pages as HTML: what is asked, in the reader's language, around the words of the definition."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.template.loader import render_to_string
from django.utils import translation

from surveys.answers import FieldError, askable_questions, effective_answers, end_notes, page_title
from surveys.definitions import Page, Question, QuestionType, Text
from surveys.models import Response
from surveys.models.survey import definition_of
from surveys.scores import scores
from surveys.sitting import Sitting
from surveys.skeleton import GAP, Skeleton
from surveys.wording import NAMES, RIGHT_TO_LEFT, help_words, maker_sentence
from tenants.models import Program

PATIENT_CSS = (settings.BASE_DIR / "static" / "css" / "patient.css").read_text(encoding="utf-8").strip()
STYLE_HASH = "sha256-" + base64.b64encode(hashlib.sha256(PATIENT_CSS.encode()).digest()).decode()
INTRO = "intro"
FILLED = "+"  # after the page id of a form that showed what had been typed
KEPT_PAGES = 256

_OURS = frozenset(code for code, _ in settings.LANGUAGES)
_signer = signing.Signer(salt="surveys.form")
_rendered: dict[tuple[object, ...], Skeleton] = {}

Form = Mapping[str, Sequence[str]]
Errors = Mapping[str, FieldError]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page for one reader: the skeleton that many share, and the token of this reader's form."""

    skeleton: Skeleton
    language: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class FormToken:
    """What a signed form says of itself; `was_filled` when it showed what had been typed."""

    invitation: str
    version: str
    page_id: str
    was_filled: bool


def sign_form(sitting: Sitting, page_id: str) -> str:
    """Return the signed token of one form: which link, version and page it was made for."""
    return _signer.sign(f"{sitting.invitation.pk.hex}.{sitting.version_id.hex}.{page_id}")


def read_form_token(token: str) -> FormToken | None:
    """Return what a form token says, None when it is missing or forged."""
    try:
        invitation, version, page_id = _signer.unsign(token).split(".", 2)
    except (signing.BadSignature, ValueError):
        return None
    return FormToken(invitation, version, page_id.removesuffix(FILLED), page_id.endswith(FILLED))


def intro_page(sitting: Sitting) -> Sheet:
    """Return the introduction: how long it takes, who sees the answers, what to do in an emergency."""
    key = _key(sitting, INTRO)
    skeleton = _rendered.get(key)
    if skeleton is None:
        text = sitting.definition.intro
        skeleton = _render(sitting, "intro", INTRO, {"text": _say(sitting, text), "title": _title(sitting)})
        _remember(key, skeleton)
    return Sheet(skeleton, sitting.language, sign_form(sitting, INTRO))


def question_page(sitting: Sitting, page: Page, *, errors: Errors | None = None, form: Form | None = None) -> Sheet:
    """Return one page of questions; with `errors` and the `form` as typed when it could not be saved whole.

    Earlier answers are never shown: the link may be open on somebody else's device. The page of a reader who has
    answered nothing wrong is the same for everybody in the same place, so it is rendered once per process.
    """
    pages = sitting.pages
    known = effective_answers(sitting.definition, answers=sitting.answers, facts=sitting.facts)
    asked = askable_questions(page, answers=known, facts=sitting.facts)
    title = page_title(page, answers=known, facts=sitting.facts)
    step = next((number for number, each in enumerate(pages, 1) if each.id == page.id), 1)
    place = {"step": step, "of": max(len(pages), step)}
    if errors or form:
        skeleton = _questions(sitting, page, asked, title, place, errors=errors or {}, form=form or {})
        return Sheet(skeleton, sitting.language, sign_form(sitting, page.id + FILLED))
    key = (*_key(sitting, page.id), step, len(pages), title, _is_revisited(sitting, page), *(q.key for q in asked))
    found = _rendered.get(key)
    if found is None:
        found = _questions(sitting, page, asked, title, place, errors={}, form={})
        _remember(key, found)
    return Sheet(found, sitting.language, sign_form(sitting, page.id))


def thanks_page(response: Response, *, program: Program) -> Sheet:
    """Return the thank-you: what happens next and by when, and nothing else."""
    definition = definition_of(response.version_id)
    reader, language = response.respondent_kind, response.language
    fills = fills_of(program, language=language, respondent=reader)
    answers = effective_answers(definition, answers=response.answers, facts=response.facts)
    points = scores(definition, answers=answers, facts=response.facts)
    texts = [definition.end, *end_notes(definition, answers=answers, scores=points, facts=response.facts)]
    words = [text.render(language=language, respondent=reader, fills=fills) for text in texts]
    context = {"text": words[0], "notes": words[1:], "help": _help(response, program, language)}
    return Sheet(_in_language("thanks", language, program, context), language)


def kind_page(kind: str, *, language: str, program: Program | None, response: Response | None = None) -> Sheet:
    """Return a kind page: `answered`, `over`, `unknown`, `too_big`, `too_often`, `unreadable` or `later`.

    language: what the reader wants; English where we have no words in it. response: what was answered with this link;
    after words of self-harm or danger in it the page names help.
    """
    spoken = next((code for code in (language, language.partition("-")[0]) if code in _OURS), "en")
    context = {"kind": kind, "help": _help(response, program, spoken)}
    return Sheet(_in_language("kind", spoken, program, context), spoken)


def fills_of(program: Program, *, language: str = "en", respondent: str = "patient") -> dict[str, str]:
    """Return what is put into the words of a definition for one program and reader."""
    maker = "" if program.maker_sees_names else maker_sentence(language=language, respondent=respondent)
    phone = program.phone.replace(" ", "\u00a0")  # a number stays on one line
    return {"program": program.public_name, "phone": phone, "emergency": program.emergency, "maker": maker}


def _questions(
    sitting: Sitting,
    page: Page,
    asked: list[Question],
    title: Text | None,
    place: dict[str, int],
    *,
    errors: Errors,
    form: Form,
) -> Skeleton:
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
            "revisited": _is_revisited(sitting, page) and not form,
            "questions": [_question(sitting, question, errors=errors, form=form) for question in asked],
            "single": len(asked) == 1 and not title,
            "errors": [_listed_error(sitting, key, error, asked) for key, error in errors.items()],
        },
    )


def _listed_error(sitting: Sitting, key: str, error: FieldError, asked: list[Question]) -> dict[str, str]:
    for question in asked:
        if key in question.names:
            has_one_field = question.type in (QuestionType.TEXT, QuestionType.CONTACT) or key == question.other_key
            about = _say(sitting, question.text)
            text = f"{about}{' ' if about.endswith(('?', '.')) else ': '}{error.message}"
            return {"field": key if has_one_field else f"{key}-1", "text": text}
    return {"field": "", "text": error.message}


def _is_revisited(sitting: Sitting, page: Page) -> bool:
    return page.id in sitting.saved_pages or not page.keys.isdisjoint(sitting.answers)


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


def _render(sitting: Sitting, template: str, page_id: str, context: dict[str, Any]) -> Skeleton:
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
    help_named = _help(sitting.response, program, language)
    shared = {
        "help": help_named,
        "action": f"?page={page_id}&lang={language}",
        "form_token": GAP,
        "languages": languages,
    }
    return _in_language(template, language, program, {**shared, **context})


def _in_language(template: str, language: str, program: Program | None, context: dict[str, Any]) -> Skeleton:
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
        return Skeleton(render_to_string(f"surveys/patient/{template}.html", {**frame, **context}))


def _key(sitting: Sitting, page_id: str) -> tuple[object, ...]:
    program = sitting.invitation.program
    frame = (
        sitting.shows_help,
        program.crisis_line(sitting.language),
        program.public_name,
        program.phone,
        program.phone_hours,
        program.emergency,
        program.maker_sees_names,
    )
    return sitting.version_id, page_id, sitting.language, sitting.reader, *frame, *program.languages


def _help(response: Response | None, program: Program | None, language: str) -> dict[str, str]:
    """Return what is said to somebody who wrote of self-harm or danger; {} to everybody else."""
    if not (response and response.shows_help and program):
        return {}
    return help_words(language=language, emergency=program.emergency, line=program.crisis_line(language))


def _remember(key: tuple[object, ...], skeleton: Skeleton) -> None:
    if len(_rendered) >= KEPT_PAGES:
        _rendered.clear()
    _rendered[key] = skeleton


def _title(sitting: Sitting) -> str:
    return _say(sitting, sitting.definition.title)


def _say(sitting: Sitting, text: Text | None) -> str:
    if text is None:
        return ""
    language, reader = sitting.language, sitting.reader
    fills = fills_of(sitting.invitation.program, language=language, respondent=reader)
    return text.render(language=language, respondent=reader, fills=fills)
