"""Who may be asked about a patient, caregivers, and what a member may change of a patient's details."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from uuid_utils.compat import uuid7

from messaging import services as post_office
from patients.models import Answering, Patient, PatientEvent, Respondent
from tenants.models import Member


class OtherPartner(Exception):
    """The caregiver belongs to another program or partner; the patient needs a respondent of its own."""

    def __init__(self) -> None:
        super().__init__("This caregiver belongs to another program or partner. Add a caregiver of this patient's own.")


def locked(patient: Patient) -> Patient:
    """Lock the row of a patient, or of the one that it was merged into, until the transaction ends, and return it.

    Whoever changes what may be sent, or sends, takes this lock first, so that the two cannot cross.
    """
    mine: Patient = Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    return locked(mine.merged_into) if mine.merged_into else mine


def respondents_for(patient: Patient, *, today: date | None = None) -> list[Respondent]:
    """Return who may be asked about a patient now, oldest first; of a patient under age the caregivers only.

    Nobody while the patient is paused, withdrawn or deceased, and nobody from `adult_from` on until the patient is set
    to active, because from then on the own consent is needed.
    Reads the patient afresh and keeps the row locked until the transaction ends: a change of the contact status either
    is seen here, or finds in the queue what the caller puts there.
    """
    person = locked(patient)
    if not person.takes_messages:
        return []
    found = everybody_for(person)
    if person.contact_status != Patient.ContactStatus.UNDER_AGE:
        return found
    if today and person.adult_from and person.adult_from <= today:
        return []
    return [each for each in found if each.kind == Respondent.Kind.CAREGIVER]


def everybody_for(patient: Patient) -> list[Respondent]:
    """Return everybody who answers about a patient, whatever the status, oldest first."""
    return list(Respondent.objects.filter(answering__patient=patient).order_by("created_at", "id"))


@transaction.atomic
def add_caregiver(
    *,
    patient: Patient,
    language: str,
    time_zone: str,
    preferred_channel: str,
    by: Member | None,
    now: datetime,
    contacts: Mapping[str, str] | None = None,
) -> Respondent:
    """Let a caregiver answer about a patient, besides whoever does already. contacts: addresses by channel."""
    person = locked(patient)
    caregiver = Respondent.objects.create(
        organization_id=person.organization_id,
        program_id=person.program_id,
        partner_id=person.partner_id,
        kind=Respondent.Kind.CAREGIVER,
        language=language,
        time_zone=time_zone,
        preferred_channel=preferred_channel,
        created_at=now,
    )
    answer_for(respondent=caregiver, patient=person, by=by, now=now)
    for channel, value in (contacts or {}).items():
        keep_contact(respondent=caregiver, patient=person, channel=channel, value=value, by=by, now=now)
    return caregiver


@transaction.atomic
def answer_for(*, respondent: Respondent, patient: Patient, by: Member | None, now: datetime) -> None:
    """Let somebody who answers about one patient answer about another one too, such as a mother of twins.

    Doing it again changes nothing. Raises OtherPartner when the two are not of the same program and partner.
    """
    if (respondent.program_id, respondent.partner_id) != (patient.program_id, patient.partner_id):
        raise OtherPartner
    _, is_new = Answering.objects.get_or_create(
        organization_id=patient.organization_id, respondent=respondent, patient=patient
    )
    if is_new:
        about = {"respondent": str(respondent.pk), "kind": respondent.kind}
        note(patient, PatientEvent.Kind.EDITED, about, by=by, now=now)


@transaction.atomic
def change_details(*, patient: Patient, language: str, time_zone: str, by: Member | None, now: datetime) -> list[str]:
    """Change the language and time zone of a patient, and of the respondent who is the patient; return what changed.

    A caregiver keeps the own language and zone.
    """
    person = locked(patient)
    wanted = {"language": language, "time_zone": time_zone}
    changed = [name for name, value in wanted.items() if getattr(person, name) != value]
    if not changed:
        return []
    news = {name: wanted[name] for name in changed}
    Patient.objects.filter(pk=person.pk).update(**news)
    own = Respondent.objects.filter(answering__patient=person).exclude(kind=Respondent.Kind.CAREGIVER)
    Respondent.objects.filter(pk__in=[each.pk for each in own]).update(**news)
    note(person, PatientEvent.Kind.EDITED, news, by=by, now=now)
    return changed


@transaction.atomic
def save_person(
    *,
    respondent: Respondent,
    patient: Patient,
    kind: str,
    language: str,
    time_zone: str,
    preferred_channel: str,
    contacts: Mapping[str, str],
    by: Member | None,
    now: datetime,
) -> list[str]:
    """Change who a respondent is and how to write to that person, and keep new addresses; return what changed.

    contacts: addresses by channel; those that are kept already stay.
    """
    wanted = {
        "kind": kind,
        "language": language,
        "time_zone": time_zone,
        "preferred_channel": preferred_channel,
    }
    changed = {name: value for name, value in wanted.items() if getattr(respondent, name) != value}
    if changed:
        Respondent.objects.filter(pk=respondent.pk).update(**changed)
        about = {"respondent": str(respondent.pk), **changed}
        note(patient, PatientEvent.Kind.EDITED, about, by=by, now=now)
    for channel, value in contacts.items():
        keep_contact(respondent=respondent, patient=patient, channel=channel, value=value, by=by, now=now)
    return [*changed, *contacts]


@transaction.atomic
def keep_contact(
    *, respondent: Respondent, patient: Patient, channel: str, value: str, by: Member | None, now: datetime
) -> None:
    """Put an address of a respondent into the vault; the patient's history says that, never the address."""
    post_office.keep_address(
        organization_id=respondent.organization_id,
        partner_id=respondent.partner_id,
        owner_id=respondent.pk,
        channel=channel,
        value=value,
        now=now,
        region=patient.program.country,
    )
    about = {"respondent": str(respondent.pk), "channel": channel}
    note(patient, PatientEvent.Kind.ADDRESS, about, by=by, now=now)


@transaction.atomic
def allow_messages(*, respondent: Respondent, patient: Patient, by: Member, now: datetime) -> int:
    """Lift the stops on a respondent's addresses, because the person asked to be written to again; audited.

    Returns how many were lifted. Consent is not given by it.
    """
    lifted = post_office.lift_stops(owner_id=respondent.pk, by=by, now=now)
    if lifted:
        about = {"respondent": str(respondent.pk), "lifted": lifted}
        note(patient, PatientEvent.Kind.ADDRESS, about, by=by, now=now)
    return lifted


def note(
    patient: Patient,
    kind: str,
    data: Mapping[str, object],
    *,
    by: Member | None,
    now: datetime,
    needs_review: bool = False,
    tells_cases: bool = False,
) -> PatientEvent:
    """Write one event of a patient's history in the caller's transaction; `data` holds codes and settings only."""
    return PatientEvent.objects.create(
        id=uuid7(),
        organization_id=patient.organization_id,
        patient_id=patient.pk,
        kind=kind,
        at=now,
        actor=by,
        data=dict(data),
        needs_review=needs_review,
        tells_cases=tells_cases,
    )


def patients_of(respondent_id: UUID) -> list[Patient]:
    """Return the patients about whom a respondent answers, in the order in which patients are locked."""
    return list(Patient.objects.filter(answering__respondent=respondent_id).order_by("pk"))
