"""Finding a patient by the number that a partner knows the patient by: exactly, by those allowed, audited."""

from datetime import datetime

from django.db import transaction

from patients.models import Patient, Service
from tenants.models import Member, Program
from tenants.models.audit import audit


class NotAllowed(Exception):
    """The member may not look patients up by a partner's number; the message says who may."""

    def __init__(self) -> None:
        super().__init__("Only the partner's own people can search by its numbers. Ask the partner for the pseudonym.")


def may_find_by_number(member: Member) -> bool:
    """Tell whether there is any program in which the member may search by a partner's number."""
    return bool(member.partner_id) or Program.objects.filter(sponsor_sees_contact=True).exists()


@transaction.atomic
def find_by_number(external_id: str, *, by: Member, now: datetime) -> Patient | None:
    """Return the patient whom a partner knows by exactly this number, None if nobody; audited, without the number.

    A partner's people find their own patients; others those of programs that let them reach patients.
    Raises NotAllowed.
    """
    if not may_find_by_number(by):
        raise NotAllowed
    rows = Service.objects.filter(external_id=external_id, ends_at=None).exclude(external_id="")
    if by.partner_id:
        rows = rows.filter(partner=by.partner_id)
    else:
        rows = rows.filter(patient__program__sponsor_sees_contact=True)
    found = rows.select_related("patient").order_by("-starts_at").first()
    patient = found.patient if found else None
    audit("patients.external_id.searched", by=by, target=patient, now=now, found=bool(patient))
    return patient
