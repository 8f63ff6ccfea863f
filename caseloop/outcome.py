"""Whether and when the patient of a resolved case is asked if it is taken care of, in words."""

from datetime import datetime

from django.utils import timezone

from caseloop.codes import Status
from caseloop.models import Case
from surveys.models import Invitation


def outcome_in_words(case: Case) -> str:
    """Return the words for a resolved case, "" for any other; one statement."""
    if case.status != Status.RESOLVED:
        return ""
    asked = Invitation.objects.filter(follows_up_id=case.pk, round=case.reopened_count).first()
    if asked is None or asked.ended_as in (Invitation.Ended.SKIPPED, Invitation.Ended.REVOKED):
        return "The patient cannot be asked whether it is taken care of, so it will be closed as not verifiable."
    if asked.invited_at:
        return f"The patient was asked on {_day(asked.invited_at)} whether it is taken care of."
    if asked.next_step_at:
        return f"The patient will be asked on {_day(asked.next_step_at)} whether it is taken care of."
    return "The patient is asked whether it is taken care of."


def _day(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{local:%A} {local.day} {local:%B}"
