"""The outbox: what the folder backends wrote instead of sending it. For the demo and for development only."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from functools import wraps
from pathlib import Path
from uuid import UUID

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tenants.access import declared

SHOWN = 100
READ = 2_000  # files that one search opens, newest first
_NAME = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(?:eml|sms)")

View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Item:
    """One message of the outbox. html: "" for text messages."""

    name: str
    at: datetime
    kind: str
    to: str
    sender: str
    subject: str
    text: str
    html: str


def _where_switched_on(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: str) -> HttpResponse:
        if not settings.OUTBOX:
            raise Http404
        return view(request, **kwargs)

    return guarded


@never_cache
@require_safe
@declared("public")
@_where_switched_on
def outbox(request: HttpRequest) -> HttpResponse:
    """List what was written, newest first; `q` keeps what went to an address, or says something."""
    wanted = request.GET.get("q", "").strip().casefold()
    names = _names()
    found: list[Item] = []
    for name in names[:READ]:
        item = _read(name)
        if item and (not wanted or _says(item, wanted)):
            found.append(item)
        if len(found) == SHOWN:
            break
    return render(request, "desk/outbox.html", {"items": found, "q": request.GET.get("q", ""), "is_empty": not names})


# A mail brings its own styles. Its frame takes no script, no form and no address of ours.
@csp_replace({"style-src": [SELF, UNSAFE_INLINE]})
@never_cache
@require_safe
@declared("public")
@_where_switched_on
def outbox_message(request: HttpRequest, name: str) -> HttpResponse:
    """Show one message: its text, and its HTML in a frame of its own that can do nothing."""
    item = _read(name) if _NAME.fullmatch(name) else None
    if item is None:
        raise Http404
    return render(request, "desk/outbox_message.html", {"item": item})


def _names() -> list[str]:
    """Return the file names, newest first: their names begin with the time (UUID version 7)."""
    folder = Path(settings.MAIL_DIR)
    names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    return sorted((name for name in names if _NAME.fullmatch(name)), reverse=True)


def _read(name: str) -> Item | None:
    try:
        raw = (Path(settings.MAIL_DIR) / name).read_bytes()
    except OSError:  # tidied away meanwhile
        return None
    return _text_message(name, raw) if name.endswith(".sms") else _email(name, raw)


def _text_message(name: str, raw: bytes) -> Item:
    head, _, body = raw.decode("utf-8", "replace").partition("\n\n")
    to = head.partition("To: ")[2].partition("\n")[0]
    return Item(name, _written_at(name), "Text", to, "", body[:80], body, "")


def _email(name: str, raw: bytes) -> Item:
    mail = message_from_bytes(raw, policy=policy.default)
    parts = {kind: mail.get_body((kind,)) for kind in ("plain", "html")}
    said = {kind: str(part.get_content()) if part else "" for kind, part in parts.items()}
    to, sender, subject = (str(mail[header] or "") for header in ("To", "From", "Subject"))
    return Item(name, _written_at(name), "E-mail", to, sender, subject, said["plain"], said["html"])


def _written_at(name: str) -> datetime:
    return datetime.fromtimestamp((UUID(name[:36]).int >> 80) / 1000, tz=UTC)


def _says(item: Item, wanted: str) -> bool:
    return any(wanted in text.casefold() for text in (item.to, item.subject, item.text))
