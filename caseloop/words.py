"""What happened to a case, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language_info

from caseloop.codes import ConcernOutcome, NoActionReason, RootCause, WaitingOn
from caseloop.models import CaseEvent, Concern
from tenants.models import Member

HIDDEN_COLLEAGUE = "A colleague at the sponsor"

_Kind = CaseEvent.Kind
_DID = {
    _Kind.TAKEN: "took the case",
    _Kind.NOTE: "wrote a note",
    _Kind.RESUMED: "ended the waiting",
    _Kind.RESOLVED: "resolved the case",
    _Kind.REOPENED: "reopened the case",
    _Kind.NO_ACTION: "ended the case without action",
    _Kind.OPENED: "opened this case",
    _Kind.CONCERN_ADDED: "joined this case",
    _Kind.ANSWER_CHANGED: "changed an answer",
}
_CHANNEL = {"phone": "called", "text": "sent a text", "email": "sent an e-mail", "in_person": "met in person"}
_ICON = {
    _Kind.OPENED: "alerts",
    _Kind.CONCERN_ADDED: "plus",
    _Kind.ANSWER_CHANGED: "surveys",
    _Kind.TAKEN: "person",
    _Kind.ASSIGNED: "swap",
    _Kind.NOTE: "note",
    _Kind.ATTEMPT: "phone",
    _Kind.WAITING: "pause",
    _Kind.RESUMED: "clock",
    _Kind.REOPENED: "warning",
}
_BY_PATIENT = (_Kind.OPENED, _Kind.CONCERN_ADDED, _Kind.ANSWER_CHANGED)


@dataclass(frozen=True, slots=True)
class Line:
    """One event as the timeline shows it. dot: the colour of its mark; style: the class of its list item."""

    at: datetime
    who: str
    did: str
    text: str
    chip: str
    icon: str
    dot: str
    style: str


def person(member_id: Any, member: Member | None) -> str:
    """Return the name of a colleague, or words for one whom the reader may not see; "" for nobody."""
    if member_id is None:
        return ""
    return str(member.user) if member else HIDDEN_COLLEAGUE


def line_of(event: CaseEvent, *, concerns: Mapping[str, Concern], people: Mapping[str, Member]) -> Line:
    """Put one event into words.

    concerns, people: by id as text; those that an event names and the reader may not see may be missing.
    """
    concern = concerns.get(str(event.data.get("concern", "")))
    return Line(
        at=event.at,
        who=_who(event, concern),
        did=_did(event, people),
        text=_text(event, concern),
        chip=event.get_outcome_display(),
        icon=_ICON.get(_Kind(event.kind), "check"),
        dot=_dot(event),
        style="event-note" if event.kind in (_Kind.NOTE, _Kind.ATTEMPT) else "",
    )


def language_name(code: str) -> str:
    """Return the English name of a language, or the code itself when it has none here."""
    try:
        return str(get_language_info(code)["name"])
    except KeyError:
        return code


def _who(event: CaseEvent, concern: Concern | None) -> str:
    if event.kind in (_Kind.OPENED, _Kind.CONCERN_ADDED):
        return concern.summary if concern else "An alert"
    if event.kind == _Kind.ANSWER_CHANGED:
        return "The patient"
    return person(event.actor_id, event.actor) or "Two quiet weeks"


def _did(event: CaseEvent, people: Mapping[str, Member]) -> str:
    if event.kind == _Kind.ASSIGNED:
        to = event.data.get("to")
        return f"gave the case to {person(to, people.get(str(to)))}"
    if event.kind == _Kind.ATTEMPT:
        return _CHANNEL.get(event.channel, "tried to reach the patient")
    if event.kind == _Kind.WAITING:
        return f"waits for: {WaitingOn(event.data['on']).label.lower()}"
    if event.kind == _Kind.CLOSED:
        return "closed the case as unverified"
    return _DID[_Kind(event.kind)]


def _text(event: CaseEvent, concern: Concern | None) -> str:
    data = event.data
    if event.kind in (_Kind.OPENED, _Kind.CONCERN_ADDED) and concern:
        return "\n".join(f"{leaf['text']} {leaf['answer']}" for leaf in concern.answers)
    if event.kind == _Kind.ANSWER_CHANGED:
        return f"{data.get('text', '')} It was {data.get('before', '')}, now it is {data.get('after', '')}."
    if event.kind == _Kind.WAITING:
        check = timezone.localtime(datetime.fromisoformat(data["next_check_at"]))
        return f"{event.text}\nNext check {check:%a} {check.day} {check:%b}".strip()
    if event.kind == _Kind.RESOLVED:
        return "\n".join(map(_settled, data.get("dispositions", {}).values()))
    if event.kind == _Kind.NO_ACTION:
        return f"{NoActionReason(data['reason']).label}. {event.text}".strip()
    return event.text


def _settled(disposition: Mapping[str, str]) -> str:
    cause, outcome = RootCause(disposition["root_cause"]).label, ConcernOutcome(disposition["outcome"]).label
    return f"{outcome}. {cause}. {disposition['action']}"


def _dot(event: CaseEvent) -> str:
    if event.kind in (_Kind.OPENED, _Kind.CONCERN_ADDED):
        severity = event.data.get("severity", "")
        return severity if severity in ("p0", "p1", "p2") else "accent"
    if event.kind == _Kind.RESOLVED:
        return "good"
    return {_Kind.TAKEN: "accent", _Kind.REOPENED: "p1"}.get(_Kind(event.kind), "")
