"""Undoing an import: what nobody has used goes, events are taken back, the rest stays and is named."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q

from cxplatform.lib.rows import TenantKey
from messaging.models import Address, Message
from patients.models import Answering, Consent, Import, ImportFault, Patient, Respondent, Service, Touchpoint
from patients.services import void_touchpoint

BATCH = 500
# What an import itself makes of a person; everything else that points at one is use.
_OF_PATIENT = (Answering, Service, Touchpoint)
_OF_RESPONDENT = (Answering, Consent)


def size_of(source: Import) -> int:
    """Return how many steps undoing takes, about."""
    made = Patient.objects.filter(source_import_id=source.pk).count()
    noted = Touchpoint.objects.filter(source_import_id=source.pk).count()
    return made // BATCH + noted // BATCH + 2


def undo_some(source: Import, *, now: datetime) -> bool:
    """Undo the next part in the caller's transaction; False when nothing is left.

    First the patients whom the import brought, oldest first, then the events that are still there. Where it stands is
    kept in `counts`, so that another worker goes on at the same place.
    """
    return _undo_patients(source) or _undo_touchpoints(source, now=now)


def _undo_patients(source: Import) -> bool:
    after = source.counts.get("undone_to", "")
    made = Patient.objects.filter(source_import_id=source.pk).order_by("pk")
    some = list((made.filter(pk__gt=after) if after else made).select_for_update()[:BATCH])
    if not some:
        return False
    ids = [patient.pk for patient in some]
    unused = set(_unused(source, ids))
    _remove(unused)
    _name([patient for patient in some if patient.pk not in unused], source)
    source.counts |= {
        "undone_to": str(ids[-1]),
        "removed": source.counts.get("removed", 0) + len(unused),
        "kept": source.counts.get("kept", 0) + len(ids) - len(unused),
    }
    return True


def _undo_touchpoints(source: Import, *, now: datetime) -> bool:
    mine = Touchpoint.objects.valid().filter(source_import_id=source.pk).select_related("patient")
    some = list(mine.order_by("patient_id", "pk")[:BATCH])
    for touchpoint in some:
        void_touchpoint(touchpoint=touchpoint, now=now)
    source.counts["taken_back"] = source.counts.get("taken_back", 0) + len(some)
    return bool(some)


def _unused(source: Import, ids: list[UUID]) -> Iterable[UUID]:
    """Return those patients at whom nothing points but what the import made of them."""
    used = Q(_foreign_touchpoint(source)) | Q(_used_respondent(source))
    for relation in _relations(Patient, but=_OF_PATIENT):
        used |= Q(_points_at(relation, "pk"))
    return Patient.objects.filter(pk__in=ids).exclude(used).values_list("pk", flat=True)


def _foreign_touchpoint(source: Import) -> Exists:
    theirs = Touchpoint.objects.filter(patient=OuterRef("pk"))
    used = Q()
    for relation in _relations(Touchpoint, but=()):
        used |= Q(_points_at(relation, "pk"))
    foreign = Q(source_import_id=None) | ~Q(source_import_id=source.pk)
    return Exists(theirs.filter(foreign | used if used else foreign))


def _used_respondent(source: Import) -> Exists:
    """Find somebody who answers for another patient as well, was asked or written to, or agreed to something later."""
    used = Q(Exists(Message.objects.filter(owner_id=OuterRef("pk"))))
    used |= Q(Exists(Consent.objects.filter(respondent=OuterRef("pk")).exclude(source=Consent.Source.IMPORT)))
    used |= Q(Exists(Answering.objects.filter(respondent=OuterRef("pk")).exclude(patient=OuterRef(OuterRef("pk")))))
    for relation in _relations(Respondent, but=_OF_RESPONDENT):
        used |= Q(_points_at(relation, "pk"))
    return Exists(Respondent.objects.filter(used, answering__patient=OuterRef("pk")))


def _relations(model: type[models.Model], *, but: tuple[type[models.Model], ...]) -> Iterator[Any]:
    """Yield what may point at a row, in every app, but for what goes with it."""
    for relation in model._meta.get_fields(include_hidden=True):
        if not ((relation.auto_created and relation.one_to_many) or (relation.one_to_one and relation.auto_created)):
            continue
        if relation.related_model not in but and not _goes_along(relation):
            yield relation


def _goes_along(relation: Any) -> bool:
    keys = (each for each in relation.related_model._meta.constraints if isinstance(each, TenantKey))
    return any(key.cascades and key.field == relation.field.name for key in keys)


def _points_at(relation: Any, pk: str) -> Exists:
    return Exists(relation.related_model._base_manager.filter(**{relation.field.attname: OuterRef(pk)}))


def _remove(ids: set[UUID]) -> None:
    """Remove patients with all that the import made of them; their pseudonyms stay issued.

    Raw deletes: Django would refuse for the sake of the ledger of consents, which goes with its respondent here.
    """
    respondents = list(Answering.objects.filter(patient_id__in=ids).values_list("respondent_id", flat=True))
    Address.objects.filter(owner_id__in=respondents).delete()
    for rows in (
        Touchpoint.objects.filter(patient_id__in=ids),
        Service.objects.filter(patient_id__in=ids),
        Answering.objects.filter(patient_id__in=ids),
        Respondent.objects.filter(pk__in=respondents),
        Patient.objects.filter(pk__in=ids),
    ):
        rows._raw_delete(using=rows.db)


def _name(kept: list[Patient], source: Import) -> None:
    ImportFault.objects.bulk_create(
        ImportFault(
            organization_id=source.organization_id,
            source=source,
            row=0,
            code="kept",
            message=f"{patient.pseudonym} stays: something was done with this patient since.",
            is_warning=True,
        )
        for patient in kept
    )
