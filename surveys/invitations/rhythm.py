"""When the steps of an invitation are due, counted in days where the respondent lives."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from surveys.models import Invitation, Occasion

MOST_REMINDERS = 2
EXPIRE_DAYS = 21

Step = Invitation.Step


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What follows an invitation that nobody answers, in days after it was sent; at most MOST_REMINDERS reminders."""

    reminder_days: tuple[int, ...] = (3, 7)
    call_after_days: int | None = None
    expire_days: int = EXPIRE_DAYS

    @classmethod
    def of(cls, invitation: Invitation) -> "Rhythm":
        """Return the rhythm of an invitation: its journey's, or the usual one; an outcome follow-up is sent once."""
        if invitation.source == Invitation.Source.FOLLOW_UP:
            return cls(reminder_days=())
        found = cls.of_journey(invitation.occasion) if invitation.occasion else cls()
        if invitation.sent_by == invitation.program.Sender.PARTNER:  # who sends the link reminds, too
            return cls((), found.call_after_days, found.expire_days)
        return found

    @classmethod
    def of_journey(cls, journey: Occasion) -> "Rhythm":
        """Return the rhythm of a journey."""
        days = tuple(sorted(journey.reminder_days)[:MOST_REMINDERS])
        return cls(days, journey.call_after_days, journey.expire_days)

    def expires_at(self, start: datetime, *, zone: str) -> datetime:
        """Return when an invitation expires that was sent at `start`."""
        return days_after(start, self.expire_days, zone=zone)

    def next_step(self, invitation: Invitation, *, now: datetime) -> tuple[str, datetime]:
        """Return the step after the one that was just taken, and when it is due.

        A reminder whose day has passed meanwhile is left out, so that two never go out at once; a call is not.
        """
        start, zone = invitation.invited_at or now, invitation.respondent.time_zone
        reminders = (days_after(start, day, zone=zone) for day in self.reminder_days)
        steps = [(at, Step.REMIND) for at in reminders if at > now]
        if self.call_after_days is not None and invitation.step in (Step.INVITE, Step.REMIND):
            steps.append((days_after(start, self.call_after_days, zone=zone), Step.CALL))
        steps.append((self.expires_at(start, zone=zone), Step.EXPIRE))
        at, step = min(steps)
        return step, at


def days_after(at: datetime, days: int, *, zone: str) -> datetime:
    """Return the same time of day so many days later in a time zone, in UTC, whatever the clocks do in between."""
    return (at.astimezone(ZoneInfo(zone)) + timedelta(days=days)).astimezone(UTC)
