"""Opening cases: an alert becomes a concern on the patient's one case."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from caseloop.codes import ENDED, Severity, Status
from caseloop.models import Case, CaseCounter, ClockPolicy, Concern
from caseloop.services.holding import keep_hold
from caseloop.wishes import NO_WISH, Wish
from cxplatform.lib.clocks import WorkingWeek, callback_due
from patients.models import Patient
from surveys.invitations import revoke_outcome
from tenants.models import Team

ALWAYS = WorkingWeek.parse(
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
    wish: Wish = NO_WISH,
) -> Concern:
    """Add a concern to the patient's case: the current one (reopening a resolved one), or a new one.

    why: explanation with a `summary` of at most 200 characters, kept on the concern.
    window: when the patient wants to be called, for a call-back.
    wish: how the patient asked to be contacted, kept on the concern; its language becomes the case's.
    An urgent concern stops surveys to the patient; a reopened case asks no more whether it is taken care of.
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
        case = _new_case(
            patient, latest, team=team, severity=severity, why=why, wish=wish, due_at=first_attempt, now=now
        )
    elif wish.spoken:
        case.language = wish.spoken
    concern = Concern.objects.create(
        organization_id=case.organization_id,
        case=case,
        source_id=source_id,
        severity=severity,
        why=why,
        wish=wish.stored(),
        opened_at=now,
        first_attempt_due_at=first_attempt,
        resolve_due_at=resolve,
    )
    if is_new:
        case.record_opening(data={"concern": str(concern.pk), "severity": severity})
    else:
        _join(case, concern, now=now)
    keep_hold(case, now=now)
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


def _join(case: Case, concern: Concern, *, now: datetime) -> None:
    was_resolved = case.status == Status.RESOLVED
    case.join(concern_id=str(concern.pk), severity=concern.severity, now=now)
    if was_resolved:
        revoke_outcome(case_id=case.pk, now=now)


def _due_times(
    *, team: Team | None, severity: str, window: WorkingWeek | None, now: datetime
) -> tuple[datetime, datetime]:
    week = team.week if team else ALWAYS
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
    wish: Wish,
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
        language=wish.spoken or patient.language,
        opened_at=now,
        changed_at=now,
        due_at=due_at,
    )
