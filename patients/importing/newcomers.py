"""People whom nobody knew: drawn together from the rows of a chunk, and inserted in bulk."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from cxplatform.lib.codes import new_pseudonym
from messaging.models import Address, Channel
from messaging.vault import fingerprint, seal
from patients.importing.checking import DEFAULT_ZONE, Taken
from patients.importing.inserting import OR_IGNORE, Fields, insert, new_row, row_of
from patients.importing.rows import Row
from patients.importing.world import Person
from patients.models import Answering, Consent, Import, IssuedPseudonym, Patient, Respondent, Service

Contact = tuple[str, str]


def newcomers(source: Import, rows: Iterable[Taken], *, now: datetime) -> list[Person]:
    """Give each new external id a person, and each row its person."""
    people: dict[str, Person] = {}
    for taken in rows:
        row = taken.row
        if taken.person is None:
            if row.external_id not in people:
                people[row.external_id] = _person(source, row, now=now)
            taken.person = people[row.external_id]
            _answering(source, taken.person, row, now=now)
    for person, pseudonym in zip(people.values(), _issue(source, len(people), now=now), strict=True):
        person.patient.pseudonym = pseudonym
    return list(people.values())


def _person(source: Import, row: Row, *, now: datetime) -> Person:
    language = row.language or (source.program.languages or ["en"])[0]
    patient = Patient(
        organization_id=source.organization_id,
        program_id=source.program_id,
        partner_id=source.partner_id,
        language=language,
        time_zone=row.time_zone or DEFAULT_ZONE,
        stage_at=now,
        source_import_id=source.pk,
        created_at=now,
    )
    return Person(patient, row.external_id, [], is_new=True)


def _answering(source: Import, person: Person, row: Row, *, now: datetime) -> Respondent:
    """Return the respondent of a new person whom a row is about; a row may bring a second one, such as a caregiver."""
    found = fitting(person.respondents, row.respondent_kind)
    if found is None:
        found = new_respondent(source, person.patient, row, now=now)
        person.respondents.append(found)
    found.kind = row.respondent_kind or found.kind
    found.preferred_channel = row.preferred_channel or found.preferred_channel
    if found.kind != Respondent.Kind.CAREGIVER:
        person.patient.language = row.language or person.patient.language
        person.patient.time_zone = row.time_zone or person.patient.time_zone
    found.language, found.time_zone = row.language or found.language, row.time_zone or found.time_zone
    return found


def new_respondent(source: Import, patient: Patient, row: Row, *, now: datetime) -> Respondent:
    """Return somebody, not saved yet, who answers about a patient as a row says."""
    return Respondent(
        organization_id=source.organization_id,
        program_id=source.program_id,
        partner_id=source.partner_id,
        kind=row.respondent_kind or Respondent.Kind.UNKNOWN,
        language=row.language or patient.language,
        time_zone=row.time_zone or patient.time_zone,
        preferred_channel=row.preferred_channel,
        created_at=now,
    )


def fitting(respondents: list[Respondent], kind: str) -> Respondent | None:
    """Return who is meant: without a kind the first; else the one of that kind, or one of whom none is known yet."""
    unknown = Respondent.Kind.UNKNOWN
    if kind in ("", unknown):
        return respondents[0] if respondents else None
    return next((each for each in respondents if each.kind == kind), None) or next(
        (each for each in respondents if each.kind == unknown), None
    )


def _issue(source: Import, count: int, *, now: datetime) -> list[str]:
    """Draw pseudonyms and enter them in the ledger; those that were issued before are drawn again."""
    issued: list[str] = []
    about = {"organization_id": source.organization_id, "issued_at": now}
    while len(issued) < count:
        drawn = {new_pseudonym() for _ in range(count - len(issued))}
        rows = [new_row(IssuedPseudonym, pseudonym=pseudonym, **about) for pseudonym in drawn]
        entered = set(map(str, insert(IssuedPseudonym, rows, on_conflict=OR_IGNORE)))
        issued += [each["pseudonym"] for each in rows if each["id"] in entered]
    return issued


def insert_people(source: Import, people: list[Person], rows: list[Taken], *, now: datetime) -> None:
    """Insert new people with those who answer for them, what they agreed to, and where they are reached."""
    insert(Patient, [row_of(person.patient) for person in people])
    insert(Respondent, [row_of(each) for person in people for each in person.respondents])
    insert(Answering, [answering_of(person.patient, each) for person in people for each in person.respondents])
    insert(Service, [_service(source, person, now=now) for person in people])
    new = [(taken, _meant(taken)) for taken in rows if taken.person and taken.person.is_new]
    insert(Consent, list(_entries(source, new, now=now)))
    insert(Address, list(_addresses(source, new, now=now)), on_conflict=OR_IGNORE)


def answering_of(patient: Patient, respondent: Respondent) -> Fields:
    """Return the row that lets a respondent answer about a patient."""
    about = {"patient_id": patient.pk, "respondent_id": respondent.pk}
    return new_row(Answering, organization_id=patient.organization_id, **about)


def _service(source: Import, person: Person, *, now: datetime) -> Fields:
    return new_row(
        Service,
        organization_id=source.organization_id,
        patient_id=person.patient.pk,
        partner_id=source.partner_id,
        external_id=person.external_id,
        starts_at=now,
        ends_at=None,
    )


def _meant(taken: Taken) -> Respondent:
    assert taken.person is not None
    found = fitting(taken.person.respondents, taken.row.respondent_kind)
    assert found is not None
    return found


def _entries(source: Import, rows: list[tuple[Taken, Respondent]], *, now: datetime) -> Iterator[Fields]:
    """Yield entries of the ledger in the order of the file: of two of one instant, the later one holds."""
    met = set()
    for taken, respondent in rows:
        given_at = taken.row.agreed_at or source.uploaded_at
        for agreed in taken.row.agreed:
            for purpose in agreed.purposes:
                key = (respondent.pk, agreed.channel, purpose, agreed.is_given, given_at)
                if key in met:
                    continue
                met.add(key)
                yield new_row(
                    Consent,
                    organization_id=source.organization_id,
                    respondent_id=respondent.pk,
                    channel=agreed.channel,
                    purpose=purpose,
                    is_given=agreed.is_given,
                    source=Consent.Source.IMPORT,
                    wording=taken.row.wording,
                    given_at=given_at,
                    recorded_at=now,
                    recorded_by_id=source.uploaded_by_id,
                )


def contacts(row: Row) -> list[Contact]:
    """Return the addresses of a row. A number is kept for calls and for texts: consent decides which may be used."""
    found = [(Channel.EMAIL, row.email), (Channel.SMS, row.phone), (Channel.PHONE, row.phone)]
    return [(str(channel), value) for channel, value in found if value]


def _addresses(source: Import, rows: list[tuple[Taken, Respondent]], *, now: datetime) -> Iterator[Fields]:
    for taken, respondent in rows:
        for channel, value in contacts(taken.row):
            yield new_row(
                Address,
                organization_id=source.organization_id,
                partner_id=source.partner_id,
                owner_id=respondent.pk,
                channel=channel,
                sealed=seal(value),
                fingerprint=fingerprint(channel, value),
                added_at=now,
            )
