"""The ledger of consent: record, ask what holds, and the wish not to be contacted."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from messaging import services as post_office
from messaging.models import Channel, Message, Purpose, Stop
from patients.models import Consent, PatientEvent, Respondent
from patients.services.people import note, patients_of
from tenants.models import Member

# What “do not contact me” takes back: a question about a safety event may still have to be asked.
WISHED_AWAY = (Purpose.SURVEY, Purpose.FOLLOW_UP, Purpose.CASE_CONTACT)


def consented_channels(*, respondent_id: UUID, purpose: str) -> list[str]:
    """Return the channels on which a respondent agreed to a purpose, the preferred one first.

    Keeps the respondent's row locked until the transaction ends: consent that is taken back meanwhile waits, and then
    finds in the queue what the caller puts there.
    """
    respondent = _locked(respondent_id)
    given = Consent.objects.in_force([respondent_id]).filter(purpose=purpose)
    channels = {entry.channel for entry in given if entry.is_given}
    order = [respondent.preferred_channel, *Channel.values]
    return [channel for channel in dict.fromkeys(order) if channel in channels]


@transaction.atomic
def record_consent(
    *,
    respondent: Respondent,
    channel: str,
    purposes: Iterable[str],
    is_given: bool,
    source: str,
    wording: str,
    given_at: datetime,
    by: Member | None,
    now: datetime,
) -> list[Consent]:
    """Enter for each purpose that a respondent agreed on a channel, or took it back; the newest `given_at` holds.

    given_at: when the person said so, which may be long ago; of two entries of the same instant the later recorded
    one holds. Where consent does not hold afterwards, what is queued for it is dropped in the same transaction.
    """
    mine = _locked(respondent.pk)
    entries = [
        _entry(mine, channel, purpose, is_given, source=source, wording=wording, given_at=given_at, by=by, now=now)
        for purpose in purposes
    ]
    Consent.objects.bulk_create(entries)
    _drop_what_lost_consent(mine.pk, channel, [entry.purpose for entry in entries], now=now)
    about = {
        "respondent": str(mine.pk),
        "channel": channel,
        "purposes": [entry.purpose for entry in entries],
        "is_given": is_given,
        "source": source,
        "given_at": given_at.isoformat(),
    }
    for patient in patients_of(mine.pk):
        note(patient, PatientEvent.Kind.CONSENT, about, by=by, now=now)
    return entries


@transaction.atomic
def take_back_consent(
    *,
    respondent_id: UUID,
    source: str,
    by: Member | None,
    now: datetime,
    purposes: Sequence[str] = WISHED_AWAY,
) -> None:
    """Take back the purposes on every channel, and drop what is queued for them."""
    mine = _locked(respondent_id)
    Consent.objects.bulk_create(
        _entry(mine, channel, purpose, False, source=source, wording="", given_at=now, by=by, now=now)
        for channel in Channel.values
        for purpose in purposes
    )
    post_office.drop_messages(reason=Message.Dropped.CONSENT, now=now, owner_id=mine.pk, purposes=list(purposes))


@transaction.atomic
def wish_no_contact(*, respondent_id: UUID, source_id: UUID, now: datetime) -> None:
    """Do as somebody said who answered “please do not contact me”: no consent holds, and the addresses are stopped.

    source_id: the response that says so. Questions about a safety event stay allowed by consent, but the stop on the
    address covers them too until it is lifted. Doing it again changes nothing that matters.
    """
    mine = _locked(respondent_id)
    take_back_consent(respondent_id=mine.pk, source=Consent.Source.SURVEY, by=None, now=now)
    post_office.stop_owner(
        organization_id=mine.organization_id,
        owner_id=mine.pk,
        reason=Stop.Reason.WISH,
        source_id=source_id,
        now=now,
    )
    for patient in patients_of(mine.pk):
        about = {"respondent": str(mine.pk), "reason": Stop.Reason.WISH}
        note(patient, PatientEvent.Kind.STOPPED, about, by=None, now=now)


def in_force(respondent_ids: Iterable[UUID]) -> dict[tuple[UUID, str, str], Consent]:
    """Return the entry that holds now by respondent, channel and purpose; one query, for pages."""
    entries = Consent.objects.in_force(respondent_ids).select_related("recorded_by__user")
    return {(entry.respondent_id, entry.channel, entry.purpose): entry for entry in entries}


def _locked(respondent_id: UUID) -> Respondent:
    respondent: Respondent = Respondent.objects.select_for_update(no_key=True).get(pk=respondent_id)
    return respondent


def _entry(
    respondent: Respondent,
    channel: str,
    purpose: str,
    is_given: bool,  # noqa: FBT001
    *,
    source: str,
    wording: str,
    given_at: datetime,
    by: Member | None,
    now: datetime,
) -> Consent:
    return Consent(
        organization_id=respondent.organization_id,
        respondent=respondent,
        channel=channel,
        purpose=purpose,
        is_given=is_given,
        source=source,
        wording=wording[:60],
        given_at=given_at,
        recorded_at=now,
        recorded_by=by,
    )


def _drop_what_lost_consent(respondent_id: UUID, channel: str, purposes: list[str], *, now: datetime) -> None:
    holding = Consent.objects.in_force([respondent_id]).filter(channel=channel)
    allowed = {entry.purpose for entry in holding if entry.is_given}
    if lost := [purpose for purpose in purposes if purpose not in allowed]:
        post_office.drop_messages(
            reason=Message.Dropped.CONSENT, now=now, owner_id=respondent_id, purposes=lost, channels=[channel]
        )
