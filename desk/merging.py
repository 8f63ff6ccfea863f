"""Merging two rows of one person, over all apps."""

from datetime import datetime

from django.db import transaction

from caseloop.models import Case
from patients.models import Patient
from patients.services import CannotMerge, merge
from surveys.models import Invitation, Response
from tenants.models import Member


@transaction.atomic
def merge_patients(*, duplicate: Patient, into: Patient, by: Member | None, now: datetime) -> Patient:
    """Make `duplicate` an alias of `into`, bring over what is still under way, and return the survivor.

    An open case, invitations and answers go to the survivor, so that what comes next joins them; fired alerts and
    ended cases stay as they are and are read with the survivor's. Raises CannotMerge, also when both have an open case.
    """
    list(Patient.objects.select_for_update(no_key=True).filter(pk__in=[duplicate.pk, into.pk]).order_by("pk"))
    open_cases = list(Case.objects.current().filter(patient__in=[duplicate.pk, into.pk]).order_by("number"))
    if len(open_cases) > 1:
        numbers = " and ".join(str(case.number) for case in open_cases)
        raise CannotMerge(f"Both have an open case: {numbers}. Resolve and close one of them, then merge.")
    survivor = merge(duplicate=duplicate, into=into, by=by, now=now)
    Case.objects.current().filter(patient=duplicate).update(patient=survivor)
    Invitation.objects.filter(patient=duplicate).update(patient=survivor)
    Response.objects.filter(patient=duplicate).update(patient=survivor)
    return survivor
