"""The follow-up on one patient: one case at a time, moved by the work itself."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from caseloop.codes import (
    LEFT_WORDS,
    TWO_WAY,
    WORKED,
    AttemptOutcome,
    ClosedAs,
    Status,
    most_urgent,
)
from caseloop.models.conflict import (
    AlreadyTaken,
    CaseChanged,
    CaseNotOpen,
    ConcernsUnsettled,
    ContactNotWished,
    NotAllowedNow,
)
from caseloop.models.fields import CaseFields
from tenants.models import Member, Role, Team

MAX_WAIT = timedelta(days=60)


def in_turn(texts: list[str]) -> str:
    """Return texts as one: alone as it is, several as a numbered list."""
    return texts[0] if len(texts) == 1 else "\n".join(f"{number}. {text}" for number, text in enumerate(texts, 1))


class Case(CaseFields):
    """One open case at most per patient; inside it each alert is a concern."""

    class Meta(CaseFields.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"#{self.number}"

    @property
    def is_worked(self) -> bool:
        """Tell whether somebody has work to do on it."""
        return self.status in WORKED

    @property
    def asks_no_contact(self) -> bool:
        """Tell whether the patient asked not to be contacted in a concern that is still open."""
        return any(concern.asks_no_contact for concern in self.concerns.unsettled())

    def expect(self, version: int | None) -> None:
        """Raise CaseChanged when the case has moved on since `version`; None expects nothing."""
        if version is not None and version != self.version:
            raise CaseChanged("This case changed while you were working. Look at what is new, then try again.")

    # --- who works it ------------------------------------------------------------------------------------------------

    def take(self, *, by: Member, now: datetime) -> None:
        """Make `by` the owner; a new or reopened case becomes acknowledged.

        Taking one's own case again changes nothing, unless it was reopened. Raises AlreadyTaken, CaseNotOpen.
        """
        self._need_work()
        if self.owner_id == by.pk and self.status != Status.REOPENED:
            return
        if self.owner_id not in (None, by.pk):
            raise AlreadyTaken("A colleague has already taken this case. You can ask a supervisor to assign it to you.")
        self._own(by)
        self._move(now, "taken", by=by)

    def assign(self, *, to: Member, by: Member, now: datetime) -> None:
        """Give the case to `to`; its clocks go on unchanged. Raises CaseNotOpen."""
        self._need_work()
        self._own(to)
        self._move(now, "assigned", by=by, data={"to": str(to.pk)})

    # --- the work ----------------------------------------------------------------------------------------------------

    def note(self, text: str, *, by: Member, now: datetime) -> None:
        """Add a note, in any status; a note moves nothing."""
        self._move(now, "note", by=by, text=text)

    def log_attempt(self, *, channel: str, outcome: str, text: str, by: Member, now: datetime) -> None:
        """Log an attempt to reach the patient; it meets the first-attempt clock of every concern open now.

        Reaching the right person makes the case contacted, anything else contacting. The first to log an attempt on a
        case without an owner becomes its owner. Raises CaseNotOpen, ContactNotWished.
        """
        self._need_work()
        self._respect_wish(outcome=outcome, text=text, by=by)
        reached = outcome in TWO_WAY
        unsettled = self.concerns.unsettled()
        unsettled.filter(attempted_at=None).update(attempted_at=now)
        if reached:
            unsettled.filter(contacted_at=None).update(contacted_at=now)
        if self.owner_id is None:
            self.owner = by
        self._end_waiting()
        self.status = Status.CONTACTED if reached or self.status == Status.CONTACTED else Status.CONTACTING
        self._move(now, "attempt", by=by, channel=channel, outcome=outcome, text=text)

    def wait(self, *, on: str, next_check: date, text: str, by: Member, now: datetime) -> None:
        """Pause until `next_check`, the start of that day for the team; the reason is required.

        Clocks are not moved: the case comes back on that day with whatever is overdue then.
        Raises NotAllowedNow when a first attempt is still owed or the date is past or too far, CaseNotOpen.
        """
        self._need_work()
        if self.concerns.unattempted().exists():
            raise NotAllowedNow("Log a contact attempt first: a concern in this case has had none.")
        zone = ZoneInfo(self._zone_of_team() or by.user.time_zone)
        check_at = datetime.combine(next_check, time.min, tzinfo=zone)
        if not now < check_at <= now + MAX_WAIT:
            raise NotAllowedNow(f"Choose a next check between tomorrow and {MAX_WAIT.days} days from now.")
        self.status, self.waiting_on, self.next_check_at = Status.WAITING, on, check_at
        self._move(now, "waiting", by=by, text=text, data={"on": on, "next_check_at": check_at.isoformat()})

    def resume(self, *, by: Member, now: datetime) -> None:
        """End the waiting by hand. Raises NotAllowedNow when the case is not waiting."""
        if self.status != Status.WAITING:
            raise NotAllowedNow("This case is not waiting.")
        self._end_waiting()
        self._move(now, "resumed", by=by)

    # --- the end -----------------------------------------------------------------------------------------------------

    def resolve(self, *, dispositions: dict[str, Any], by: Member, now: datetime) -> None:
        """Close the work: every unsettled concern gets its disposition.

        dispositions: concern id (str) → Disposition, one for each unsettled concern.
        Safe to race under the lock: the second caller gets CaseNotOpen, and no event is written twice.
        Raises ConcernsUnsettled when one is missing (a concern may have joined meanwhile), CaseNotOpen.
        """
        self._need_work()
        unsettled = list(self.concerns.unsettled())
        if missing := [concern for concern in unsettled if str(concern.pk) not in dispositions]:
            raise ConcernsUnsettled(
                f"{len(missing)} concern{'s' if len(missing) > 1 else ''} joined while you were writing."
                " Settle every concern, then resolve the case."
            )
        for concern in unsettled:
            concern.settle(dispositions[str(concern.pk)], by=by, now=now)
        if self.owner_id is None:
            self.owner = by
        self._end_waiting()
        self.status, self.resolved_at = Status.RESOLVED, now
        # The dispositions too: after a reopening the concern gets new ones, and history must not change. Codes only:
        # what was done is in words, and words can be erased.
        settled = {str(concern.pk): dispositions[str(concern.pk)] for concern in unsettled}
        self._move(
            now,
            "resolved",
            by=by,
            text=in_turn([each.action for each in settled.values()]),
            data={"concerns": list(settled), "dispositions": {key: each.codes() for key, each in settled.items()}},
        )

    def end_without_action(self, *, reason: str, text: str, by: Member, now: datetime) -> None:
        """End the case with a coded reason; nothing was done. Raises CaseNotOpen."""
        self._need_work()
        self._end_waiting()
        self.status, self.no_action_reason, self.ended_at = Status.NO_ACTION, reason, now
        self._move(now, "no_action", by=by, text=text, data={"reason": reason})

    def close(self, *, by: Member | None, now: datetime, closed_as: str = ClosedAs.UNVERIFIED) -> None:
        """Close a resolved case without word from the patient. by: None when silence closed it.

        closed_as: unverified, or not verifiable when the patient could not be asked.
        Raises NotAllowedNow unless the case is resolved.
        """
        if self.status != Status.RESOLVED:
            raise NotAllowedNow("Only a resolved case can be closed. Resolve it first.")
        self.status, self.closed_as, self.ended_at = Status.CLOSED, closed_as, now
        self._move(now, "closed", by=by, data={"as": closed_as})

    def mark_not_verifiable(self) -> None:
        """Say of a resolved case that the patient cannot be asked: that is what it will be closed as."""
        self.closed_as = ClosedAs.NOT_VERIFIABLE
        self.save(update_fields=["closed_as"])

    def reopen(self, *, reason: str, by: Member | None, now: datetime) -> None:
        """Take a resolved case up again; `reason` is required. Raises NotAllowedNow unless it is resolved.

        The concerns keep their dispositions and lose their `settled_at`, so the case must be resolved anew.
        """
        if self.status != Status.RESOLVED:
            raise NotAllowedNow("Only a resolved case can be reopened. After a closed one, an alert opens a new case.")
        self.concerns.update(settled_at=None)
        self.come_back()
        self._move(now, "reopened", by=by, text=reason)

    # --- what the patient says of it ---------------------------------------------------------------------------------

    def verify(self, *, said: dict[str, str], now: datetime) -> None:
        """Close a resolved case as verified by the patient, or say so of one that silence had closed.

        said: codes of the answers: `contacted`, `settled`, `prepared`; empty where nothing was answered.
        Raises NotAllowedNow in any other status.
        """
        if self.status not in (Status.RESOLVED, Status.CLOSED):
            raise NotAllowedNow("Only a resolved case can be verified.")
        self.status, self.closed_as, self.ended_at = Status.CLOSED, ClosedAs.VERIFIED, self.ended_at or now
        self._move(now, "verified", data=said)

    def reopen_as_said(self, *, said: dict[str, str], to_supervisors: bool, now: datetime) -> None:
        """Take the case up again because the patient says that it is not taken care of; one that silence closed too.

        to_supervisors: it came back in this way before, so nobody owns it until a supervisor has decided.
        """
        self.come_back()
        if to_supervisors:
            self.owner = None
        self._move(now, "reopened", data={**said, **({"to": "supervisors"} if to_supervisors else {})})

    def note_answer(self, *, said: dict[str, Any], now: datetime) -> None:
        """Keep what the patient said of the outcome where it moves nothing."""
        self._move(now, "followed_up", data=said)

    # --- reaching the patient ----------------------------------------------------------------------------------------

    def note_reveal(self, *, until: datetime, by: Member, now: datetime) -> None:
        """Note that somebody was shown the contact details; never which."""
        self._move(now, "revealed", by=by, data={"until": until.isoformat()})

    def note_asked(self, text: str, *, due_at: datetime, by: Member, now: datetime) -> None:
        """Note what the partner was asked to do."""
        self._move(now, "asked_partner", by=by, text=text, data={"due_at": due_at.isoformat()})

    def note_partner_done(self, text: str, *, by: Member, now: datetime) -> None:
        """Note what the partner answered."""
        self._move(now, "partner_done", by=by, text=text)

    def note_left(self, *, status: str, now: datetime) -> None:
        """Note that the patient withdrew, died or paused contact while the case was worked."""
        self._move(now, "left", data={"status": status})

    # --- what alerts do to it ----------------------------------------------------------------------------------------

    def come_back(self) -> None:
        """Put a resolved or closed case back to work, unsaved; the caller moves it."""
        self.status, self.resolved_at, self.ended_at, self.closed_as = Status.REOPENED, None, None, ""
        self.reopened_count += 1

    def join(self, *, concern_id: str, severity: str, now: datetime) -> None:
        """Note that a concern joined: it ends the waiting, and reopens a case that was resolved."""
        if self.status == Status.RESOLVED:
            self.come_back()
        self._end_waiting()
        self._move(now, "concern_added", data={"concern": concern_id, "severity": severity})

    def note_changed_answer(self, *, concern_id: str, changed: dict[str, Any], now: datetime) -> None:
        """Note that the patient answered otherwise later; the alert stays."""
        self._move(now, "answer_changed", data={"concern": concern_id, **changed})

    def record_opening(self, *, data: dict[str, Any]) -> None:
        """Write the first event of a new case."""
        self._event(self.opened_at, "opened", data=data)

    def refresh_summary(self) -> None:
        """Set severity, words and the running clock from the concerns, unsaved."""
        concerns = list(self.concerns.order_by("opened_at", "id"))
        open_ones = [concern for concern in concerns if concern.settled_at is None]
        shown = open_ones or concerns
        if shown:
            self.severity = most_urgent([concern.severity for concern in shown])
            self.why = next(c.why.get("summary", "") for c in shown if c.severity == self.severity)[:200]
        self.due_at = self._due(open_ones or concerns) if self.is_worked else None

    def _due(self, concerns: list[Any]) -> datetime:
        if self.status == Status.WAITING and self.next_check_at:
            return self.next_check_at
        earliest: datetime = min(concern.due_at for concern in concerns)
        return earliest

    def _need_work(self) -> None:
        if not self.is_worked:
            raise CaseNotOpen(f"This case is {self.get_status_display().lower()}, so there is no work left on it.")

    def _zone_of_team(self) -> str:
        # A member confined to a partner does not see a team of the sponsor.
        seen = Team.objects.filter(pk=self.team_id).values_list("time_zone", flat=True) if self.team_id else None
        return (seen.first() if seen else None) or ""

    def _respect_wish(self, *, outcome: str, text: str, by: Member) -> None:
        if outcome == AttemptOutcome.INBOUND:
            return
        if self.patient.has_left:
            raise ContactNotWished(f"{LEFT_WORDS[self.patient.contact_status]} Nobody contacts this patient any more.")
        if not self.asks_no_contact:
            return
        if by.role not in (Role.SUPERVISOR, Role.ADMIN):
            raise ContactNotWished(
                "The patient asked not to be contacted."
                " Fix the cause without a call, or ask a supervisor to make contact."
            )
        if not text.strip():
            raise ContactNotWished("The patient asked not to be contacted. Write the reason for this contact.")

    def _own(self, member: Member) -> None:
        self.owner = member
        if self.status in (Status.NEW, Status.REOPENED):
            self.status = Status.ACKNOWLEDGED

    def _end_waiting(self) -> None:
        if self.status == Status.WAITING:
            contacted = self.concerns.filter(contacted_at__isnull=False).exists()
            self.status = Status.CONTACTED if contacted else Status.CONTACTING
        self.waiting_on, self.next_check_at = "", None

    def _move(self, now: datetime, kind: str, *, by: Member | None = None, **event: Any) -> None:
        self.refresh_summary()
        self.version += 1
        self.changed_at = now
        self.save()
        self._event(now, kind, by=by, **event)

    def _event(self, at: datetime, kind: str, *, by: Member | None = None, text: str = "", **event: Any) -> None:
        written = self.events.create(organization_id=self.organization_id, at=at, actor=by, kind=kind, **event)
        if text.strip():
            written.say(text)
