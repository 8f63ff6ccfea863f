"""Contact status: who may still be written to about a patient, with everything that follows from a change."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from cxplatform.lib.nudge import nudge
from messaging import services as post_office
from messaging.models import Message, Stop
from patients.models import Consent, Patient, PatientEvent, Respondent
from patients.services.consent import take_back_consent
from patients.services.people import everybody_for, locked, note
from tenants.models import Member
from tenants.models.audit import audit

_Status = Patient.ContactStatus


class AdultDateMissing(ValueError):
    """A patient under age needs the date from which the own consent is asked for."""

    def __init__(self) -> None:
        super().__init__("Give the date from which the patient's own consent is needed. No birth date is kept.")


@transaction.atomic
def change_status(
    *,
    patient: Patient,
    status: str,
    by: Member | None,
    now: datetime,
    source: str,
    adult_from: date | None = None,
) -> PatientEvent | None:
    """Change the contact status of a patient, with all its consequences; return its event, None if nothing changed.

    paused: what is queued is dropped, and nothing is sent until the patient is active again. withdrawn: the same, and
    the consents of those who answer for nobody else are taken back. deceased: every address of everybody who answers
    for the patient is stopped, in all programs, and the safety reviewers get the event. under_age: what is queued to
    anybody but caregivers is dropped; needs `adult_from`. active: nothing that was taken back or stopped returns by
    itself. A caregiver of several patients loses what is queued about the others too: it can be sent again.
    source: where the news came from (`form`, `import`, `api`, `merge`).
    The patient's row is locked first: of two changes at once the second sees the first. Aliases follow their survivor.
    Raises AdultDateMissing.
    """
    if status != _Status.UNDER_AGE:
        adult_from = None
    elif adult_from is None:
        raise AdultDateMissing
    person = locked(patient)
    patient.contact_status, patient.adult_from = status, adult_from
    if (person.contact_status, person.adult_from) == (status, adult_from):
        return None
    return enforce_status(person, status=status, by=by, now=now, source=source, adult_from=adult_from)


def enforce_status(
    person: Patient, *, status: str, by: Member | None, now: datetime, source: str, adult_from: date | None
) -> PatientEvent:
    """Set the status of a locked patient and its aliases, and let everything follow, whatever the status was before."""
    before = person.contact_status
    family = Patient.objects.filter(Q(pk=person.pk) | Q(merged_into=person))
    family.update(contact_status=status, adult_from=adult_from)
    event = _note(person, before=before, status=status, source=source, adult_from=adult_from, by=by, now=now)
    person.contact_status, person.adult_from = status, adult_from
    _follow(person, event, by=by, now=now)
    return event


def _note(
    person: Patient,
    *,
    before: str,
    status: str,
    source: str,
    adult_from: date | None,
    by: Member | None,
    now: datetime,
) -> PatientEvent:
    is_death = status == _Status.DECEASED
    has_left = status in (_Status.WITHDRAWN, _Status.DECEASED)
    facts = {"from": before, "to": status, "source": source}
    if adult_from:
        facts["adult_from"] = adult_from.isoformat()
    event = note(person, PatientEvent.Kind.STATUS, facts, by=by, now=now, needs_review=is_death, tells_cases=has_left)
    audit("patients.patient.status_changed", by=by, target=person, now=now, **facts)
    if is_death:
        nudge("patients.event", organization_id=person.organization_id, event_id=event.pk)
    if has_left:
        nudge("patients.left", organization_id=person.organization_id, event_id=event.pk)
    return event


def _follow(person: Patient, event: PatientEvent, *, by: Member | None, now: datetime) -> None:
    for respondent in everybody_for(person):
        if person.contact_status == _Status.DECEASED:
            _stop_for_good(respondent, event, now=now)
        elif _must_wait(person, respondent):
            post_office.drop_messages(reason=Message.Dropped.STATUS, now=now, owner_id=respondent.pk)
        if person.contact_status == _Status.WITHDRAWN and not _answers_for_others(respondent, person):
            take_back_consent(respondent_id=respondent.pk, source=Consent.Source.STATUS, by=by, now=now)


def _must_wait(person: Patient, respondent: Respondent) -> bool:
    if person.contact_status == _Status.UNDER_AGE:
        return respondent.kind != Respondent.Kind.CAREGIVER
    return not person.takes_messages


def _stop_for_good(respondent: Respondent, event: PatientEvent, *, now: datetime) -> None:
    post_office.drop_messages(reason=Message.Dropped.STATUS, now=now, owner_id=respondent.pk)
    post_office.stop_owner(
        organization_id=respondent.organization_id,
        owner_id=respondent.pk,
        reason=Stop.Reason.DECEASED,
        source_id=event.pk,
        now=now,
    )


def _answers_for_others(respondent: Respondent, person: Patient) -> bool:
    return respondent.answering.exclude(patient=person).exists()
