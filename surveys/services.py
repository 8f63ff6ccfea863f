"""Verbs over responses: save a page, submit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from uuid_utils.compat import uuid7

from cxplatform.lib.nudge import nudge
from messaging.models import Address, Channel
from patients.models import Respondent
from patients.services import wish_no_contact
from surveys.answers import (
    FieldError,
    Reading,
    effective_answers,
    first_open_page,
    merge,
    read_page,
    respondent_kind,
)
from surveys.definitions import Page, builtin_document
from surveys.models import Response, Survey, Verbatim
from surveys.sitting import Sitting
from verbatims.screening import screen

NO_CONTACT = "do_not_contact"  # the answer to a question of the measure `callback`


class SavedElsewhere(Exception):
    """Another request saved this response at the same moment; run the whole request again."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving a page led to: errors by input name, and where to go on (None: the response is submitted)."""

    errors: dict[str, FieldError]
    next_page: Page | None


def save_page(
    sitting: Sitting,
    *,
    page: Page,
    form: Mapping[str, Sequence[str]],
    now: datetime,
    submits: bool = True,
    was_filled: bool = False,
) -> Saved:
    """Save one posted page and, after the last one, submit; call inside the transaction that opened the sitting.

    What is good is kept even when something else on the page is wrong.
    submits: False when the reader goes back, which saves but never ends the survey and leaves the page undone.
    was_filled: the form showed what had been typed. Other forms open empty, because earlier answers are never shown
    again, so an empty field in them does not mean "take it back", and an earlier answer satisfies a required question.
    Posting the same page twice changes nothing the second time. Every change bumps the revision and makes it pending.
    Raises SavedElsewhere when the response moved meanwhile (the caller starts over).
    """
    reading = read_page(
        page,
        form=form,
        definition=sitting.definition,
        answers=sitting.answers,
        facts=sitting.facts,
        language=sitting.language,
    )
    if not was_filled:
        _keep_earlier(reading, earlier=sitting.answers)
    answers = merge(sitting.answers, reading)
    pages = sitting.saved_pages if reading.errors or not submits else sorted({*sitting.saved_pages, page.id})
    next_page = first_open_page(sitting.definition, seen_pages=pages, answers=answers, facts=sitting.facts)
    is_done = submits and next_page is None and not reading.errors
    if is_done:
        answers = effective_answers(sitting.definition, answers=answers, facts=sitting.facts)
    _store(sitting, answers=answers, pages=pages, reading=reading, is_done=is_done, now=now)
    return Saved(dict(reading.errors), next_page if not reading.errors else page)


def _keep_earlier(reading: Reading, *, earlier: Mapping[str, Any]) -> None:
    reading.cleared.clear()
    for key, error in list(reading.errors.items()):
        if error.code == "required" and key in earlier:
            del reading.errors[key]


def _store(
    sitting: Sitting, *, answers: dict[str, Any], pages: list[str], reading: Reading, is_done: bool, now: datetime
) -> None:
    changed = {
        "answers": answers,
        "saved_pages": pages,
        "language": sitting.language,
        "respondent_kind": respondent_kind(sitting.definition, answers=answers, facts=sitting.facts),
        "saved_at": now,
        "submitted_at": now if is_done else None,
        "evaluate_at": now if is_done else now + timedelta(seconds=settings.SURVEY_SILENCE_S),
        "shows_help": _needs_help(sitting, reading),
    }
    if sitting.mode != Response.Mode.WEB:  # who began on the web and ends on the telephone counts as the latter
        changed["mode"] = sitting.mode
    if sitting.response is None:
        if reading.errors and not reading.answers:
            return  # nothing good came, and no response begins with nothing
        sitting.response = _begin(sitting, changed, now=now)
    else:
        _forget_known_words(sitting.response, reading)
        if _is_news(sitting.response, answers=answers, pages=pages, reading=reading, is_done=is_done):
            _update(sitting.response, changed)
    _keep_words(sitting, reading, now=now)
    if is_done:
        _learn_respondent(sitting)
        _leave_alone(sitting, now=now)
        nudge("surveys.revision", organization_id=sitting.invitation.organization_id, response_id=sitting.response.pk)


def _needs_help(sitting: Sitting, reading: Reading) -> bool:
    return sitting.shows_help or any(screen(text).is_crisis for text in reading.verbatims.values())


def _is_news(response: Response, *, answers: dict[str, Any], pages: list[str], reading: Reading, is_done: bool) -> bool:
    return bool(is_done or reading.verbatims or answers != response.answers or pages != response.saved_pages)


def _forget_known_words(response: Response, reading: Reading) -> None:
    """Pass over texts that were received before, word for word: the same page sent twice says nothing new."""
    if again := [key for key in reading.verbatims if key in response.answers]:
        rows = response.verbatims.filter(question_key__in=again).order_by("revision")
        for key, text in dict(rows.values_list("question_key", "text")).items():
            if reading.verbatims[key] == text:
                del reading.verbatims[key]


def _begin(sitting: Sitting, fields: dict[str, Any], *, now: datetime) -> Response:
    invitation = sitting.invitation
    response = Response(
        id=uuid7(),
        organization_id=invitation.organization_id,
        program_id=invitation.program_id,
        partner_id=invitation.patient.partner_id if invitation.patient else invitation.partner_id,
        patient_id=invitation.patient_id,
        respondent_id=invitation.respondent_id,
        invitation_id=invitation.pk,
        survey_id=invitation.survey_id,
        version_id=sitting.version_id,
        started_at=now,
        facts=_frozen(sitting),
        **fields,
    )
    response.save(force_insert=True)  # a second first page at the same moment: IntegrityError, and the view starts over
    return response


def _frozen(sitting: Sitting) -> dict[str, Any]:
    """Keep the facts that decide what is shown: a question that was answered must not hide when a fact changes."""
    return {name: sitting.facts[name] for name in sorted(sitting.definition.fact_names) if name in sitting.facts}


def _update(response: Response, fields: dict[str, Any]) -> None:
    seen = response.revision
    updated = Response.objects.filter(pk=response.pk, revision=seen, submitted_at=None).update(
        revision=seen + 1, evaluation_failures=0, evaluation_error="", **fields
    )
    if not updated:
        raise SavedElsewhere
    response.revision = seen + 1
    for name, value in fields.items():
        setattr(response, name, value)


def _keep_words(sitting: Sitting, reading: Reading, *, now: datetime) -> None:
    response = sitting.response
    if response is None:
        return
    rows = [
        Verbatim(
            organization_id=response.organization_id,
            response=response,
            question_key=key,
            text=text,
            revision=response.revision,
            received_at=now,
        )
        for key, text in reading.verbatims.items()
    ]
    if rows:
        Verbatim.objects.bulk_create(rows)
    # Reviewers have hours for each, so a sweep takes them in, many at a time; danger does not wait.
    for row in rows if sitting.shows_help else ():
        nudge("surveys.text", organization_id=row.organization_id, verbatim_id=row.pk)
    for key, value in reading.contacts.items():
        _keep_contact(sitting, key, value, now=now)


def _keep_contact(sitting: Sitting, key: str, value: str, *, now: datetime) -> None:
    question = sitting.definition.questions[key]
    with transaction.atomic():
        Address.keep(
            organization_id=sitting.invitation.organization_id,
            partner_id=sitting.invitation.partner_id,
            owner_id=sitting.invitation.respondent_id,
            channel=Channel.EMAIL if question.validate.get("kind") == "email" else Channel.PHONE,
            value=value,
            region=sitting.invitation.program.country,
            now=now,
        )


def _learn_respondent(sitting: Sitting) -> None:
    if not sitting.facts.get("respondent_known", True) and any(
        sitting.answers.get(q.key) for q in sitting.definition.with_measure("respondent")
    ):
        Respondent.objects.filter(pk=sitting.invitation.respondent_id, kind=Respondent.Kind.UNKNOWN).update(
            kind=sitting.reader
        )


def _leave_alone(sitting: Sitting, *, now: datetime) -> None:
    """Do as they asked who answered that nobody should contact them."""
    asked = any(sitting.answers.get(q.key) == NO_CONTACT for q in sitting.definition.with_measure("callback"))
    if asked and sitting.response:
        wish_no_contact(respondent_id=sitting.invitation.respondent_id, source_id=sitting.response.pk, now=now)


BUILTIN_NAMES = {
    "support_experience": "Patient support experience",
    "pulse_5": "Pulse-5 after a call",
    "outcome_follow_up": "Outcome follow-up",
}


def install_builtin_surveys(*, organization_id: UUID, now: datetime) -> dict[str, Survey]:
    """Give an organization the surveys that ship with the product, published; those that it has stay as they are."""
    surveys = {}
    for key, name in BUILTIN_NAMES.items():
        survey, is_new = Survey.objects.get_or_create(
            organization_id=organization_id, key=key, defaults={"name": name, "created_at": now}
        )
        if is_new:
            survey.publish(builtin_document(key), by=None, now=now)
        surveys[key] = survey
    return surveys
