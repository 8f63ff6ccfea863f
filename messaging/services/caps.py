"""Contact rules: how often a person is asked, counted on every way to reach the person."""

from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import connection, transaction

from messaging.models import Address, SurveyContact
from messaging.vault import fingerprint
from tenants.models import Program

YEAR = timedelta(days=365)


@transaction.atomic
def count_survey_contact(
    *,
    program: Program,
    owner_id: UUID,
    channel: str | None,
    invitation_id: UUID,
    gap_days: int,
    a_year: int,
    now: datetime,
) -> str:
    """Count one invitation against the contact rules and return "", or say which rule it would break.

    "too_soon": asked within the last `gap_days`; "too_often": asked `a_year` times within 365 days. Counted across
    surveys, channels and programs by every address of the respondent, so that a number or mailbox that serves several
    people is asked as one. channel: None where the partner delivers links: then the respondent alone is counted.
    An invitation that was counted is counted no second time, whatever is asked again for it.
    Safe to race: whoever shares an address waits until this transaction ends.
    """
    prints = _prints(owner_id, alone=channel is None)
    _lock(program.organization_id, prints)
    if SurveyContact.objects.filter(invitation_id=invitation_id).exists():
        return ""
    if refusal := _refusal(prints, gap_days=gap_days, a_year=a_year, now=now):
        return refusal
    SurveyContact.objects.bulk_create(
        SurveyContact(organization_id=program.organization_id, fingerprint=print_, invitation_id=invitation_id, at=now)
        for print_ in prints
    )
    return ""


def _prints(owner_id: UUID, *, alone: bool) -> list[bytes]:
    own = fingerprint("respondent", str(owner_id))
    if alone:
        return [own]
    addresses = Address.objects.filter(owner_id=owner_id).values_list("fingerprint", flat=True)
    return sorted({own, *map(bytes, addresses)})


def _lock(organization_id: UUID, prints: list[bytes]) -> None:
    keys = sorted(int.from_bytes(sha256(organization_id.bytes + p).digest()[:8], "big", signed=True) for p in prints)
    with connection.cursor() as cursor:
        for key in keys:  # in one order, so that two people who share two addresses do not wait for each other
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def _refusal(prints: list[bytes], *, gap_days: int, a_year: int, now: datetime) -> str:
    recent = SurveyContact.objects.filter(fingerprint__in=prints, at__gt=now - max(YEAR, timedelta(days=gap_days)))
    asked = dict(recent.values_list("invitation_id", "at"))  # once per invitation, however many ways it was counted on
    if any(at > now - timedelta(days=gap_days) for at in asked.values()):
        return "too_soon"
    return "too_often" if sum(at > now - YEAR for at in asked.values()) >= a_year else ""
