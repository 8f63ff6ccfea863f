"""The whole journey of one patient in one timeline, newest first, so that nobody has to tell a story twice."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from django.urls import reverse

from caseloop.models import Case
from desk.answers import Said, in_words
from patients.models import Patient, Respondent, Touchpoint
from surveys.models import Response

NEWEST = 200  # of each kind; no patient has more in practice, and no page grows without end


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. dot: colour of its mark; url: where more of it is."""

    at: datetime
    icon: str
    title: str
    dot: str = ""
    detail: str = ""
    url: str = ""
    severity: str = ""
    said: list[Said] = field(default_factory=list)
    is_small: bool = False


def journey(patient: Patient, *, slug: str, now: datetime) -> list[Entry]:
    """Return what happened to a patient of the bound organization `slug`, newest first; the same few queries always."""
    entries = chain(
        _touchpoints(patient, now),
        _invitations(patient, now),
        _responses(patient),
        _alerts(patient),
        _cases(patient, slug),
    )
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _touchpoints(patient: Patient, now: datetime) -> Iterator[Entry]:
    for each in patient.touchpoints.order_by("-occurred_at")[:NEWEST]:
        is_planned = each.kind == Touchpoint.Kind.FIRST_DOSE_PLANNED
        title = each.get_kind_display()
        if each.occurred_at > now and not is_planned:
            title = f"{title} (planned)"
        yield Entry(each.occurred_at, "patients", title, is_small=True)


def _invitations(patient: Patient, now: datetime) -> Iterator[Entry]:
    for each in patient.invitations.select_related("survey").order_by("-created_at")[:NEWEST]:
        is_over = "The link has expired" if each.is_over(now=now) else ""
        detail = "The link was withdrawn" if each.revoked_at else is_over
        yield Entry(each.created_at, "message", f"Invited to “{each.survey.name}”", detail=detail, is_small=True)


def _responses(patient: Patient) -> Iterator[Entry]:
    newest = patient.responses.select_related("survey", "program").order_by("-saved_at")[:NEWEST]
    responses: list[Response] = list(newest)
    said = in_words(responses)
    for each in responses:
        verb = "Answered" if each.is_submitted else "Began to answer"
        title = f"{verb} “{each.survey.name}”{_who(each)}"
        yield Entry(each.submitted_at or each.saved_at, "surveys", title, "accent", said=said[each.pk])


def _who(response: Response) -> str:
    is_patient = response.respondent_kind in (Respondent.Kind.PATIENT, Respondent.Kind.UNKNOWN)
    return "" if is_patient else f" ({response.get_respondent_kind_display().lower()})"


def _alerts(patient: Patient) -> Iterator[Entry]:
    for each in patient.alerts.order_by("-raised_at")[:NEWEST]:
        detail = each.get_no_case_reason_display() if each.no_case_reason else ""
        yield Entry(
            each.raised_at, "alerts", each.rule_copy["name"], each.severity, detail=detail, severity=each.severity
        )


def _cases(patient: Patient, slug: str) -> Iterator[Entry]:
    for each in patient.cases.order_by("-opened_at")[:NEWEST]:
        url = reverse("caseloop:case", args=[slug, each.number])
        yield Entry(each.opened_at, "cases", f"Case {each.number} opened", detail=each.why, url=url)
        if each.resolved_at:
            yield Entry(each.resolved_at, "check", f"Case {each.number} resolved", "good", url=url)
        if each.ended_at:
            yield Entry(each.ended_at, "check", f"Case {each.number}: {_end(each)}", url=url, is_small=True)


def _end(case: Case) -> str:
    words: Any = case.get_no_action_reason_display() if case.no_action_reason else case.get_closed_as_display()
    return f"{case.get_status_display().lower()}, {str(words).lower()}" if words else case.get_status_display().lower()
