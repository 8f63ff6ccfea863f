"""API keys: shown once, stored hashed."""

import hashlib
import secrets
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models

from cxplatform.lib.rows import tenant_rows
from tenants.models.organization import Organization, Partner
from tenants.models.row import TenantRow

PREFIX = "cxk_"  # recognizable for leak scanners


def new_key() -> str:
    """Return a fresh key: the prefix and 43 url-safe characters (256 bits)."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_key(key: str) -> bytes:
    """Return the 32 bytes that are stored of a key. A key has 256 random bits, so a plain digest is enough."""
    return hashlib.sha256(key.encode()).digest()


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Filters on keys."""

    def usable(self, *, now: datetime) -> "ApiKeyQuerySet":
        """Keep keys that are neither revoked nor expired at `now`."""
        return self.filter(revoked_at=None).exclude(expires_at__lte=now)


class ApiKey(TenantRow):
    """A key of an organization, or of one partner of it, with scopes such as `patients:write`."""

    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, db_constraint=False, related_name="api_keys"
    )
    name = models.CharField(max_length=80)
    shown_prefix = models.CharField(max_length=12, help_text="The first characters, to recognize the key by.")
    key_hash = models.BinaryField(max_length=32, unique=True)
    scopes = ArrayField(models.CharField(max_length=40), default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        constraints = tenant_rows("tenants_apikey", keys=("partner",), partner="partner")

    @classmethod
    def issue(
        cls,
        *,
        organization: Organization,
        name: str,
        scopes: list[str],
        partner: Partner | None,
        now: datetime,
        key: str | None = None,
    ) -> tuple["ApiKey", str]:
        """Create a key and return it with the secret, which is not kept anywhere.

        key: a secret of the caller's choice with 256 bits of entropy, for demo data; None draws one.
        """
        secret = key or new_key()
        row = cls.objects.create(
            organization=organization,
            partner=partner,
            name=name,
            shown_prefix=secret[:12],
            key_hash=hash_key(secret),
            scopes=sorted(scopes),
            created_at=now,
        )
        return row, secret

    def revoke(self, *, now: datetime) -> None:
        """Stop the key at once; revoking twice keeps the first time."""
        ApiKey.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=now)
