"""Taking queued messages back."""

from datetime import datetime

from django.db.models import Q

from messaging.models import Message
from messaging.models.message import MessageQuerySet


def drop(messages: MessageQuerySet, *, reason: str, now: datetime) -> list[Message]:
    """Drop those that are queued, and return them. What is on its way at this moment is left, but never tried again.

    reason: one of Message.Dropped.
    """
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    # One row after the other in one order: two callers with overlapping sets wait for each other, and never both.
    waiting = list(messages.queued().order_by("pk").select_for_update(of=("self",)))
    taken = [m for m in waiting if m.leased_until is None or m.leased_until <= now]
    Message.objects.queued().filter(free, pk__in=[m.pk for m in taken]).update(
        state=Message.State.DROPPED, last_error=reason, final_at=now, leased_until=None
    )
    leased = [m.pk for m in waiting if m not in taken]
    Message.objects.queued().filter(pk__in=leased).update(expires_at=now)
    return taken
