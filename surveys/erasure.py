"""Erasing what somebody wrote in their own words, on request."""

from datetime import datetime
from uuid import UUID

from surveys.models import Response, Verbatim


def erase_texts(*, patient_id: UUID, now: datetime) -> int:
    """Erase the open texts about a patient and return how many had words; the answers by code, and the counts, stay.

    Doing it again finds nothing. Callers see to it that the safety reviewers have read every text.
    """
    responses = Response.objects.filter(patient=patient_id).values("pk")
    written = Verbatim.objects.filter(response__in=responses, erased_at=None)
    return written.update(text="", erased_at=now)


def has_unread_texts(*, patient_id: UUID) -> bool:
    """Tell whether a text about the patient has not even reached the safety reviewers yet."""
    responses = Response.objects.filter(patient=patient_id).values("pk")
    return Verbatim.objects.filter(response__in=responses, needs_review=True).exists()
