"""Cases that were resolved, made as they come about: an answer, its alert, the work of an agent."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from alerts.services import evaluate_response
from caseloop.models import Case, Disposition
from caseloop.services import resolve
from surveys.models import Response
from surveys.services import save_page
from surveys.sitting import open_link
from tests.conftest import House

_FIXED = Disposition(root_cause="affordability.copay_reject", action="Sent the card again", outcome="fixed")


def resolve_cases(house: House, *, invitations: list[str]) -> None:
    """Answer links to the survey of `seed` as people who are not prepared do, and resolve what that opens.

    Call it while the house is bound. Each case plans to ask whether it is taken care of, some days from now.
    """
    for each in invitations:
        response = _answered(UUID(each), now=timezone.now())
        alert, *_ = evaluate_response(response_id=response.pk, now=timezone.now())
        _resolve(Case.objects.lock(concerns__source_id=alert.pk), house, now=timezone.now())


def _answered(invitation_id: UUID, *, now: datetime) -> Response:
    sitting = open_link(invitation_id=invitation_id, now=now)
    steps = {f"step_{n}": ["usually"] for n in range(1, 13)}
    said = {"prepared": ["no"], **steps, "recommend": ["3"], "words": ["The card never came."]}
    saved = save_page(sitting, page=sitting.pages[0], form=said, now=now)
    assert not saved.errors, saved.errors
    assert sitting.response
    return sitting.response


def _resolve(case: Case, house: House, *, now: datetime) -> None:
    dispositions = {str(concern.pk): _FIXED for concern in case.concerns.unsettled()}
    resolve(case=case, dispositions=dispositions, by=house.members["agent"], now=now)
