"""Asking the partner, who can reach the patient, to act on a case."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from caseloop.models import Case, NotAllowedNow, PartnerTask
from caseloop.services.opening import ALWAYS
from caseloop.services.telling import people_of_partner, tell
from tenants.models import Member, Team

ANSWER_DAYS = 1  # business days of the partner's team


@transaction.atomic
def ask_partner(*, case: Case, text: str, by: Member, now: datetime) -> PartnerTask:
    """Ask the partner of a locked case to act, in words, within one business day of its team, and tell its people.

    Raises NotAllowedNow when there is no partner, nobody there, no work left, or an open question; for its own people.
    """
    partner_id = _asked(case, by=by)
    if not (people := people_of_partner(partner_id)):
        raise NotAllowedNow(f"Nobody at {case.partner} can open cases here. Invite somebody there, or call them.")
    team = Team.objects.filter(partner_id=partner_id, is_active=True).order_by("created_at").first()
    task = PartnerTask.objects.create(
        organization_id=case.organization_id,
        case=case,
        asked_by=by,
        asked_at=now,
        due_at=(team.week if team else ALWAYS).add_business_days(now, ANSWER_DAYS),
    )
    case.note_asked(text, due_at=task.due_at, by=by, now=now)
    tell(case, people, occasion=f"asked:{task.pk}", due_at=task.due_at, now=now)
    return task


@transaction.atomic
def answer_for_partner(*, case: Case, text: str, by: Member, now: datetime) -> None:
    """Answer what was asked of the partner on a locked case. Raises NotAllowedNow when nothing is asked any more."""
    if not PartnerTask.objects.open().filter(case=case).update(done_at=now, done_by=by):
        raise NotAllowedNow("Nothing is asked of the partner on this case. Write a note instead.")
    case.note_partner_done(text, by=by, now=now)


def _asked(case: Case, *, by: Member) -> UUID:
    if case.partner_id is None:
        raise NotAllowedNow("No partner serves this patient, so there is nobody to ask.")
    if by.partner_id:
        raise NotAllowedNow("You work for the partner: reach the patient yourself.")
    if not case.is_worked:
        raise NotAllowedNow("There is no work left on this case. Reopen it first.")
    if PartnerTask.objects.open().filter(case=case).exists():
        raise NotAllowedNow("The partner was asked and has not answered yet. Write a note instead.")
    return case.partner_id
