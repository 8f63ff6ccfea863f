"""A real SMTP server whose mood can be switched: what the mail of the fault tests and benchmarks arrives at."""

import asyncio
import email
import socket
import threading
import time
from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

TICK_S = 0.02
SLOW_S = 0.5


class Mood(Enum):
    """How the server treats the next message."""

    ACCEPT = "takes it"
    REFUSE = "answers 451, try again later"
    SLOW = "takes it after half a second"
    SILENT = "never answers to the text of a message"
    DROP = "takes it, and hangs up before saying so"
    HOLD_AFTER = "takes it and says so, and then does not answer to QUIT until the mood changes"


@dataclass(frozen=True)
class Received:
    """One message that was taken."""

    message_id: str
    subject: str
    at: float
    """Seconds of time.monotonic()."""


class MailServer:
    """Listens on a port of 127.0.0.1 that stays the same; keeps what it took."""

    def __init__(self) -> None:
        self.mood = Mood.ACCEPT
        self.refusals = 0
        self._received: list[Received] = []
        self._lock = threading.Lock()
        self._controller: Controller | None = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]

    def start(self) -> None:
        """Listen; no-op when it does."""
        if self._controller is None:
            self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
            self._controller.start()

    def stop(self) -> None:
        """Refuse connections; no-op when it does."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    @property
    def received(self) -> list[Received]:
        """Return what was taken so far, in order."""
        with self._lock:
            return list(self._received)

    def copies(self) -> Counter[str]:
        """Return how often each Message-ID was taken."""
        return Counter(each.message_id for each in self.received)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Treat a message by the mood of the moment."""
        mood = self.mood
        if mood is Mood.SLOW:
            await asyncio.sleep(SLOW_S)
        if mood in (Mood.REFUSE, Mood.SILENT):
            self.refusals += 1
            while mood is Mood.SILENT and self.mood is Mood.SILENT:
                await asyncio.sleep(TICK_S)
            return "451 try again later"
        self._take(envelope)
        if mood is Mood.DROP and server.transport:
            server.transport.close()
        return "250 taken"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Say good-bye, at once or when the mood has changed."""
        while self.mood is Mood.HOLD_AFTER:
            await asyncio.sleep(TICK_S)
        return "221 bye"

    def _take(self, envelope: Envelope) -> None:
        content: Any = envelope.content
        message = email.message_from_bytes(content)
        with self._lock:
            self._received.append(Received(str(message["Message-ID"]), str(message["Subject"]), time.monotonic()))
