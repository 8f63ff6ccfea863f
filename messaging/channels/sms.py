"""Handing a text message to the backend that SMS_BACKEND names."""

from dataclasses import dataclass
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from messaging.channels.outcome import Outcome
from messaging.models import Message


@dataclass(frozen=True, slots=True)
class Text:
    """One text message. to: a number in the form of E.164. callback: where its fate may be reported."""

    to: str
    body: str
    callback: str = ""


class SmsBackend(Protocol):
    """What carries text messages: constructed without arguments for each message."""

    def send(self, text: Text) -> Outcome:
        """Hand over one text message, with a timeout on every call; may raise, which counts as a passing fault."""


def send(text: Text) -> Outcome:
    """Try to hand over one text message; never raises."""
    if not text.to:
        return Outcome(Message.State.FAILED, "not a telephone number", is_dead=True)
    try:
        backend: SmsBackend = import_string(settings.SMS_BACKEND)()
        return backend.send(text)
    except Exception as error:  # a fault of ours or of the way: the row stays due, and the fault is shown
        return Outcome(Message.State.QUEUED, type(error).__name__)
