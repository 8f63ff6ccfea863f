"""Everything the case page shows, read in a fixed number of statements."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from caseloop.answered import Answered, what_they_answered
from caseloop.calling import is_daytime
from caseloop.codes import Status
from caseloop.models import Case, CaseEvent, Concern, Draft
from caseloop.queue import SOON
from caseloop.services import LEADS
from caseloop.words import Line, language_name, line_of, person
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

    @classmethod
    def on(cls, case: Case, *, member: Member, is_left_alone: bool) -> "May":
        """Say what the case's status, its owner and the member's role allow."""
        leads = member.role in LEADS
        mine = case.owner_id == member.pk
        return cls(
            take=case.is_worked and (case.owner_id is None or (mine and case.status == Status.REOPENED)),
            assign=case.is_worked and (leads or mine),
            contact=case.is_worked and (leads or not is_left_alone),
            wait=case.is_worked and case.status != Status.WAITING,
            resume=case.status == Status.WAITING,
            resolve=case.is_worked,
            close=leads and case.status == Status.RESOLVED,
            reopen=case.status == Status.RESOLVED,
        )


@dataclass(frozen=True, slots=True)
class Dossier:
    """One case as its page shows it."""

    case: Case
    concerns: list[Concern]
    clocks: list[Clock]
    lines: list[Line]
    answered: Answered | None
    owner: str
    team: str
    language: str
    speaks_it: bool
    is_daytime: bool
    is_left_alone: bool
    may: May
    drafts: Mapping[str, str]
    earlier_cases: list[Case]
    earlier_responses: list[Response]

    @property
    def step(self) -> str:
        """Return the one next step: take, contact, resolve, resume, close, or "" when there is none."""
        if self.may.take:
            return "take"
        if self.may.resume:
            return "resume"
        if self.case.status == Status.CONTACTED or (self.may.resolve and self.is_left_alone):
            return "resolve"
        if self.may.contact:
            return "contact"
        return "close" if self.may.close else ""

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
    others = Case.objects.filter(patient_id=case.patient_id).exclude(pk=case.pk)
    shown = [concern.why["response"] for concern in concerns[-1:] if concern.why.get("response")]
    responses = Response.objects.filter(patient_id=case.patient_id, submitted_at__isnull=False).exclude(pk__in=shown)
    return Dossier(
        case=case,
        concerns=concerns,
        clocks=_clocks(case, concerns, now=now),
        lines=_lines(case, concerns),
        answered=what_they_answered(concerns),
        owner=person(case.owner_id, case.owner),
        team=case.team.name if case.team else ("A team of the sponsor" if case.team_id else "No team"),
        language=language_name(case.language),
        speaks_it=case.language in member.languages,
        is_daytime=is_daytime(case.patient.time_zone, now=now),
        is_left_alone=left_alone,
        may=May.on(case, member=member, is_left_alone=left_alone),
        drafts=dict(Draft.objects.filter(case=case, member=member).values_list("field", "text")),
        earlier_cases=list(others.order_by("-opened_at")[:EARLIER]),
        earlier_responses=list(responses.select_related("survey").order_by("-saved_at")[:EARLIER]),
    )


def _lines(case: Case, concerns: list[Concern]) -> list[Line]:
    events = list(case.events.select_related("actor__user").order_by("at", "id"))
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
    state = "overdue" if due < now else "soon" if due < now + SOON else "later"
    elapsed = (now - start) / max(due - start, timedelta(seconds=1))
    return Clock(label, of, due, state, round(100 * min(max(elapsed, 0), 1)))
