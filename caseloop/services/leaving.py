"""A patient leaves while a case is worked: those who work it are told once, and so is the partner."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from caseloop.models import Case
from caseloop.services.telling import people_of_partner, tell, those_who_act
from patients.models import PatientEvent


@transaction.atomic
def note_left(*, event_id: UUID | str, now: datetime) -> bool:
    """Tell the worked case of a patient who withdrew or died, from the event that says so.

    Returns False when the event was dealt with before, there is no such case, or the patient is back. Safe to race and
    to repeat.
    """
    if not PatientEvent.objects.filter(pk=event_id, tells_cases=True).update(tells_cases=False):
        return False
    event = PatientEvent.objects.get(pk=event_id)
    family = Q(patient_id=event.patient_id) | Q(patient__merged_into=event.patient_id)
    cases = Case.objects.worked().filter(family).order_by("patient_id").values_list("pk", flat=True)
    told = [_tell(Case.objects.lock(pk=case_id), event, now=now) for case_id in list(cases)]  # each, not the first
    return any(told)


def _tell(case: Case, event: PatientEvent, *, now: datetime) -> bool:
    if not (case.is_worked and case.patient.has_left):
        return False
    case.note_left(status=case.patient.contact_status, now=now)
    people = [*those_who_act(case), *people_of_partner(case.partner_id)]
    tell(case, people, occasion=f"left:{event.pk}:{case.pk}", due_at=case.due_at, now=now)
    return True
