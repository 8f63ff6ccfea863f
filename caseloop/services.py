"""Verbs over cases and patients together."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from caseloop.calling import callable_now
from caseloop.codes import ENDED, Severity
from caseloop.models import (
    Case,
    CaseConflict,
    CaseCounter,
    ClockPolicy,
    Concern,
    Draft,
    NotAllowedNow,
    NotYours,
)
from caseloop.models.cases import CaseQuerySet
from caseloop.models.policy import DEFAULTS, Clocks
from cxplatform.lib.clocks import WorkingWeek, callback_due
from patients.models import Patient
from tenants.models import Member, Role, Team, TeamMember
from tenants.models.audit import audit
from tenants.models.member import MemberQuerySet

QUIET = timedelta(days=14)
_DAYS = ("first_attempt_days", "resolve_days")
LEADS = (Role.SUPERVISOR, Role.ADMIN)
WORKERS = (Role.AGENT, *LEADS)
_ALWAYS = WorkingWeek.parse(
    zone="UTC", hours={day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
)


def has_current_case(patient_id: UUID) -> bool:
    """Tell whether the patient has a case that is not over. Lock the patient first when the answer must hold."""
    return Case.objects.current().filter(patient_id=patient_id).exists()


@transaction.atomic(savepoint=False)
def open_case(
    *,
    patient_id: UUID,
    team: Team | None,
    severity: str,
    why: dict[str, Any],
    source_id: UUID,
    now: datetime,
    window: WorkingWeek | None = None,
) -> Concern:
    """Add a concern to the patient's case: the current one (reopening a resolved one), or a new one.

    why: explanation with a `summary` of at most 200 characters, kept on the concern.
    window: when the patient wants to be called, for a call-back.
    Locks the patient first. Safe to repeat: the same `source_id` returns the concern that it made before.
    """
    patient = Patient.objects.select_for_update().get(pk=patient_id)
    if known := Concern.objects.filter(source_id=source_id).first():
        return known
    cases = Case.objects.select_for_update(of=("self",)).filter(patient=patient)
    latest = cases.order_by(F("ended_at").desc(nulls_first=True), "-id").first()  # the current one comes first
    case = latest if latest and latest.status not in ENDED else None
    first_attempt, resolve = _due_times(team=team, severity=severity, window=window, now=now)
    is_new = case is None
    if case is None:
        case = _new_case(patient, latest, team=team, severity=severity, why=why, due_at=first_attempt, now=now)
    concern = Concern.objects.create(
        organization_id=case.organization_id,
        case=case,
        source_id=source_id,
        severity=severity,
        why=why,
        opened_at=now,
        first_attempt_due_at=first_attempt,
        resolve_due_at=resolve,
    )
    if is_new:
        case.record_opening(data={"concern": str(concern.pk), "severity": severity})
    else:
        case.join(concern_id=str(concern.pk), severity=severity, now=now)
    return concern


def note_changed_answer(*, source_id: UUID, changed: dict[str, Any], now: datetime) -> None:
    """Tell the case of an alert that the patient answered otherwise later; the alert and its clocks stay.

    changed: {question, text, before, after} with codes and words of the survey. Repeating it changes nothing.
    """
    concern = Concern.objects.filter(source_id=source_id).first()
    if concern is None or concern.changed_answer == changed:
        return
    case = Case.objects.lock(pk=concern.case_id)
    Concern.objects.filter(pk=concern.pk).update(changed_answer=changed)
    case.note_changed_answer(concern_id=str(concern.pk), changed=changed, now=now)


def close_if_quiet(*, case_id: UUID, now: datetime) -> bool:
    """Close a resolved case as unverified when nothing was heard for two weeks; tell whether it was closed."""
    case = Case.objects.lock(pk=case_id)
    if not Case.objects.quiet_since(now - QUIET).filter(pk=case.pk).exists():
        return False
    case.close(by=None, now=now)
    return True


def assignees(case: Case, *, by: Member) -> MemberQuerySet:
    """Return who may be given a case by `by`, by name: those who work cases and may see this partner's.

    An agent hands over to colleagues of the same teams only.
    """
    people = Member.objects.active().with_role(WORKERS).filter(Q(partner=None) | Q(partner_id=case.partner_id))
    if by.role not in LEADS:
        mine = TeamMember.objects.filter(member=by).values("team_id")
        people = people.filter(pk__in=TeamMember.objects.filter(team_id__in=mine).values("member_id"))
    return people.select_related("user").order_by("user__name", "user__email", "pk")


def assign(*, case: Case, to: Member, by: Member, now: datetime) -> None:
    """Give a locked case to a member. Agents give away only their own, and only within their teams.

    Raises NotYours, NotAllowedNow, CaseNotOpen.
    """
    if by.role not in LEADS and case.owner_id != by.pk:
        raise NotYours("Only a supervisor can assign a case that is not yours. You can take it if nobody has.")
    if not assignees(case, by=by).filter(pk=to.pk).exists():
        raise NotAllowedNow("This person cannot work this case. Choose somebody from the list.")
    case.assign(to=to, by=by, now=now)


@transaction.atomic
def take_next(*, by: Member, now: datetime) -> Case | None:
    """Make `by` the owner of the most urgent case that nobody has, that can be called now, in the member's languages.

    Cases whose patient somebody else has locked are passed over, so two members never wait for each other or get the
    same case. Returns None when there is none.
    """
    waiting = callable_now(Case.objects.unassigned(), now=now).filter(language__in=by.languages).most_urgent()
    while case := _lock_first_free(waiting):
        if case.is_worked and case.owner_id is None:
            case.take(by=by, now=now)
            return case
        waiting = waiting.exclude(pk=case.pk)
    return None


def move_each(*, numbers: Iterable[int], move: Callable[[Case], None]) -> list[tuple[int, str]]:
    """Make the same move on many cases, each in a savepoint and in patient order; return (number, what hindered it).

    The text is empty where the move was made. Numbers of no case that the member may see are left out.
    """
    cases = Case.objects.filter(number__in=set(numbers)).order_by("patient_id", "number")
    return sorted((number, _hindrance(number, move)) for number in list(cases.values_list("number", flat=True)))


def save_draft(*, case: Case, member: Member, field: str, text: str, now: datetime) -> None:
    """Keep what a member is typing on a case, the newest text per field; empty text forgets it."""
    if not text.strip():
        Draft.objects.filter(case=case, member=member, field=field).delete()
        return
    draft = Draft(organization_id=case.organization_id, case=case, member=member, field=field, text=text, saved_at=now)
    Draft.objects.bulk_create(
        [draft], update_conflicts=True, unique_fields=["case", "member", "field"], update_fields=["text", "saved_at"]
    )


def set_clocks(*, clocks: Mapping[str, Clocks], by: Member, now: datetime) -> None:
    """Set the organization's clocks by severity, audited. Defaults need no row; running clocks keep what they had."""
    before = {policy.severity: policy for policy in ClockPolicy.objects.select_for_update()}
    changes = {}
    for severity, new in clocks.items():
        policy = before.get(severity)
        old = Clocks(policy.first_attempt_days, policy.resolve_days) if policy else DEFAULTS[Severity(severity)]
        if new == old:
            continue
        changes[severity] = {name: [str(getattr(old, name)), str(getattr(new, name))] for name in _DAYS}
        ClockPolicy.objects.filter(severity=severity).delete()
        if new != DEFAULTS[Severity(severity)]:
            days = {name: getattr(new, name) for name in _DAYS}
            ClockPolicy.objects.create(organization_id=by.organization_id, severity=severity, **days)
    if changes:
        audit("caseloop.clocks.changed", by=by, now=now, clocks=changes)


def _lock_first_free(cases: CaseQuerySet) -> Case | None:
    # The patient first, as everywhere; skipping those that an alert or a colleague holds.
    locked = cases.select_related("patient").select_for_update(of=("patient",), skip_locked=True).first()
    return Case.objects.select_for_update(of=("self",)).get(pk=locked.pk) if locked else None


def _hindrance(number: int, move: Callable[[Case], None]) -> str:
    try:
        with transaction.atomic():
            move(Case.objects.lock(number=number))
    except CaseConflict as conflict:
        return str(conflict)
    return ""


def _due_times(
    *, team: Team | None, severity: str, window: WorkingWeek | None, now: datetime
) -> tuple[datetime, datetime]:
    week = team.week if team else _ALWAYS
    clocks = ClockPolicy.clocks_for(severity)
    first = week.add_business_days(now, clocks.first_attempt_days)
    if severity == Severity.CALLBACK and window:
        first = min(first, callback_due(week, now, window))
    return first, max(first, week.add_business_days(now, clocks.resolve_days))


def _new_case(
    patient: Patient,
    previous: Case | None,
    *,
    team: Team | None,
    severity: str,
    why: dict[str, Any],
    due_at: datetime,
    now: datetime,
) -> Case:
    return Case.objects.create(
        organization_id=patient.organization_id,
        number=CaseCounter.next(patient.organization_id),
        program_id=patient.program_id,
        partner_id=patient.partner_id,
        patient=patient,
        team=team,
        previous=previous,
        severity=severity,
        why=why.get("summary", "")[:200],
        language=patient.language,
        opened_at=now,
        changed_at=now,
        due_at=due_at,
    )
