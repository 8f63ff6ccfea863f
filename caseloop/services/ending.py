"""How the work on a case ends and begins again, with what follows for surveys, the partner and the patient."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from caseloop.codes import ClosedAs
from caseloop.models import Case, PartnerTask
from caseloop.services.holding import keep_hold
from surveys.invitations import ask_outcome, revoke_outcome
from surveys.models import Invitation
from tenants.models import Member

QUIET = timedelta(days=14)
_NEVER_ASKED = (Invitation.Ended.SKIPPED, Invitation.Ended.REVOKED)


@transaction.atomic
def resolve(*, case: Case, dispositions: dict[str, Any], by: Member, now: datetime) -> None:
    """Resolve a locked case, and plan to ask the patient whether it is taken care of.

    dispositions: as `Case.resolve` takes them. Who asked not to be contacted, or may not be asked, is not: such a case
    is marked as not verifiable. Raises ConcernsUnsettled, CaseNotOpen.
    """
    case.resolve(dispositions=dispositions, by=by, now=now)
    _work_is_over(case, by=by, now=now)
    if any(concern.asks_no_contact for concern in case.concerns.all()) or not _ask(case, now=now):
        case.mark_not_verifiable()


@transaction.atomic
def end_without_action(*, case: Case, reason: str, text: str, by: Member, now: datetime) -> None:
    """End a locked case with a coded reason; nothing was done. Raises CaseNotOpen."""
    case.end_without_action(reason=reason, text=text, by=by, now=now)
    _work_is_over(case, by=by, now=now)


@transaction.atomic
def reopen(*, case: Case, reason: str, by: Member, now: datetime) -> None:
    """Take a locked, resolved case up again by hand; the patient is not asked about it meanwhile.

    Raises NotAllowedNow unless it is resolved.
    """
    case.reopen(reason=reason, by=by, now=now)
    revoke_outcome(case_id=case.pk, now=now)
    keep_hold(case, now=now)


def close(*, case: Case, by: Member | None, now: datetime) -> None:
    """Close a locked, resolved case of which nothing was heard, as unverified or not verifiable.

    by: None when silence closed it. Raises NotAllowedNow unless it is resolved.
    """
    case.close(by=by, now=now, closed_as=ClosedAs.UNVERIFIED if _was_asked(case) else ClosedAs.NOT_VERIFIABLE)


def close_if_quiet(*, case_id: UUID, now: datetime) -> bool:
    """Close a resolved case when nothing was heard for two weeks; tell whether it was closed."""
    case = Case.objects.lock(pk=case_id)
    if not Case.objects.quiet_since(now - QUIET).filter(pk=case.pk).exists():
        return False
    close(case=case, by=None, now=now)
    return True


def _ask(case: Case, *, now: datetime) -> Invitation | None:
    wait = timedelta(days=case.program.follow_up_days)
    return ask_outcome(case_id=case.pk, round=case.reopened_count, patient=case.patient, now=now, send_at=now + wait)


def _was_asked(case: Case) -> bool:
    # What was planned at resolving may have been stopped on its way: consent taken back, no address, the patient gone.
    planned = Invitation.objects.filter(follows_up_id=case.pk, round=case.reopened_count)
    return not case.patient.has_left and planned.exclude(ended_as__in=_NEVER_ASKED).exists()


def _work_is_over(case: Case, *, by: Member, now: datetime) -> None:
    keep_hold(case, now=now)
    PartnerTask.objects.open().filter(case=case).update(done_at=now, done_by=by)
