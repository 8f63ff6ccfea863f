"""What was done about it: alerts, cases with their moves, the record itself, safety items."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from alerts.models import Alert
from caseloop.models import CaseEvent
from cxplatform.lib.languages import language_name
from desk.journey.entry import Entry, Window
from messaging.models import Channel, Purpose
from patients.models import Patient, PatientEvent, Respondent
from safety.models import Item

_CASE_ICONS = {CaseEvent.Kind.ATTEMPT: "phone", CaseEvent.Kind.RESOLVED: "check", CaseEvent.Kind.CLOSED: "check"}
_CASE_DOTS = {CaseEvent.Kind.RESOLVED: "good", CaseEvent.Kind.VERIFIED: "good", CaseEvent.Kind.REOPENED: "p2"}
_BIG = (CaseEvent.Kind.OPENED, CaseEvent.Kind.RESOLVED, CaseEvent.Kind.REOPENED, CaseEvent.Kind.VERIFIED)


def alerts(window: Window) -> Iterator[Entry]:
    """Yield the rules that fired."""
    for each in window.newest(Alert.objects.filter(patient__in=window.ids), "raised_at"):
        detail = each.get_no_case_reason_display() if each.no_case_reason else ""
        yield Entry(
            each.raised_at, "alerts", each.rule_copy["name"], each.severity, detail=detail, severity=each.severity
        )


def cases(window: Window) -> Iterator[Entry]:
    """Yield the moves of the cases; what was written there is read there."""
    mine = CaseEvent.objects.filter(case__patient__in=window.ids).select_related("case", "actor__user")
    for each in window.newest(mine, "at"):
        yield Entry(
            each.at,
            _CASE_ICONS.get(each.kind, "cases"),
            f"Case {each.case.number}: {_move(each)}",
            _CASE_DOTS.get(each.kind, ""),
            detail=each.case.why if each.kind == CaseEvent.Kind.OPENED else _by(each.actor),
            url=reverse("caseloop:case", args=[window.slug, each.case.number]),
            is_small=each.kind not in _BIG,
        )


def record(window: Window) -> Iterator[Entry]:
    """Yield what was done with the patient's record: consents, status, addresses, merges, erasures."""
    mine = PatientEvent.objects.filter(patient__in=window.ids).select_related("actor__user")
    for each in window.newest(mine, "at"):
        title, detail = _in_words(each)
        detail = " · ".join(filter(None, (detail, _by(each.actor))))
        is_small = each.kind not in (PatientEvent.Kind.STATUS, PatientEvent.Kind.STOPPED, PatientEvent.Kind.ERASED)
        yield Entry(each.at, "note", title, _record_dot(each), detail=detail, is_small=is_small)


def safety(window: Window) -> Iterator[Entry]:
    """Yield the safety items with their state alone, to those who may see that there are any."""
    if not window.sees_safety:
        return
    for each in window.newest(Item.objects.filter(patient__in=window.ids), "received_at"):
        title = f"Safety: {each.get_source_display().lower()}"
        yield Entry(each.received_at, "warning", title, "p2", detail=each.get_state_display(), is_small=True)


def _move(event: CaseEvent) -> str:
    words: Any = event.get_kind_display()
    if event.kind == CaseEvent.Kind.ATTEMPT and event.outcome:
        return f"{event.get_channel_display().lower()}, {event.get_outcome_display().lower()}"
    if event.kind == CaseEvent.Kind.NO_ACTION:
        return f"no action, {event.case.get_no_action_reason_display().lower()}"
    return "opened" if event.kind == CaseEvent.Kind.OPENED else str(words).lower()


def _by(actor: Any) -> str:
    return (actor.user.name or actor.user.email) if actor else ""


def _record_dot(event: PatientEvent) -> str:
    if event.kind == PatientEvent.Kind.STATUS:
        return "good" if event.data.get("to") == Patient.ContactStatus.ACTIVE else "p1"
    return "p1" if event.kind in (PatientEvent.Kind.STOPPED, PatientEvent.Kind.ERASED) else ""


def _in_words(event: PatientEvent) -> tuple[str, str]:
    told = {
        PatientEvent.Kind.STATUS: _status,
        PatientEvent.Kind.CONSENT: _consent,
        PatientEvent.Kind.ADDRESS: _address,
        PatientEvent.Kind.EDITED: _edited,
        PatientEvent.Kind.MERGED: _merged,
        PatientEvent.Kind.STOPPED: _stopped,
    }.get(PatientEvent.Kind(event.kind))
    return told(event.data) if told else (str(event.get_kind_display()), "")


def _status(data: Mapping[str, Any]) -> tuple[str, str]:
    names = dict(Patient.ContactStatus.choices)
    until = f"own consent from {data['adult_from']}" if data.get("adult_from") else ""
    return f"Contact status: {names.get(data.get('to', ''), '')}", until


def _consent(data: Mapping[str, Any]) -> tuple[str, str]:
    verb = "Consent given" if data.get("is_given") else "Consent taken back"
    purposes = ", ".join(dict(Purpose.choices).get(purpose, "").lower() for purpose in data.get("purposes", []))
    said = datetime.fromisoformat(data["given_at"]).strftime("%-d %b %Y") if data.get("given_at") else ""
    return f"{verb}: {_channel(data)}", ", ".join(filter(None, (purposes, f"said on {said}" if said else "")))


def _address(data: Mapping[str, Any]) -> tuple[str, str]:
    if data.get("lifted"):
        return "Messages are allowed again", "The person asked for it."
    return f"Contact details kept in the vault: {_channel(data)}", ""


def _edited(data: Mapping[str, Any]) -> tuple[str, str]:
    kind = dict(Respondent.Kind.choices).get(data.get("kind", ""), "")
    language = language_name(data["language"]) if data.get("language") else ""
    words = (kind, language, data.get("time_zone", ""), _channel(data, by="preferred_channel"))
    return "Details changed", ", ".join(str(word) for word in words if word)


def _merged(data: Mapping[str, Any]) -> tuple[str, str]:
    if "into" in data:
        return f"Merged into {data['into']}", ""
    return f"{data.get('duplicate', 'Another pseudonym')} was merged into this one", ""


def _stopped(_: Mapping[str, Any]) -> tuple[str, str]:
    return "Asked not to be contacted", "Messages are stopped, and consent was taken back."


def _channel(data: Mapping[str, Any], *, by: str = "channel") -> str:
    return str(dict(Channel.choices).get(data.get(by, ""), "")).lower()
