"""What people type on cases: drafts, and the erasure of words."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from caseloop.models import Case, CaseText, Concern, Draft
from patients.models import Patient
from tenants.models import Member


def save_draft(*, case: Case, member: Member, field: str, text: str, now: datetime) -> None:
    """Keep what a member is typing on a case, the newest text per field; empty text forgets it."""
    if not text.strip():
        Draft.objects.filter(case=case, member=member, field=field).delete()
        return
    draft = Draft(organization_id=case.organization_id, case=case, member=member, field=field, text=text, saved_at=now)
    Draft.objects.bulk_create(
        [draft], update_conflicts=True, unique_fields=["case", "member", "field"], update_fields=["text", "saved_at"]
    )


@transaction.atomic
def erase_texts(*, patient_id: UUID, now: datetime) -> int:
    """Empty the words that were written on a patient's cases; return how many texts were emptied.

    What happened stays, with its codes, actors and times. What was done about a concern is emptied on the concern too,
    and drafts are forgotten; cases of patients that were merged into this one too. Locks the patient. Safe to repeat:
    the second time there is nothing left to empty.
    """
    family = Patient.objects.filter(Q(pk=patient_id) | Q(merged_into=patient_id)).order_by("pk")
    cases = Case.objects.filter(patient_id__in=[each.pk for each in family.select_for_update(of=("self",))])
    Draft.objects.filter(case__in=cases).delete()
    Concern.objects.filter(case__in=cases).exclude(action="").update(action="")
    return CaseText.objects.filter(event__case__in=cases, erased_at=None).update(text="", erased_at=now)
