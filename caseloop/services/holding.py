"""Holds: no survey goes to a patient while an urgent concern is open."""

from datetime import datetime

from caseloop.codes import URGENT
from caseloop.models import Case
from patients.models import Hold
from patients.services import lift_hold, place_hold


def keep_hold(case: Case, *, now: datetime) -> None:
    """Place or lift the hold of a locked case, by whether an urgent concern in it is unsettled. Safe to repeat."""
    is_urgent = case.is_worked and case.concerns.unsettled().filter(severity__in=URGENT).exists()
    is_placed = Hold.objects.standing().filter(source_id=case.pk).exists()
    if is_urgent and not is_placed:
        place_hold(patient_id=case.patient_id, source_id=case.pk, now=now)
    elif is_placed and not is_urgent:
        lift_hold(source_id=case.pk, now=now)
