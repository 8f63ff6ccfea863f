"""The plan of when surveys go out."""

from datetime import datetime

from django.db import transaction

from surveys.models import Occasion
from tenants.models import Member
from tenants.models.audit import audit


@transaction.atomic
def save_occasion(*, occasion: Occasion, by: Member, now: datetime) -> None:
    """Store a new or changed line of the plan. Raises IntegrityError when the plan has one for the same event."""
    is_new = occasion._state.adding
    occasion.save()
    audit(
        "surveys.occasion.created" if is_new else "surveys.occasion.changed",
        by=by,
        target=occasion,
        now=now,
        survey=str(occasion.survey_id),
        program=str(occasion.program_id),
        touchpoint=occasion.touchpoint,
        delay_days=occasion.delay_days,
        is_active=occasion.is_active,
    )
