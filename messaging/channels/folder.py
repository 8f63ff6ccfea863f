"""Backends that write each message to a folder, for the demo and for development."""

import os
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from uuid_utils.compat import uuid7

from messaging.channels.outcome import Outcome
from messaging.channels.sms import Text
from messaging.models import Message


class FolderBackend(BaseEmailBackend):
    """Write messages as .eml files into MAIL_DIR, in the order of sending; a file appears whole or not at all."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the messages and return how many."""
        for message in email_messages:
            _write(f"{uuid7()}.eml", message.message().as_bytes())
        return len(email_messages)


class FolderSmsBackend:
    """Write text messages as .sms files into MAIL_DIR: two headers, an empty line, the text."""

    def send(self, text: Text) -> Outcome:
        """Write one text message."""
        head = f"To: {text.to}\nDate: {timezone.now():%a, %d %b %Y %H:%M:%S +0000}\n\n"
        name = str(uuid7())
        _write(f"{name}.sms", (head + text.body).encode())
        return Outcome(Message.State.SENT, provider_id=name)


def _write(name: str, content: bytes) -> None:
    folder = Path(settings.MAIL_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{name}.part"
    draft.write_bytes(content)
    os.replace(draft, folder / name)
