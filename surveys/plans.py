"""The journeys: after which events surveys go out."""

from datetime import datetime

from django.db import transaction

from surveys.models import Occasion
from tenants.models import Member
from tenants.models.audit import audit

_AUDITED = ("delay_days", "reminder_days", "call_after_days", "expire_days", "is_active")


@transaction.atomic
def save_occasion(*, occasion: Occasion, by: Member, now: datetime) -> None:
    """Store a new or changed journey; audited. Raises IntegrityError when there is one for the same event.

    One that is switched on invites for the events that occur from now on, never for those of the time when it was off.
    """
    before = Occasion.objects.filter(pk=occasion.pk).first()
    if occasion.is_active and not (before and before.is_active):
        occasion.since = now
    occasion.save()
    audit(
        "surveys.occasion.changed" if before else "surveys.occasion.created",
        by=by,
        target=occasion,
        now=now,
        survey=str(occasion.survey_id),
        program=str(occasion.program_id),
        touchpoint=occasion.touchpoint,
        **{name: getattr(occasion, name) for name in _AUDITED},
    )
