"""Merging two rows of one person: the duplicate's pseudonym stays issued, and leads to the other."""

from datetime import datetime

from django.db import transaction

from patients.models import Answering, Hold, Patient, PatientEvent, Service, Touchpoint
from patients.services.people import note
from patients.services.status import enforce_status
from patients.services.touchpoints import restage
from tenants.models import Member
from tenants.models.audit import audit

# The status that stays when the two differ: the one that allows least.
_STRICTEST_FIRST = ("deceased", "withdrawn", "paused", "under_age", "active")


class CannotMerge(Exception):
    """The two cannot be merged; its message says why and what to do."""


@transaction.atomic
def merge(*, duplicate: Patient, into: Patient, by: Member | None, now: datetime) -> Patient:
    """Make one patient an alias of another of the same program, because they are the same person; return the survivor.

    Services, touchpoints, standing holds and those who answer go to the survivor, with their consents and addresses;
    responses, cases and invitations stay where they are and are read with the survivor's. The pseudonym of the
    duplicate stays issued for ever. The contact status becomes the stricter of the two. Both rows are locked, in the
    order of their ids. Callers look for open cases first. Raises CannotMerge.
    """
    rows = {row.pk: row for row in _both(duplicate, into)}
    if len(rows) < 2:
        raise CannotMerge("This is the same patient. Give the other pseudonym.")
    gone, survivor = rows[duplicate.pk], rows[into.pk]
    _check(gone, survivor)
    Patient.objects.filter(pk=gone.pk).update(merged_into=survivor)
    Patient.objects.filter(merged_into=gone).update(merged_into=survivor)
    _move(gone, survivor)
    _keep_stricter_status(gone, survivor, by=by, now=now)
    restage(survivor, now=now)
    _record(gone, survivor, by=by, now=now)
    survivor.refresh_from_db()
    return survivor


def _both(duplicate: Patient, into: Patient) -> list[Patient]:
    rows = Patient.objects.select_for_update(no_key=True).filter(pk__in=[duplicate.pk, into.pk])
    return list(rows.order_by("pk"))


def _check(gone: Patient, survivor: Patient) -> None:
    if gone.program_id != survivor.program_id:
        raise CannotMerge(
            "The two are in different programs. One person has a pseudonym in each program: leave both as they are."
        )
    if gone.partner_id != survivor.partner_id:
        raise CannotMerge(
            "The two are with different partners, and neither may see the other's patient. Agree with the partners who"
            " keeps the person, and withdraw the other one."
        )
    if gone.merged_into_id:
        raise CannotMerge(f"{gone.pseudonym} was merged already. Open it to see where it leads.")
    if survivor.merged_into_id:
        raise CannotMerge(f"{survivor.pseudonym} was itself merged. Open it, and merge into the one where it leads.")


def _move(gone: Patient, survivor: Patient) -> None:
    """Bring over what is about the person from now on; what both have already stays once."""
    Service.objects.filter(patient=gone).update(patient=survivor)
    Touchpoint.objects.filter(patient=gone).update(patient=survivor)
    Hold.objects.standing().filter(patient=gone).update(patient=survivor)
    mine = Answering.objects.filter(patient=survivor).values("respondent_id")
    Answering.objects.filter(patient=gone).exclude(respondent_id__in=mine).update(patient=survivor)
    Answering.objects.filter(patient=gone).delete()


def _keep_stricter_status(gone: Patient, survivor: Patient, *, by: Member | None, now: datetime) -> None:
    strictest = min((gone, survivor), key=lambda row: _STRICTEST_FIRST.index(row.contact_status))
    status, adult_from = strictest.contact_status, strictest.adult_from
    if status != Patient.ContactStatus.ACTIVE:
        enforce_status(survivor, status=status, adult_from=adult_from, by=by, now=now, source="merge")


def _record(gone: Patient, survivor: Patient, *, by: Member | None, now: datetime) -> None:
    note(gone, PatientEvent.Kind.MERGED, {"into": survivor.pseudonym}, by=by, now=now)
    note(survivor, PatientEvent.Kind.MERGED, {"duplicate": gone.pseudonym}, by=by, now=now)
    audit("patients.patient.merged", by=by, target=gone, now=now, into=survivor.pseudonym)
