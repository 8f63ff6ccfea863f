"""What is known about the people of one chunk before it is judged: read in a handful of queries."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Max

from patients.importing.rows import Row
from patients.models import Answering, Consent, Import, Patient, Respondent, Service, Touchpoint

Event = tuple[UUID, str, datetime]


@dataclass(slots=True)
class Person:
    """A patient with those who answer; `is_new` until this chunk has been written."""

    patient: Patient
    external_id: str
    respondents: list[Respondent]
    is_new: bool = False
    latest: datetime | None = None


@dataclass(slots=True)
class World:
    """The people, events and consents that the rows of one chunk may be about."""

    by_external_id: dict[str, Person] = field(default_factory=dict)
    by_pseudonym: dict[str, Person] = field(default_factory=dict)
    by_source_id: dict[str, Touchpoint] = field(default_factory=dict)
    events: set[Event] = field(default_factory=set)
    consents: dict[tuple[UUID, str, str], Consent] = field(default_factory=dict)


def look_up(source: Import, rows: Iterable[Row], *, now: datetime, locks: bool) -> World:
    """Return what is known about the rows.

    locks: keep the patients from changing, and other imports of the partner waiting, until the transaction ends.
    """
    rows = list(rows)
    if locks:
        _wait_for_other_imports(source)
    services = _services(source, {row.external_id for row in rows if row.external_id})
    pseudonyms = {row.pseudonym for row in rows if row.pseudonym}
    patients = _patients({*services.values()}, pseudonyms, locks=locks)
    people = _people(patients, now=now)
    world = World()
    for external_id, patient_id in services.items():
        world.by_external_id[external_id] = people[patient_id]
        people[patient_id].external_id = external_id
    for patient in patients.values():
        world.by_pseudonym[patient.pseudonym] = people[patient.pk]
    _events(world, source, rows, people)
    _consents(world, people)
    return world


def _wait_for_other_imports(source: Import) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"patients.import:{source.partner_id}"]
        )


def _services(source: Import, external_ids: set[str]) -> dict[str, UUID]:
    mine = Service.objects.filter(partner_id=source.partner_id, external_id__in=external_ids, ends_at=None)
    return dict(mine.values_list("external_id", "patient_id"))


def _patients(ids: set[UUID], pseudonyms: set[str], *, locks: bool) -> dict[UUID, Patient]:
    """Return patients by the id that was asked for: of a merged one, the survivor."""
    found = {each.pk: each for each in Patient.objects.filter(pk__in=ids)}
    found |= {each.pk: each for each in Patient.objects.filter(pseudonym__in=pseudonyms)}
    survivors = {each.merged_into_id or each.pk for each in found.values()}
    rows = Patient.objects.filter(pk__in=survivors).order_by("pk")
    by_id = {each.pk: each for each in (rows.select_for_update(no_key=True) if locks else rows)}
    return {key: by_id[each.merged_into_id or each.pk] for key, each in found.items()}


def _people(patients: dict[UUID, Patient], *, now: datetime) -> dict[UUID, Person]:
    ids = {each.pk for each in patients.values()}
    answering: dict[UUID, list[Respondent]] = {}
    for each in Answering.objects.filter(patient_id__in=ids).select_related("respondent").order_by("pk"):
        answering.setdefault(each.patient_id, []).append(each.respondent)
    happened = Touchpoint.objects.valid().filter(patient_id__in=ids, occurred_at__lte=now)
    latest = dict(happened.values("patient_id").annotate(last=Max("occurred_at")).values_list("patient_id", "last"))
    by_id = {
        each.pk: Person(each, "", answering.get(each.pk, []), latest=latest.get(each.pk)) for each in patients.values()
    }
    for service in Service.objects.filter(patient_id__in=ids, ends_at=None).exclude(external_id=""):
        by_id[service.patient_id].external_id = service.external_id
    return {key: by_id[patient.pk] for key, patient in patients.items()}


def _events(world: World, source: Import, rows: list[Row], people: dict[UUID, Person]) -> None:
    named = {row.source_id for row in rows if row.source_id}
    theirs = Touchpoint.objects.filter(partner_id=source.partner_id, source_id__in=named).select_related("patient")
    world.by_source_id = {each.source_id: each for each in theirs}
    times = {row.occurred_at for row in rows if row.occurred_at}
    same = Touchpoint.objects.filter(patient_id__in={each.patient.pk for each in people.values()})
    world.events = set(same.filter(occurred_at__in=times).values_list("patient_id", "kind", "occurred_at"))


def _consents(world: World, people: dict[UUID, Person]) -> None:
    ids = [each.pk for person in people.values() for each in person.respondents]
    if ids:
        entries = Consent.objects.in_force(ids)
        world.consents = {(each.respondent_id, each.channel, each.purpose): each for each in entries}
