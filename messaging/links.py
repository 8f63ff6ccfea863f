"""Signed addresses about one message: to stop what it belongs to, and to report its fate.

They name organization and message, so that a click needs no look-up before the tenant is known, and nothing else.
"""

import base64
import hmac
from uuid import UUID

from django.conf import settings

from messaging.models import Message

_IDS, _MAC = 32, 16


def unsubscribe_url(message: Message) -> str:
    """Return the address where one click stops the messages to the address that a message went to."""
    return f"{settings.BASE_URL}/u/{signed('unsubscribe', message)}/"


def status_url(message: Message) -> str:
    """Return the address where the provider of text messages reports what became of one."""
    return f"{settings.BASE_URL}/hooks/sms/status?m={signed('status', message)}"


def signed(purpose: str, message: Message) -> str:
    """Return organization and message as 64 URL-safe characters that nobody else can make."""
    ids = message.organization_id.bytes + message.pk.bytes
    return base64.urlsafe_b64encode(ids + _mac(purpose, ids)).decode("ascii")


def read_signed(purpose: str, text: str) -> tuple[UUID, UUID] | None:
    """Return (organization id, message id) of what `signed` made for the same purpose; None for anything else."""
    try:
        raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError:
        return None
    ids, mac = raw[:_IDS], raw[_IDS:]
    if len(ids) != _IDS or not hmac.compare_digest(mac, _mac(purpose, ids)):
        return None
    return UUID(bytes=ids[:16]), UUID(bytes=ids[16:])


def _mac(purpose: str, ids: bytes) -> bytes:
    """Source: HMAC-SHA256 (RFC 2104), cut to 16 bytes."""
    return hmac.digest(settings.LINK_KEY.encode(), f"{purpose}:".encode() + ids, "sha256")[:_MAC]
