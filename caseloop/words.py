"""What happened to a case, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from caseloop.codes import ClosedAs, ConcernOutcome, NoActionReason, RootCause, Settled, WaitingOn
from caseloop.models import CaseEvent, Concern
from caseloop.models.case import in_turn
from patients.models import Patient
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
    _Kind.FOLLOWED_UP: "answered whether it is taken care of",
    _Kind.VERIFIED: "closed the loop",
    _Kind.REVEALED: "was shown the contact details",
    _Kind.ASKED_PARTNER: "asked the partner",
    _Kind.PARTNER_DONE: "answered for the partner",
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
    _Kind.FOLLOWED_UP: "surveys",
    _Kind.REVEALED: "person",
    _Kind.ASKED_PARTNER: "swap",
    _Kind.PARTNER_DONE: "check",
    _Kind.LEFT: "warning",
}
_BY_PATIENT = (_Kind.ANSWER_CHANGED, _Kind.FOLLOWED_UP, _Kind.VERIFIED, _Kind.LEFT)
_DOT = {
    _Kind.RESOLVED: "good",
    _Kind.VERIFIED: "good",
    _Kind.TAKEN: "accent",
    _Kind.ASKED_PARTNER: "accent",
    _Kind.REOPENED: "p1",
    _Kind.LEFT: "p1",
}
_CONTACTED = {"yes": "somebody made contact", "no": "nobody made contact", "not_sure": "not sure whether anybody did"}
_PREPARED = {"yes": "prepared now", "no": "still not prepared", "not_starting": "is not going to start"}
_WORDS_OF_THEIR_OWN = (_Kind.NOTE, _Kind.ATTEMPT, _Kind.ASKED_PARTNER, _Kind.PARTNER_DONE)


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
        style="event-note" if event.kind in _WORDS_OF_THEIR_OWN else "",
    )


def _who(event: CaseEvent, concern: Concern | None) -> str:
    if event.kind in (_Kind.OPENED, _Kind.CONCERN_ADDED):
        return concern.summary if concern else "An alert"
    if event.kind in _BY_PATIENT or _is_by_patient(event):
        return "The patient"
    return person(event.actor_id, event.actor) or "Two quiet weeks"


def _is_by_patient(event: CaseEvent) -> bool:
    return event.kind == _Kind.REOPENED and event.actor_id is None


def _did(event: CaseEvent, people: Mapping[str, Member]) -> str:
    if event.kind == _Kind.ASSIGNED:
        to = event.data.get("to")
        return f"gave the case to {person(to, people.get(str(to)))}"
    if event.kind == _Kind.ATTEMPT:
        return _CHANNEL.get(event.channel, "tried to reach the patient")
    if event.kind == _Kind.WAITING:
        return f"waits for: {WaitingOn(event.data['on']).label.lower()}"
    if event.kind == _Kind.CLOSED:
        return f"closed the case as {_closed_as(event)}"
    if event.kind == _Kind.LEFT:
        return f"is now: {Patient.ContactStatus(event.data['status']).label.lower()}"
    return _DID[_Kind(event.kind)]


def _closed_as(event: CaseEvent) -> str:
    return str(ClosedAs(event.data.get("as", ClosedAs.UNVERIFIED)).label).partition(":")[0].lower()


def _text(event: CaseEvent, concern: Concern | None) -> str:
    data = event.data
    if concern and event.kind in (_Kind.OPENED, _Kind.CONCERN_ADDED):
        return "\n".join(f"{leaf['text']} {leaf['answer']}" for leaf in concern.answers)
    if event.kind == _Kind.ANSWER_CHANGED:
        return f"{data.get('text', '')} It was {data.get('before', '')}, now it is {data.get('after', '')}."
    if event.kind == _Kind.RESOLVED:
        return _settled(list(data.get("dispositions", {}).values()), event.text)
    if event.kind == _Kind.NO_ACTION:
        return f"{NoActionReason(data['reason']).label}. {event.text}".strip()
    return _said(data) if "settled" in data else f"{event.text}\n{_next_check(data)}".strip()


def _next_check(data: Mapping[str, str]) -> str:
    if "next_check_at" not in data:
        return ""
    check = timezone.localtime(datetime.fromisoformat(data["next_check_at"]))
    return f"Next check {check:%a} {check.day} {check:%b}"


def _settled(dispositions: list[Mapping[str, str]], text: str) -> str:
    ends = [f"{ConcernOutcome(d['outcome']).label}. {RootCause(d['root_cause']).label}." for d in dispositions]
    return f"{in_turn(ends)} {text}".strip() if len(ends) == 1 else f"{in_turn(ends)}\n{text}".strip()


def _said(data: Mapping[str, str]) -> str:
    settled = Settled(data["settled"]).label if data["settled"] else ""
    parts = [settled, _CONTACTED.get(data.get("contacted", ""), ""), _PREPARED.get(data.get("prepared", ""), "")]
    said = "; ".join(part for part in parts if part)
    about = f" About case {data['case']}." if data.get("case") else ""
    to = " It came back a second time: a supervisor decides who takes it." if data.get("to") == "supervisors" else ""
    return f"{said[:1].upper()}{said[1:]}.{about}{to}" if said else "No question was answered."


def _dot(event: CaseEvent) -> str:
    if event.kind in (_Kind.OPENED, _Kind.CONCERN_ADDED):
        severity = event.data.get("severity", "")
        return severity if severity in ("p0", "p1", "p2") else "accent"
    return _DOT.get(_Kind(event.kind), "")
