"""Everything the case page shows, read in a fixed number of statements."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from caseloop.answered import Answered, what_they_answered
from caseloop.codes import LEFT_REASON, LEFT_WORDS, Status
from caseloop.models import Case, CaseEvent, Concern, Draft
from caseloop.outcome import outcome_in_words
from caseloop.queue import SOON
from caseloop.reach import Reach, is_oversight, may_reach, reach
from caseloop.services import LEADS
from caseloop.wishes import Wish, call_from, may_call
from caseloop.words import Line, line_of, person
from cxplatform.lib.languages import language_name
from patients.models import Patient
from surveys.models import Response
from tenants.models import Member

EARLIER = 5


@dataclass(frozen=True, slots=True)
class Clock:
    """One running, met or paused clock. state: overdue, soon, later, met or paused; elapsed_pct: 0..100."""

    label: str
    of: str
    at: datetime
    state: str
    elapsed_pct: int


@dataclass(frozen=True, slots=True)
class May:
    """What the member may do to the case as it stands; every action checks again."""

    take: bool
    assign: bool
    contact: bool
    wait: bool
    resume: bool
    resolve: bool
    close: bool
    reopen: bool
    ask: bool
    answer: bool

    @classmethod
    def on(cls, case: Case, *, member: Member, is_left_alone: bool, is_asked: bool) -> "May":
        """Say what the case's status, its owner and the member's role and side allow."""
        leads = member.role in LEADS
        mine = case.owner_id == member.pk
        return cls(
            take=case.is_worked and (case.owner_id is None or (mine and case.status == Status.REOPENED)),
            assign=case.is_worked and (leads or mine),
            contact=case.is_worked and (leads or not is_left_alone) and not case.patient.has_left,
            wait=case.is_worked and case.status != Status.WAITING,
            resume=case.status == Status.WAITING,
            resolve=case.is_worked,
            close=leads and case.status == Status.RESOLVED,
            reopen=case.status == Status.RESOLVED,
            ask=bool(
                case.is_worked and case.partner_id and not (member.partner_id or is_asked or case.patient.has_left)
            ),
            answer=case.is_worked and is_asked,
        )


@dataclass(frozen=True, slots=True)
class Dossier:
    """One case as its page shows it.

    call_from: "" while the patient may be called, else the hour there; asked_for: the patient's wish in words, or "".
    reaches: the member is one of those who can reach the patient. is_oversight: the team of the case is not.
    left: that the patient withdrew or died, in words, or "". asked: the open question to the partner, in its words.
    outcome: whether and when the patient is asked if it is taken care of, in words, or "".
    """

    case: Case
    now: datetime
    concerns: list[Concern]
    clocks: list[Clock]
    lines: list[Line]
    answered: Answered | None
    owner: str
    team: str
    language: str
    speaks_it: bool
    call_from: str
    asked_for: str
    is_left_alone: bool
    reach: Reach
    reaches: bool
    is_oversight: bool
    left: str
    asked: str
    outcome: str
    may: May
    drafts: Mapping[str, str]
    earlier_cases: list[Case]
    earlier_responses: list[Response]

    @property
    def end_reason(self) -> str:
        """Return the words of the coded reason with which the case of a patient who left ends, or ""."""
        reason = LEFT_REASON.get(self.case.patient.contact_status)
        return str(reason.label) if reason else ""

    @property
    def asked_state(self) -> str:
        """Return the state of the clock of the open question to the partner, or ""."""
        task = self.reach.asked
        return _state(task.due_at, now=self.now) if task else ""

    @property
    def is_paused(self) -> bool:
        """Tell whether nobody should contact the patient for now."""
        return self.case.patient.contact_status == Patient.ContactStatus.PAUSED

    @property
    def step(self) -> str:
        """Return the one next step: end, ask, asked, take, resume, resolve, contact, paused, close, or ""."""
        may, is_contacted = self.may, self.case.status == Status.CONTACTED
        must_ask = not self.reaches and not is_contacted and not may.resume
        steps = {
            "end": may.resolve and bool(self.left),
            "asked": must_ask and may.answer,
            "ask": must_ask and may.ask,
            "take": may.take,
            "resume": may.resume,
            "resolve": is_contacted or (may.resolve and self.is_left_alone),
            "paused": may.contact and self.is_paused,
            "contact": may.contact,
            "close": may.close,
        }
        return next((step for step, is_next in steps.items() if is_next), "")

    def since(self, version: int | None) -> list[Line]:
        """Return what happened after a version of the case; each move writes one event, so versions count them."""
        return self.lines[version:] if version else []


def find_case(number: int) -> Case:
    """Return a case with what its page needs. Raises Case.DoesNotExist."""
    return Case.objects.select_related("patient", "program", "partner", "team", "owner__user").get(number=number)


def dossier(case: Case, *, member: Member, now: datetime) -> Dossier:
    """Gather what the page of `case` (from `find_case`) shows to `member`."""
    concerns = list(case.concerns.order_by("opened_at", "id"))
    left_alone = any(concern.asks_no_contact for concern in concerns if concern.settled_at is None)
    wish, zone = _wish(concerns), case.patient.time_zone
    others = Case.objects.filter(patient_id=case.patient_id).exclude(pk=case.pk)
    shown = [concern.why["response"] for concern in concerns[-1:] if concern.why.get("response")]
    way = reach(case, member=member, now=now)
    events = _events(case)
    responses = Response.objects.filter(patient_id=case.patient_id, submitted_at__isnull=False).exclude(pk__in=shown)
    return Dossier(
        case=case,
        now=now,
        concerns=concerns,
        clocks=_clocks(case, concerns, now=now),
        lines=_lines(events, concerns),
        answered=what_they_answered(concerns),
        owner=person(case.owner_id, case.owner),
        team=case.team.name if case.team else ("A team of the sponsor" if case.team_id else "No team"),
        language=language_name(case.language),
        speaks_it=case.language in member.languages,
        call_from="" if may_call(zone, wish, now=now) else call_from(zone, wish, now=now),
        asked_for=wish.in_words(),
        is_left_alone=left_alone,
        reach=way,
        reaches=may_reach(case, member=member),
        is_oversight=is_oversight(case),
        left=LEFT_WORDS.get(case.patient.contact_status, ""),
        asked=_asked(events) if way.asked else "",
        outcome=outcome_in_words(case),
        may=May.on(case, member=member, is_left_alone=left_alone, is_asked=way.asked is not None),
        drafts=dict(Draft.objects.filter(case=case, member=member).values_list("field", "text")),
        earlier_cases=list(others.order_by("-opened_at")[:EARLIER]),
        earlier_responses=list(responses.select_related("survey").order_by("-saved_at")[:EARLIER]),
    )


def _wish(concerns: list[Concern]) -> Wish:
    open_ones = [concern.wish for concern in concerns if concern.settled_at is None and concern.wish]
    return Wish.read(open_ones[-1] if open_ones else None)


def _events(case: Case) -> list[CaseEvent]:
    return list(case.events.select_related("actor__user", "words").order_by("at", "id"))


def _asked(events: list[CaseEvent]) -> str:
    return next((event.text for event in reversed(events) if event.kind == CaseEvent.Kind.ASKED_PARTNER), "")


def _lines(events: list[CaseEvent], concerns: list[Concern]) -> list[Line]:
    named = [event.data["to"] for event in events if event.kind == CaseEvent.Kind.ASSIGNED]
    people = Member.objects.select_related("user").in_bulk(named)
    by_id = {str(concern.pk): concern for concern in concerns}
    return [line_of(e, concerns=by_id, people={str(pk): member for pk, member in people.items()}) for e in events]


def _clocks(case: Case, concerns: list[Concern], *, now: datetime) -> list[Clock]:
    if not case.is_worked:
        return []
    clocks = []
    if case.status == Status.WAITING and case.next_check_at:
        state = "paused" if case.next_check_at > now else "overdue"
        clocks.append(Clock("Next check", "Case", case.next_check_at, state, 0))
    for number, concern in enumerate(concerns, start=1):
        if concern.settled_at is None:
            clocks += _clocks_of(concern, name=f"Concern {number}" if len(concerns) > 1 else "Case", now=now)
    return clocks


def _clocks_of(concern: Concern, *, name: str, now: datetime) -> list[Clock]:
    if concern.attempted_at:
        met = Clock("First attempt", name, concern.attempted_at, "met", 100)
        return [met, _running("Resolve", name, concern.opened_at, concern.resolve_due_at, now=now)]
    return [
        _running("First attempt", name, concern.opened_at, concern.first_attempt_due_at, now=now),
        _running("Resolve", name, concern.opened_at, concern.resolve_due_at, now=now),
    ]


def _running(label: str, of: str, start: datetime, due: datetime, *, now: datetime) -> Clock:
    elapsed = (now - start) / max(due - start, timedelta(seconds=1))
    return Clock(label, of, due, _state(due, now=now), round(100 * min(max(elapsed, 0), 1)))


def _state(due: datetime, *, now: datetime) -> str:
    return "overdue" if due < now else "soon" if due < now + SOON else "later"
