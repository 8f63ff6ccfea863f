"""The contact vault, messages with their delivery state, stops, inbound messages, and the links of staff messages."""

from messaging.models.address import Address, Channel, GoLink, Reveal
from messaging.models.message import BACK_OFF, LEASE, Attempt, FieldNotAllowed, Message, Purpose
from messaging.models.stop import Inbound, Stop, SurveyContact, Wording

__all__ = [
    "BACK_OFF",
    "LEASE",
    "Address",
    "Attempt",
    "Channel",
    "FieldNotAllowed",
    "GoLink",
    "Inbound",
    "Message",
    "Purpose",
    "Reveal",
    "Stop",
    "SurveyContact",
    "Wording",
]
