"""The contact vault, messages with their delivery state, and the links that staff messages carry."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models import F, Q

from cxplatform.lib.codes import derived_token, token_hash
from cxplatform.lib.nudge import nudge
from cxplatform.lib.rows import tenant_rows
from messaging.vault import fingerprint, open_sealed, seal
from tenants.models import Member, Partner, TenantRow

# Retries go on as long as it takes: an alert that cannot be delivered must stay in sight, never be given up silently.
BACK_OFF = tuple(timedelta(seconds=s) for s in (5, 15, 30, 60, 120, 300, 600, 900))
LEASE = timedelta(seconds=60)


class Channel(models.TextChoices):
    """How an address is reached."""

    EMAIL = "email", "E-mail"
    SMS = "sms", "Text message"
    PHONE = "phone", "Telephone"


class Address(TenantRow):
    """One sealed address in the contact vault: readable with a vault key only, findable by a keyed fingerprint.

    owner_id: the respondent it belongs to; no key, because the vault lies below everything that knows patients.
    """

    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    owner_id = models.UUIDField()
    channel = models.CharField(max_length=8, choices=Channel.choices)
    sealed = models.BinaryField()
    fingerprint = models.BinaryField(max_length=32)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            *tenant_rows("messaging_address", keys=("partner",), partner="partner"),
            models.UniqueConstraint(fields=["owner_id", "channel", "fingerprint"], name="messaging_address_once"),
        ]

    @classmethod
    def keep(
        cls, *, organization_id: UUID, partner_id: UUID | None, owner_id: UUID, channel: str, value: str, now: datetime
    ) -> None:
        """Seal one address; keeping the same address twice changes nothing."""
        Address.objects.bulk_create(
            [
                Address(
                    organization_id=organization_id,
                    partner_id=partner_id,
                    owner_id=owner_id,
                    channel=channel,
                    sealed=seal(value),
                    fingerprint=fingerprint(channel, value),
                    added_at=now,
                )
            ],
            ignore_conflicts=True,
        )

    def reveal(self) -> str:
        """Return the address in clear. Callers audit it. Raises VaultKeyMissing when no key opens it."""
        return open_sealed(bytes(self.sealed))


class GoLink(TenantRow):
    """The unguessable link of staff messages to one row, whose id it shares; its token is derived and never stored."""

    class Target(models.TextChoices):
        CASE = "case", "Case"

    target = models.CharField(max_length=8, choices=Target.choices)
    target_id = models.UUIDField()
    token_hash = models.BinaryField(max_length=32, unique=True)

    class Meta:
        constraints = [
            *tenant_rows("messaging_golink"),
            models.UniqueConstraint(fields=["target", "target_id"], name="messaging_golink_once"),
        ]

    @classmethod
    def to(cls, *, organization_id: UUID, target: str, target_id: UUID) -> "GoLink":
        """Return the one link to a row, making it at first use. Safe to race."""
        link = cls(id=target_id, organization_id=organization_id, target=target, target_id=target_id)
        link.token_hash = token_hash(link.token)
        GoLink.objects.bulk_create([link], ignore_conflicts=True)
        return link

    @property
    def token(self) -> str:
        """Return the 24 characters of the link."""
        return derived_token(settings.LINK_KEY.encode(), kind="go", id=self.pk)

    @property
    def url(self) -> str:
        """Return the absolute address."""
        return f"{settings.BASE_URL}/go/{self.token}"


class FieldNotAllowed(ImproperlyConfigured):
    """A staff template was given a field that is not on its allow-list."""


class MessageQuerySet(models.QuerySet["Message"]):
    """Filters and claims on messages."""

    def queued(self) -> "MessageQuerySet":
        """Keep those that are neither sent nor failed."""
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
        return self.select_related("member__user").get(pk=message_id) if leased else None


class Message(TenantRow):
    """One thing sent to one address by one channel.

    The row is the queue: `queued` and `next_try_at` in the past means due. A lease moves `next_try_at` ahead, so a
    worker that dies leaves the message due again, under the same Message-ID. `needs_stand_in` is pending work of those
    who decide whom to tell: the address refused for good.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting to be sent"
        SENT = "sent", "Accepted"
        FAILED = "failed", "Refused for good"

    class Template(models.TextChoices):
        FOLLOW_UP = "follow_up", "Follow-up needed"
        WELCOME = "welcome", "Welcome"

    ALLOWED_FIELDS = {
        Template.FOLLOW_UP: frozenset({"pseudonym", "go_link_id", "due_at"}),
        Template.WELCOME: frozenset[str](),
    }

    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.EMAIL)
    template = models.CharField(max_length=16, choices=Template.choices)
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="messages"
    )
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
            *tenant_rows("messaging_message", keys=("member",), partner="member"),
            models.UniqueConstraint(fields=["organization", "dedupe_key"], name="messaging_message_once"),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], name="messaging_message_due", condition=Q(state="queued")),
            models.Index(fields=["id"], name="messaging_message_undelivered", condition=Q(needs_stand_in=True)),
            models.Index(fields=["organization", "state", "-created_at"], name="messaging_message_newest"),
        ]

    @classmethod
    def check_fields(cls, template: str, fields: dict[str, str]) -> None:
        """Raise FieldNotAllowed when `fields` holds anything that the template may not say."""
        if extra := set(fields) - cls.ALLOWED_FIELDS[cls.Template(template)]:
            raise FieldNotAllowed(f"template {template} may not carry {', '.join(sorted(extra))}")

    def sent(self, *, now: datetime) -> None:
        """Record that the provider accepted the message; final."""
        self._finish(Message.State.SENT, "", now)

    def failed(self, error: str, *, now: datetime) -> None:
        """Record that the provider refused the message for good; final, shown, and somebody else must be told."""
        self._finish(Message.State.FAILED, error, now)
        if self.template == Message.Template.FOLLOW_UP:
            Message.objects.filter(pk=self.pk, state=Message.State.FAILED).update(needs_stand_in=True)
            nudge("messaging.undelivered", organization_id=self.organization_id, message_id=self.pk)

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
            .exclude(state=Message.State.SENT)
            .update(state=Message.State.QUEUED, next_try_at=now, final_at=None)
        )

    def _finish(self, state: str, error: str, now: datetime) -> None:
        Message.objects.queued().filter(pk=self.pk).update(
            state=state, final_at=now, leased_until=None, last_error=error[:80]
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
