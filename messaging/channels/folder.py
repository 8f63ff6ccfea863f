"""An e-mail backend that writes each message to a folder, for the demo and for development."""

import os
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from uuid_utils.compat import uuid7


class FolderBackend(BaseEmailBackend):
    """Write messages as .eml files into MAIL_DIR, in the order of sending; a file appears whole or not at all."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the messages and return how many."""
        folder = Path(settings.MAIL_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{uuid7()}.eml"
            draft = folder / f".{name}.part"
            draft.write_bytes(message.message().as_bytes())
            os.replace(draft, folder / name)
        return len(email_messages)
