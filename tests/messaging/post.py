"""A real SMTP server for tests, which answers as it is told, and messages to send through it."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from messaging.models import Message
from messaging.services import queue_follow_up
from tests.conftest import T0, House


class Inbox:
    """What arrived, and what the server answers to a recipient (`rcpt`) and to the text (`data`)."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.rcpt = self.data = "250 OK"
        self.delay_s = 0.0

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        """Accept or refuse a recipient."""
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message when it is accepted."""
        await asyncio.sleep(self.delay_s)
        assert isinstance(envelope.content, bytes)
        if self.data.startswith("250"):
            self.received.append(message_from_bytes(envelope.content, policy=policy.default))
        return self.data

    @property
    def ids(self) -> list[str]:
        """Return the Message-IDs in the order of arrival."""
        return [str(message["Message-ID"]) for message in self.received]


@contextmanager
def smtp_server(settings: Any) -> Iterator[Inbox]:
    """Run the server and let Django's SMTP backend send to it."""
    inbox = Inbox()
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        send_to(settings, port=controller.port)
        yield inbox
    finally:
        controller.stop()


@contextmanager
def turned_away(greeting: str) -> Iterator[int]:
    """Run a server that greets every connection with a refusal; yield its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)

        def greet() -> None:
            with suppress(OSError):
                peer, _ = listener.accept()
                with peer:
                    peer.sendall(f"{greeting}\r\n".encode())
                    peer.recv(100)

        thread = Thread(target=greet)
        thread.start()
        yield int(listener.getsockname()[1])
        thread.join()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def send_to(settings: Any, *, port: int) -> None:
    """Let Django send by SMTP to a port of this machine."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 1


def queue_one(house: House, *, role: str = "agent", case_id: UUID | None = None) -> Message:
    """Queue one follow-up message to one member at T0."""
    with house.bound():
        queued = queue_follow_up(
            organization_id=house.organization.pk,
            members=[house.members[role]],
            pseudonym=house.patients[0].pseudonym,
            case_id=case_id or uuid4(),
            occasion=f"test:{uuid4()}",
            due_at=None,
            now=T0,
        )
        return Message.objects.get(pk=next(iter(queued.values())))
