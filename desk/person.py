"""What stands about contacting a patient: who answers, how they can be reached, and what holds messages back."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q

from desk.journey import Family
from messaging.models import Address, Channel, Stop
from patients.models import Erasure, Hold, Patient, Respondent


@dataclass(frozen=True, slots=True)
class Way:
    """An address in the vault: by what channel, since when, and whether it is stopped; never the address itself."""

    channel: str
    since: datetime
    stopped_at: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who answers, with the ways in the vault."""

    respondent: Respondent
    ways: list[Way]


@dataclass(frozen=True, slots=True)
class Standing:
    """Who answers for a patient, and what holds messages back."""

    people: list[Person]
    held_since: datetime | None
    is_stopped: bool
    own_consent_due: bool
    erased: Erasure | None


def standing(family: Family, *, now: datetime) -> Standing:
    """Return it for a patient and everybody merged into it; four queries, however many people and addresses."""
    patient = family.patient
    people = Respondent.objects.filter(pk__in=family.people).order_by("created_at", "id")
    ways = _ways(family.people)
    hold = Hold.objects.standing().filter(patient__in=family.ids).order_by("placed_at").first()
    under_age = patient.contact_status == Patient.ContactStatus.UNDER_AGE
    return Standing(
        people=[Person(each, ways[each.pk]) for each in people],
        held_since=hold.placed_at if hold else None,
        is_stopped=any(way.stopped_at for each in ways.values() for way in each),
        own_consent_due=under_age and patient.adult_from is not None and patient.adult_from <= now.date(),
        erased=Erasure.objects.filter(patient__in=family.ids).order_by("-at").first(),
    )


def _ways(owners: Iterable[UUID]) -> dict[UUID, list[Way]]:
    """Say since when an address is stopped, and not why: the reason may be about somebody else at the same address."""
    here = Q(channel=OuterRef("channel")) | ~Q(reason=Stop.Reason.BOUNCE)  # a bounce holds for its channel only
    stops = Stop.objects.standing().filter(
        here, organization=OuterRef("organization"), fingerprint=OuterRef("fingerprint")
    )
    rows: Any = Address.objects.filter(owner_id__in=list(owners)).annotate(stopped_at=stops.values("at")[:1])
    found: dict[UUID, list[Way]] = defaultdict(list)
    for row in rows.order_by("added_at").values_list("owner_id", "channel", "added_at", "stopped_at"):
        found[row[0]].append(Way(str(Channel(row[1]).label), row[2], row[3]))
    return found
