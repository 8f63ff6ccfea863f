"""Sealing and finding contact addresses without keeping them readable."""

import hashlib
import hmac
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from messaging.numbers import DEFAULT_REGION, e164


class VaultKeyMissing(RuntimeError):
    """None of VAULT_KEYS opens a sealed address."""


def seal(value: str) -> bytes:
    """Encrypt an address with the newest vault key (Fernet: AES-128-CBC and HMAC-SHA256)."""
    return _fernet().encrypt(value.encode())


def open_sealed(sealed: bytes) -> str:
    """Decrypt an address with whichever vault key sealed it. Raises VaultKeyMissing when none did."""
    try:
        return _fernet().decrypt(sealed).decode()
    except InvalidToken:
        raise VaultKeyMissing("no key in VAULT_KEYS opens this address: add the key that was in use before") from None


def fingerprint(channel: str, value: str, *, region: str = DEFAULT_REGION) -> bytes:
    """Return 32 bytes that are equal for equal addresses, and useless without FINGERPRINT_KEY.

    One number has one fingerprint, whether it is called or written to. region: the country of numbers without a code.
    """
    kind, plain = channel, value.strip().lower()
    if channel in ("sms", "phone"):
        kind = "phone"
        plain = e164(value, region=region) or "".join(c for c in value if c.isdigit() or c == "+")
    return hmac.digest(settings.FINGERPRINT_KEY.encode(), f"{kind}:{plain}".encode(), hashlib.sha256)


@cache
def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.VAULT_KEYS])
