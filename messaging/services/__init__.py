"""Verbs of the post office: queue, deliver, stop, keep, reveal, take in what comes back."""

from messaging.services.caps import count_survey_contact
from messaging.services.delivery import deliver, try_again
from messaging.services.inbound import take_inbound
from messaging.services.receipts import note_bounce, note_complaint, note_unsubscribed, unsubscribe
from messaging.services.respondents import (
    AddressStopped,
    NoAddress,
    Unreachable,
    drop_messages,
    queue_to_respondent,
    usable_channels,
)
from messaging.services.staff import queue_follow_up, queue_test, queue_welcome
from messaging.services.stops import lift_stops, stop_address, stop_owner, stops_of
from messaging.services.vault import addresses_of, erase_addresses, erase_texts, keep_address, reveal, revealed
from messaging.services.wording import keep_wording, use_built_in_wording

__all__ = [
    "AddressStopped",
    "NoAddress",
    "Unreachable",
    "addresses_of",
    "count_survey_contact",
    "deliver",
    "drop_messages",
    "erase_addresses",
    "erase_texts",
    "keep_address",
    "keep_wording",
    "lift_stops",
    "note_bounce",
    "note_complaint",
    "note_unsubscribed",
    "queue_follow_up",
    "queue_test",
    "queue_to_respondent",
    "queue_welcome",
    "reveal",
    "revealed",
    "stop_address",
    "stop_owner",
    "stops_of",
    "take_inbound",
    "try_again",
    "unsubscribe",
    "usable_channels",
    "use_built_in_wording",
]
