"""Who may judge texts, and until when."""

from dataclasses import dataclass
from datetime import date, timedelta

from safety.models import Training
from tenants.models import Member, Role

SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Standing:
    """A safety reviewer and the certificate that holds longest. state: none, expired, soon (30 days) or valid."""

    member: Member
    training: Training | None
    state: str


def standing(*, today: date) -> list[Standing]:
    """Return every active safety reviewer with the certificate that holds longest, by name; two statements."""
    people = Member.objects.active().filter(role=Role.SAFETY).select_related("user").order_by("user__name", "pk")
    longest = {row.member_id: row for row in Training.objects.filter(member__in=people).order_by("expires_on", "id")}
    return [Standing(member, longest.get(member.pk), _state(longest.get(member.pk), today)) for member in people]


def _state(training: Training | None, today: date) -> str:
    if training is None:
        return "none"
    if training.expires_on < today:
        return "expired"
    return "soon" if training.expires_on <= today + SOON else "valid"
