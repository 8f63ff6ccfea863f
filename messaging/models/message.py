"""Messages with their delivery state: the row is the queue."""

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models import F, Q

from cxplatform.lib.nudge import nudge
from cxplatform.lib.rows import tenant_rows
from messaging.models.address import Address, Channel
from tenants.models import Member, Partner, Program, TenantRow

# Retries go on as long as it takes: an alert that cannot be delivered must stay in sight, never be given up silently.
BACK_OFF = tuple(timedelta(seconds=s) for s in (5, 15, 30, 60, 120, 300, 600, 900))
LEASE = timedelta(seconds=60)


class Purpose(models.TextChoices):
    """What a patient may be contacted for; each is agreed to, or not, on its own."""

    SURVEY = "survey", "Surveys"
    FOLLOW_UP = "follow_up", "Asking whether an issue is taken care of"
    CASE_CONTACT = "case_contact", "Help with an issue"
    SAFETY_CONTACT = "safety_contact", "Questions about a safety event"


class FieldNotAllowed(ImproperlyConfigured):
    """A staff template was given a field that is not on its allow-list."""


class MessageQuerySet(models.QuerySet["Message"]):
    """Filters and claims on messages."""

    def queued(self) -> "MessageQuerySet":
        """Keep those that are neither sent, failed nor dropped."""
        return self.filter(state=Message.State.QUEUED)

    def unsent(self) -> "MessageQuerySet":
        """Keep those that were tried in vain: they wait for another try, or were refused for good."""
        return self.filter(Q(state=Message.State.FAILED) | Q(state=Message.State.QUEUED, attempts__gt=0))

    def lease(self, message_id: UUID | str, *, now: datetime) -> "Message | None":
        """Take one due message for the length of the lease; None when it is not due or somebody else holds it."""
        leased = (
            self.queued()
            .filter(pk=message_id, next_try_at__lte=now)
            .update(leased_until=now + LEASE, next_try_at=now + LEASE, attempts=F("attempts") + 1)
        )
        return self.select_related("member__user", "program", "address").get(pk=message_id) if leased else None


class Message(TenantRow):
    """One thing sent to one address by one channel: to a member, or to a respondent of a program.

    The row is the queue: `queued` and `next_try_at` in the past means due. A lease moves `next_try_at` ahead, so a
    worker that dies leaves the message due again, under the same Message-ID. `needs_stand_in` is pending work of those
    who decide whom to tell: the address refused for good.

    To a respondent: `program` lends its neutral name, `owner_id` is the respondent, `address` the sealed address (null
    after an erasure), `fingerprint` what stops and caps go by, `time_zone` where quiet hours are kept, `about_id` the
    invitation whose link it carries, `expires_at` when saying it has no point any more. A member beside a program
    gets a test of what respondents get.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to be sent"
        SENT = "sent", "Accepted"
        FAILED = "failed", "Refused for good"
        DROPPED = "dropped", "Not sent"

    class Template(models.TextChoices):
        FOLLOW_UP = "follow_up", "Follow-up needed"
        WELCOME = "welcome", "Welcome"
        INVITATION = "invitation", "Survey invitation"
        REMINDER = "reminder", "Survey reminder"
        OUTCOME = "outcome", "Is it taken care of?"
        STOPPED = "stopped", "Messages stopped"
        HELP = "help", "Answer to HELP"
        VERIFY_SAFETY = "verify_safety", "Confirm the safety address"

    class Dropped(models.TextChoices):
        STOPPED = "stopped", "The address asked for no messages, or cannot be reached"
        CONSENT = "consent", "Consent was taken back"
        STATUS = "status", "The patient is not to be contacted"
        REVOKED = "revoked", "What it was about is over"
        EXPIRED = "expired", "It came too late"
        ERASED = "erased", "The address was erased"

    ALLOWED_FIELDS = {
        Template.FOLLOW_UP: frozenset({"pseudonym", "go_link_id", "due_at"}),
        Template.WELCOME: frozenset[str](),
        Template.INVITATION: frozenset({"invitation_id"}),
        Template.REMINDER: frozenset({"invitation_id"}),
        Template.OUTCOME: frozenset({"invitation_id"}),
        Template.STOPPED: frozenset[str](),
        Template.HELP: frozenset[str](),
        Template.VERIFY_SAFETY: frozenset({"address"}),
    }

    PATIENT_FAMILY = frozenset(
        {Template.INVITATION, Template.REMINDER, Template.OUTCOME, Template.STOPPED, Template.HELP}
    )

    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.EMAIL)
    template = models.CharField(max_length=16, choices=Template.choices)
    member = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="messages"
    )
    program = models.ForeignKey(
        Program, null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    address = models.ForeignKey(
        Address, null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="messages"
    )
    owner_id = models.UUIDField(null=True)
    about_id = models.UUIDField(null=True)
    fingerprint = models.BinaryField(max_length=32, null=True)
    purpose = models.CharField(max_length=16, choices=Purpose.choices, blank=True)
    language = models.CharField(max_length=8, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField(null=True)
    provider_id = models.CharField(max_length=120, blank=True)
    fields = models.JSONField(default=dict)
    dedupe_key = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=80, blank=True)
    needs_stand_in = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    final_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            *tenant_rows("messaging_message", keys=("partner", "member", "program", "address"), partner="partner"),
            models.UniqueConstraint(fields=["organization", "dedupe_key"], name="messaging_message_once"),
            models.CheckConstraint(
                name="messaging_message_somebody", condition=Q(member__isnull=False) | Q(program__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="messaging_message_due", condition=Q(state="queued")),
            models.Index(fields=["id"], name="messaging_message_undelivered", condition=Q(needs_stand_in=True)),
            models.Index(fields=["organization", "state", "-created_at"], name="messaging_message_newest"),
            models.Index(
                fields=["owner_id", "-created_at"],
                name="messaging_message_by_owner",
                condition=Q(owner_id__isnull=False),
            ),
            models.Index(
                fields=["fingerprint"], name="messaging_message_unsent", condition=Q(state="queued") & Q(member=None)
            ),
            models.Index(fields=["about_id"], name="messaging_message_about", condition=Q(about_id__isnull=False)),
            models.Index(fields=["provider_id"], name="messaging_message_provider", condition=~Q(provider_id="")),
        ]

    @classmethod
    def check_fields(cls, template: str, fields: dict[str, str]) -> None:
        """Raise FieldNotAllowed when `fields` holds anything that the template may not say."""
        if extra := set(fields) - cls.ALLOWED_FIELDS[cls.Template(template)]:
            raise FieldNotAllowed(f"template {template} may not carry {', '.join(sorted(extra))}")

    @property
    def is_to_respondent(self) -> bool:
        """Tell whether it goes to a respondent, and not to a member (be it as a test)."""
        return self.member_id is None and self.owner_id is not None

    @property
    def is_of_patient_family(self) -> bool:
        """Tell whether it is written as patients get it, to a patient or as a test to a member."""
        return self.template in self.PATIENT_FAMILY

    @property
    def is_reply(self) -> bool:
        """Tell whether it answers what the person wrote a moment ago: neither stops nor quiet hours hold it back."""
        return self.template in (self.Template.STOPPED, self.Template.HELP)

    def sent(self, *, now: datetime, provider_id: str = "") -> None:
        """Record that the provider accepted the message, and what it calls it; final."""
        self._finish(Message.State.SENT, "", now, provider_id=provider_id[:120])

    def failed(self, error: str, *, now: datetime) -> None:
        """Record that the provider refused the message for good; final, shown, and somebody else must be told."""
        self._finish(Message.State.FAILED, error, now)
        self.ask_for_another_way()

    def bounced(self, error: str, *, now: datetime) -> bool:
        """Record that an accepted message never arrived; False when that is known already."""
        not_failed = Message.objects.filter(pk=self.pk).exclude(state__in=(Message.State.FAILED, Message.State.DROPPED))
        changed = not_failed.update(state=Message.State.FAILED, final_at=now, leased_until=None, last_error=error[:80])
        if changed:
            self._note("bounced", error, now)
            self.ask_for_another_way()
        return bool(changed)

    def dropped(self, reason: str, *, now: datetime) -> None:
        """Record that it must not be sent any more; reason: one of Dropped."""
        self._finish(Message.State.DROPPED, reason, now)

    def wait_until(self, at: datetime) -> None:
        """Give the lease back untried: it may not be sent before `at`."""
        mine = Message.objects.queued().filter(pk=self.pk, attempts=self.attempts)
        mine.update(next_try_at=at, leased_until=None, attempts=F("attempts") - 1)

    def ask_for_another_way(self) -> None:
        """Make it pending work of whoever knows another way: another member to tell, another channel to write by."""
        if self.template == Message.Template.FOLLOW_UP:
            topic = "messaging.undelivered"
        elif self.is_to_respondent and not self.is_reply:
            topic = "messaging.unreached"
        else:
            return
        gone = (Message.State.FAILED, Message.State.DROPPED)
        if Message.objects.filter(pk=self.pk, state__in=gone).update(needs_stand_in=True):
            nudge(topic, organization_id=self.organization_id, message_id=self.pk)

    def try_later(self, error: str, *, now: datetime) -> None:
        """Record a passing fault and set the next try by the back-off."""
        wait = BACK_OFF[min(self.attempts, len(BACK_OFF)) - 1]
        mine = Message.objects.queued().filter(pk=self.pk, attempts=self.attempts)  # not a lease that ran out meanwhile
        mine.update(next_try_at=now + wait, leased_until=None, last_error=error[:80])
        self._note("later", error, now)

    def try_again(self, *, now: datetime) -> bool:
        """Make a refused or waiting message due now; False when it was sent or somebody holds it at this moment."""
        free = Q(leased_until=None) | Q(leased_until__lte=now)
        return bool(
            Message.objects.filter(free, pk=self.pk)
            .exclude(state__in=(Message.State.SENT, Message.State.DROPPED))
            .update(state=Message.State.QUEUED, next_try_at=now, final_at=None)
        )

    def _finish(self, state: str, error: str, now: datetime, *, provider_id: str = "") -> None:
        Message.objects.queued().filter(pk=self.pk).update(
            state=state, final_at=now, leased_until=None, last_error=error[:80], provider_id=provider_id
        )
        self._note(state, error, now)

    def _note(self, outcome: str, error: str, now: datetime) -> None:
        Attempt.objects.create(
            organization_id=self.organization_id,
            message=self,
            number=self.attempts,
            at=now,
            outcome=outcome,
            error=error[:80],
        )


class Attempt(TenantRow):
    """One try to hand a message to its provider; append-only."""

    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="tries"
    )
    number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    outcome = models.CharField(max_length=8)
    error = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = tenant_rows("messaging_attempt", keys=("message",), partner="message", append_only=True)
        indexes = [models.Index(fields=["message", "at"], name="messaging_attempt_order")]
