"""People who were known before: changed one by one, by the same verbs as everywhere else."""

from datetime import datetime

from messaging.models import Address
from messaging.vault import fingerprint
from patients.importing.checking import Taken
from patients.importing.inserting import insert, row_of
from patients.importing.newcomers import Contact, answering_of, contacts, fitting, new_respondent
from patients.importing.rows import Row
from patients.importing.values import Agreed
from patients.importing.world import Person, World
from patients.models import Answering, Consent, Import, Patient, Respondent, Service
from patients.services import change_details, record_consent, save_person


def update(source: Import, taken: Taken, world: World, *, now: datetime) -> None:
    """Change what a row says differently of somebody who was known before the chunk."""
    person, row = taken.person, taken.row
    assert person is not None
    _name(source, person, row)
    respondent = fitting(person.respondents, row.respondent_kind)
    if respondent is None:
        respondent = new_respondent(source, person.patient, row, now=now)
        person.respondents.append(respondent)
        insert(Respondent, [row_of(respondent)])
        insert(Answering, [answering_of(person.patient, respondent)])
    _change(source, person.patient, respondent, row, now=now)
    for agreed in row.agreed:
        _record(source, respondent, row, agreed, world, now=now)


def _name(source: Import, person: Person, row: Row) -> None:
    if row.external_id and not person.external_id:
        mine = Service.objects.filter(patient=person.patient, partner_id=source.partner_id, ends_at=None)
        mine.update(external_id=row.external_id)
        person.external_id = row.external_id


def _change(source: Import, patient: Patient, respondent: Respondent, row: Row, *, now: datetime) -> None:
    own = Respondent.Kind.CAREGIVER not in (respondent.kind, row.respondent_kind)
    language, zone = row.language or respondent.language, row.time_zone or respondent.time_zone
    if own and (row.language or row.time_zone):
        theirs = (row.language or patient.language, row.time_zone or patient.time_zone)
        if theirs != (patient.language, patient.time_zone):
            change_details(patient=patient, language=theirs[0], time_zone=theirs[1], by=source.uploaded_by, now=now)
            patient.language, patient.time_zone = respondent.language, respondent.time_zone = theirs
    wanted = {
        "kind": row.respondent_kind or respondent.kind,
        "language": language,
        "time_zone": zone,
        "preferred_channel": row.preferred_channel or respondent.preferred_channel,
    }
    addresses = dict(_new_contacts(respondent, row))
    if not addresses and all(getattr(respondent, name) == value for name, value in wanted.items()):
        return
    by = source.uploaded_by
    save_person(respondent=respondent, patient=patient, **wanted, contacts=addresses, by=by, now=now)
    for name, value in wanted.items():
        setattr(respondent, name, value)


def _record(source: Import, respondent: Respondent, row: Row, agreed: Agreed, world: World, *, now: datetime) -> None:
    """Enter what is news: neither what holds already, nor what an entry since then has overtaken."""
    given_at = row.agreed_at or source.uploaded_at
    news = []
    for purpose in agreed.purposes:
        entry = world.consents.get((respondent.pk, agreed.channel, purpose))
        if entry is None or (entry.is_given != agreed.is_given and entry.given_at < given_at):
            news.append(purpose)
    if not news:
        return
    entries = record_consent(
        respondent=respondent,
        channel=agreed.channel,
        purposes=news,
        is_given=agreed.is_given,
        source=Consent.Source.IMPORT,
        wording=row.wording,
        given_at=given_at,
        by=source.uploaded_by,
        now=now,
    )
    world.consents |= {(respondent.pk, each.channel, each.purpose): each for each in entries}


def _new_contacts(respondent: Respondent, row: Row) -> list[Contact]:
    wanted = contacts(row)
    if not wanted:
        return []
    mine = Address.objects.filter(owner_id=respondent.pk)
    kept = {(channel, bytes(mark)) for channel, mark in mine.values_list("channel", "fingerprint")}
    return [(channel, value) for channel, value in wanted if (channel, fingerprint(channel, value)) not in kept]
