"""Respondents with addresses, messages to them, and a provider of text messages that answers as it is told."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode
from uuid import UUID, uuid4

import time_machine
from django.test import Client

from messaging.channels.outcome import Outcome
from messaging.channels.sms import Text
from messaging.models import Message, Stop
from messaging.services import deliver, keep_address, queue_to_respondent
from tests.conftest import T0, House

NUMBER, MAIL = "+13125550142", "ann@example.org"
TOKEN = "a-token-of-the-account"
VALUES = {"sms": NUMBER, "email": MAIL}


class Pocket:
    """A backend of text messages that keeps what it is given, and answers what it was told."""

    sent: list[Text] = []
    answer: Outcome | None = None

    def send(self, text: Text) -> Outcome:
        """Keep it."""
        Pocket.sent.append(text)
        return Pocket.answer or Outcome(Message.State.SENT, provider_id=f"SM{uuid4().hex}")


def use_pocket(settings: Any) -> type[Pocket]:
    """Let texts go to an empty pocket, and mail to Django's outbox."""
    Pocket.sent, Pocket.answer = [], None
    settings.SMS_BACKEND = "tests.messaging.people.Pocket"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return Pocket


def someone(house: House, *, sms: str = NUMBER, email: str = MAIL, partner: str = "") -> UUID:
    """Put the addresses of somebody new into the vault and return the id."""
    owner, code = uuid4(), partner or next(iter(house.partners))
    with house.bound():
        for channel, value in (("sms", sms), ("email", email)):
            if value:
                keep_address(
                    organization_id=house.organization.pk,
                    partner_id=house.partners[code].pk,
                    owner_id=owner,
                    channel=channel,
                    value=value,
                    now=T0,
                )
    return owner


def write_to(house: House, owner: UUID, **over: Any) -> Message:
    """Queue an invitation to somebody."""
    fields: dict[str, Any] = {
        "program": house.program,
        "partner_id": next(iter(house.partners.values())).pk,
        "owner_id": owner,
        "channel": "sms",
        "purpose": "survey",
        "template": "invitation",
        "language": "en",
        "time_zone": "America/New_York",
        "about_id": uuid4(),
        "occasion": f"test:{uuid4()}",
        "now": T0,
    }
    with house.bound():
        return queue_to_respondent(**{**fields, **over})


def send(house: House, message: Message, *, at: datetime = T0) -> str:
    """Deliver at a moment."""
    with time_machine.travel(at, tick=False):
        return deliver(organization_id=house.organization.pk, message_id=message.pk)


def again(house: House, message: Message) -> Message:
    """Return the row as it is now."""
    with house.bound():
        return Message.objects.get(pk=message.pk)


def stops(house: House) -> list[tuple[str, str]]:
    """Return channel and reason of the standing stops of a house."""
    with house.bound():
        return sorted(Stop.objects.standing().values_list("channel", "reason"))


def sign(url: str, form: dict[str, str], *, token: str = TOKEN) -> str:
    """Return the provider's signature, worked out by itself."""
    text = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def text_us(text: str, *, number: str = NUMBER, sid: str = "", at: datetime = T0, **over: str) -> Any:
    """Let the provider report a text message; return the response."""
    form = {"From": number, "To": "+18335550100", "Body": text, "MessageSid": sid or f"SM{uuid4().hex}", **over}
    return call_hook("/hooks/sms/inbound", form, at=at)


def call_hook(path: str, form: dict[str, str], *, at: datetime = T0, token: str = TOKEN) -> Any:
    """Post a signed form to a webhook."""
    signature = sign(f"http://127.0.0.1:8000{path}", form, token=token)
    with time_machine.travel(at, tick=False):
        return Client().post(
            path,
            data=urlencode(form),
            content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": signature},
        )


@contextmanager
def provider(settings: Any, *, status: int = 201, body: Any = None) -> Iterator[list[dict[str, list[str]]]]:
    """Run a server that answers as Twilio does, let texts go there, and yield the forms that arrive."""
    arrived: list[dict[str, list[str]]] = []

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            arrived.append({**form, "_path": [self.path], "_auth": [self.headers["Authorization"]]})
            said = json.dumps({"sid": "SM1234"} if body is None else body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    settings.SMS_BACKEND = "messaging.channels.twilio.TwilioBackend"
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.TWILIO_FROM = "AC1", TOKEN, "+18335550100"
    settings.TWILIO_API_URL = f"http://127.0.0.1:{server.server_port}"
    try:
        yield arrived
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
