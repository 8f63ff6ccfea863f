"""Holds: no survey goes out to a patient while one stands."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from messaging import services as post_office
from messaging.models import Message, Purpose
from patients.models import Answering, Hold, Patient


@transaction.atomic
def place_hold(*, patient_id: UUID, source_id: UUID, now: datetime) -> None:
    """Stop surveys to a patient because of the row `source_id`, and drop those that wait to be sent.

    Placing it again changes nothing. Of a merged patient, the survivor is held.
    """
    patient = Patient.objects.select_for_update(no_key=True).get(pk=patient_id)
    Hold.objects.bulk_create(
        [
            Hold(
                organization_id=patient.organization_id,
                patient_id=patient.merged_into_id or patient.pk,
                reason=Hold.Reason.URGENT_CASE,
                source_id=source_id,
                placed_at=now,
            )
        ],
        ignore_conflicts=True,
    )
    for respondent_id in Answering.objects.filter(patient=patient).values_list("respondent_id", flat=True):
        post_office.drop_messages(
            reason=Message.Dropped.REVOKED, now=now, owner_id=respondent_id, purposes=[Purpose.SURVEY]
        )


def lift_hold(*, source_id: UUID, now: datetime) -> None:
    """Let surveys go out again as far as the row `source_id` is concerned; other holds stay."""
    Hold.objects.standing().filter(source_id=source_id).update(lifted_at=now)


def is_held(patient_id: UUID) -> bool:
    """Tell whether any hold stands on a patient, or on the patient that this one was merged into."""
    theirs = Q(patient_id=patient_id) | Q(patient__aliases=patient_id)
    return Hold.objects.standing().filter(theirs).exists()
