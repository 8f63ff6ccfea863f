"""Showing the contact details of the person behind a pseudonym, for ten minutes."""

from datetime import datetime

from django.db import transaction

from caseloop.models import Case, NotAllowedNow
from caseloop.reach import people_to_reach, why_not_to_reach, why_nothing_to_show
from messaging import services as post_office
from tenants.models import Member, Program


@transaction.atomic
def reveal_contact(*, case: Case, reason: str, by: Member, now: datetime) -> None:
    """Show `by` the contact details of a locked case's patient for ten minutes; kept in the history and audited.

    reason: may be empty on a case that `by` owns. What is shown already is not shown anew.
    Under the patient's lock: a change of the contact status either is seen here, or takes away what was shown.
    Raises NotAllowedNow with the reason in words.
    """
    if case.program.contact_held_by != Program.Holder.VAULT:
        raise NotAllowedNow("The partner keeps the contact details of this program in its own system.")
    if words := why_not_to_reach(case, member=by):
        raise NotAllowedNow(words)
    if not (why := reason.strip() or _usual_reason(case, by=by)):
        raise NotAllowedNow("Write why you need the contact details: this case is not yours.")
    people = people_to_reach(case.patient)
    if words := why_nothing_to_show(case.patient, people):
        raise NotAllowedNow(words)
    hidden = [each for each in people if not post_office.revealed(owner_id=each.pk, by=by, now=now)]
    shown = [
        post_office.reveal(
            organization_id=case.organization_id,
            partner_id=case.partner_id,
            owner_id=each.pk,
            subject_id=case.pk,
            by=by,
            reason=why[:200],
            now=now,
        )
        for each in hidden
    ]
    if shown:
        case.note_reveal(until=shown[0].until, by=by, now=now)


def _usual_reason(case: Case, *, by: Member) -> str:
    return f"Case #{case.number}" if case.owner_id == by.pk and not case.asks_no_contact else ""
