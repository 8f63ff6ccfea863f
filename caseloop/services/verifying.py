"""What the patient says of the outcome: verified, to be worked on again, or kept as it is."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from caseloop.codes import ClosedAs, Settled, Status, raised
from caseloop.models import Case, CaseEvent, ClockPolicy, Concern
from caseloop.services.holding import keep_hold
from caseloop.services.opening import ALWAYS
from caseloop.services.telling import supervisors_of, tell, those_who_act
from surveys.invitations import revoke_outcome

_TAKEN_CARE_OF = (Settled.YES, Settled.NO_MATTER)
_STILL_OPEN = (Settled.PARTLY, Settled.NO)
_PROMISED_DAYS = Decimal(2)  # what the last page of the outcome survey tells the patient


@transaction.atomic(savepoint=False)
def hear_back(
    *,
    case_id: UUID,
    contacted: str | None,
    settled: str | None,
    prepared: str | None,
    now: datetime,
    round: int | None = None,  # noqa: A002 (the word of the invitation)
) -> None:
    """Do as the patient says of the outcome of a case; call it once for each answer.

    contacted, settled, prepared: codes of the outcome survey's answers; all are kept in the history.
    Taken care of, or no longer a matter: closed as verified. Partly or not at all: reopened, and when not at all each
    concern one priority higher; the second time nobody owns it and the supervisors decide. No answer: only kept.
    An answer to an earlier `round` of a case that was resolved anew moves nothing either.
    Locks the patient and the case, so it takes turns with alerts and moves.
    """
    case = Case.objects.lock(pk=case_id)
    said = {"contacted": contacted or "", "settled": settled or "", "prepared": prepared or ""}
    is_about_now = round in (None, case.reopened_count) or case.is_worked
    if settled in _TAKEN_CARE_OF and is_about_now and _may_be_verified(case):
        case.verify(said=said, now=now)
    elif settled in _STILL_OPEN and is_about_now and case.status != Status.NO_ACTION:
        _take_up_again(case, said=said, now=now)
    else:
        case.note_answer(said=said, now=now)


def _may_be_verified(case: Case) -> bool:
    return case.status == Status.RESOLVED or (case.status == Status.CLOSED and case.closed_as != ClosedAs.VERIFIED)


def _take_up_again(case: Case, *, said: dict[str, str], now: datetime) -> None:
    current = Case.objects.current().filter(patient=case.patient_id).exclude(pk=case.pk).first()
    if current:  # a later alert opened it; a patient has one case at a time
        case.note_answer(said=said, now=now)
        current.note_answer(said={**said, "case": case.number}, now=now)
        return
    for concern in case.concerns.exclude(settled_at=None):
        _take_up(case, concern, said=said, now=now)
    if case.is_worked:  # an alert reopened it before this answer was read
        case.note_answer(said=said, now=now)
    else:
        _reopen(case, said=said, now=now)
    keep_hold(case, now=now)


def _reopen(case: Case, *, said: dict[str, str], now: datetime) -> None:
    again = case.events.filter(kind=CaseEvent.Kind.REOPENED, actor=None).exists()
    case.reopen_as_said(said=said, to_supervisors=again, now=now)
    revoke_outcome(case_id=case.pk, now=now)
    people = supervisors_of(case) if again else those_who_act(case)
    tell(case, people, occasion=f"reopened:{case.pk}:{case.reopened_count}", due_at=case.due_at, now=now)


def _take_up(case: Case, concern: Concern, *, said: dict[str, str], now: datetime) -> None:
    severity = raised(concern.severity) if said["settled"] == Settled.NO else concern.severity
    days = min(ClockPolicy.clocks_for(severity).resolve_days, _PROMISED_DAYS)
    week = case.team.week if case.team else ALWAYS
    concern.take_up(severity=severity, due_at=week.add_business_days(now, days))
