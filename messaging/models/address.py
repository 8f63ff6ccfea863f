"""The contact vault: sealed addresses, who has seen one, and the links that staff messages carry."""

from datetime import datetime
from uuid import UUID

from django.db import models

from cxplatform.lib.codes import token_hash
from cxplatform.lib.links import go_url, link_token
from cxplatform.lib.rows import tenant_rows
from messaging.numbers import DEFAULT_REGION, e164
from messaging.vault import fingerprint, open_sealed, seal
from tenants.models import Member, Partner, TenantRow


class Channel(models.TextChoices):
    """How an address is reached."""

    EMAIL = "email", "E-mail"
    SMS = "sms", "Text message"
    PHONE = "phone", "Telephone"


class AddressQuerySet(models.QuerySet["Address"]):
    """Look-ups of addresses."""

    def of(self, owner_id: UUID, *, value: str, channel: str, region: str = DEFAULT_REGION) -> "Address":
        """Return the row that holds one address of a respondent. Raises Address.DoesNotExist when it is not kept."""
        return self.get(owner_id=owner_id, channel=channel, fingerprint=fingerprint(channel, value, region=region))


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

    objects = AddressQuerySet.as_manager()

    class Meta:
        constraints = [
            *tenant_rows("messaging_address", keys=("partner",), partner="partner"),
            models.UniqueConstraint(fields=["owner_id", "channel", "fingerprint"], name="messaging_address_once"),
        ]

    @classmethod
    def keep(
        cls,
        *,
        organization_id: UUID,
        partner_id: UUID | None,
        owner_id: UUID,
        channel: str,
        value: str,
        now: datetime,
        region: str = DEFAULT_REGION,
    ) -> None:
        """Seal one address; keeping the same address twice changes nothing.

        region: the country of telephone numbers without a country code.
        """
        value = value.strip()
        if channel == Channel.SMS:
            value = e164(value, region=region) or value
        Address.objects.bulk_create(
            [
                Address(
                    organization_id=organization_id,
                    partner_id=partner_id,
                    owner_id=owner_id,
                    channel=channel,
                    sealed=seal(value),
                    fingerprint=fingerprint(channel, value, region=region),
                    added_at=now,
                )
            ],
            ignore_conflicts=True,
        )

    def reveal(self) -> str:
        """Return the address in clear. Callers audit it. Raises VaultKeyMissing when no key opens it."""
        return open_sealed(bytes(self.sealed))


class Reveal(TenantRow):
    """Somebody was shown the addresses of a respondent, why, and until when; append-only.

    owner_id: the respondent. subject_id: the row because of which it was needed (a case or a safety item).
    """

    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    owner_id = models.UUIDField()
    subject_id = models.UUIDField(null=True)
    member = models.ForeignKey(
        Member, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        constraints = tenant_rows("messaging_reveal", keys=("partner", "member"), partner="partner", append_only=True)
        indexes = [models.Index(fields=["owner_id", "member", "-until"], name="messaging_reveal_latest")]


class GoLink(TenantRow):
    """The unguessable link of staff messages to one row, whose id it shares; its token is derived and never stored."""

    class Target(models.TextChoices):
        CASE = "case", "Case"
        SAFETY = "safety", "Safety item"

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
        return link_token("go", self.pk)

    @property
    def url(self) -> str:
        """Return the absolute address."""
        return go_url(self.pk)
