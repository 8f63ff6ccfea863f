"""Erasing a person's contact details and words on request; counts and audit stay."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from caseloop import services as casework
from caseloop.models import CaseText
from desk.journey import Family
from messaging import services as post_office
from messaging.models import Inbound, Message
from patients.models import Answering, Consent, Erasure, Patient, PatientEvent
from patients.services import locked, note, take_back_consent
from safety import services as watch
from safety.models import Item
from surveys import erasure as answers
from tenants.models import Member
from tenants.models.audit import audit


class SafetyUndecided(Exception):
    """A text about the patient has not been judged yet; erasing it would hide a possible side effect."""

    def __init__(self) -> None:
        super().__init__(
            "The safety reviewers have not decided on every text about this patient yet. Ask them to, then erase."
        )


@transaction.atomic
def erase(*, patient: Patient, by: Member | None, request: str, now: datetime) -> Erasure:
    """Erase the addresses and every word of and about a patient, in all apps, and return the certificate.

    Counts, codes, times and the audit trail stay. Who answers for other patients too keeps the own address for them.
    What is queued is dropped, and no consent holds any more. request: the reference of the request, without a name.
    Doing it again, when nothing new has come, returns the certificate that there is. The patient's row is locked first.
    Raises SafetyUndecided.
    """
    person = locked(patient)
    family = Family.of(person)
    if _is_undecided(family):
        raise SafetyUndecided
    counts = _erase_words(family, now=now) | {"addresses": _erase_addresses(family, by=by, now=now)}
    earlier = Erasure.objects.filter(patient=person).order_by("-at", "-id").first()
    if earlier and not any(counts.values()):
        return earlier
    certificate = Erasure.objects.create(
        organization_id=person.organization_id, patient=person, at=now, by=by, request=request, counts=counts
    )
    note(person, PatientEvent.Kind.ERASED, {"erasure": str(certificate.pk)}, by=by, now=now)
    audit("patients.patient.erased", by=by, target=person, now=now, request=request, counts=counts)
    return certificate


def is_undecided(patient: Patient) -> bool:
    """Tell whether a safety text about the patient still waits for its reader or its verdict."""
    return _is_undecided(Family.of(patient))


def _is_undecided(family: Family) -> bool:
    return (
        Item.objects.undecided().filter(patient__in=family.ids).exists()
        or any(answers.has_unread_texts(patient_id=each) for each in family.ids)
        or CaseText.objects.filter(event__case__patient__in=family.ids, needs_review=True).exists()
        or Inbound.objects.filter(owner_id__in=family.people, needs_review=True).exists()
        or PatientEvent.objects.filter(patient__in=family.ids, needs_review=True).exists()
    )


def _erase_words(family: Family, *, now: datetime) -> dict[str, int]:
    return {
        "answers": sum(answers.erase_texts(patient_id=each, now=now) for each in family.ids),
        "notes": sum(casework.erase_texts(patient_id=each, now=now) for each in family.ids),
        "reports": sum(watch.erase_texts(patient_id=each, now=now) for each in family.ids),
        "texts": sum(post_office.erase_texts(owner_id=each, now=now) for each in _only_theirs(family)),
    }


def _erase_addresses(family: Family, *, by: Member | None, now: datetime) -> int:
    erased = 0
    for owner_id in _only_theirs(family):
        post_office.drop_messages(reason=Message.Dropped.ERASED, now=now, owner_id=owner_id)
        found = post_office.erase_addresses(owner_id=owner_id, now=now)
        if found:
            take_back_consent(respondent_id=owner_id, source=Consent.Source.STATUS, by=by, now=now)
        erased += found
    return erased


def _only_theirs(family: Family) -> list[UUID]:
    """Return those who answer for nobody else, in the order in which they are locked."""
    others = Answering.objects.filter(respondent_id__in=family.people).exclude(patient__in=family.ids)
    shared = set(others.values_list("respondent_id", flat=True))
    return [owner_id for owner_id in sorted(family.people) if owner_id not in shared]
