"""Invitations: planned by journeys, lists and members; each step asks every gate before anything goes out."""

from surveys.invitations.bounces import try_next_channel
from surveys.invitations.calls import CallOver, answered, declined, not_reached, start_call
from surveys.invitations.gates import Way, cap_reached, look, way_to_call, way_to_write
from surveys.invitations.journeys import plan_touchpoint
from surveys.invitations.mailings import cancel, invite_chunk, patients_of, send_to_list
from surveys.invitations.outcome import ask_outcome, revoke_outcome
from surveys.invitations.sending import (
    InvitationOver,
    NotSendable,
    SentJustNow,
    draft,
    invite,
    resend,
    revoke,
)
from surveys.invitations.steps import take_step

__all__ = [
    "CallOver",
    "InvitationOver",
    "NotSendable",
    "SentJustNow",
    "Way",
    "answered",
    "ask_outcome",
    "cancel",
    "cap_reached",
    "declined",
    "draft",
    "invite",
    "invite_chunk",
    "look",
    "not_reached",
    "patients_of",
    "plan_touchpoint",
    "resend",
    "revoke",
    "revoke_outcome",
    "send_to_list",
    "start_call",
    "take_step",
    "try_next_channel",
    "way_to_call",
    "way_to_write",
]
