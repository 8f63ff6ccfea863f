"""Verbs over patients: enrol, touchpoints, consent, contact status, holds, merging."""

from patients.services.consent import (
    WISHED_AWAY,
    consented_channels,
    in_force,
    record_consent,
    take_back_consent,
    wish_no_contact,
)
from patients.services.enrolment import ProgramSwitchedOff, enrol, issue_pseudonym
from patients.services.holds import is_held, lift_hold, place_hold
from patients.services.identity import LooksLikeIdentity, check_external_id
from patients.services.merging import CannotMerge, merge
from patients.services.people import (
    OtherPartner,
    add_caregiver,
    allow_messages,
    answer_for,
    change_details,
    everybody_for,
    keep_contact,
    locked,
    note,
    respondents_for,
    save_person,
)
from patients.services.status import AdultDateMissing, change_status
from patients.services.touchpoints import STAGE_AFTER, TouchpointConflict, note_touchpoint, void_touchpoint

__all__ = [
    "STAGE_AFTER",
    "WISHED_AWAY",
    "AdultDateMissing",
    "CannotMerge",
    "LooksLikeIdentity",
    "OtherPartner",
    "ProgramSwitchedOff",
    "TouchpointConflict",
    "add_caregiver",
    "allow_messages",
    "answer_for",
    "change_details",
    "change_status",
    "check_external_id",
    "consented_channels",
    "enrol",
    "everybody_for",
    "in_force",
    "is_held",
    "issue_pseudonym",
    "keep_contact",
    "lift_hold",
    "locked",
    "merge",
    "note",
    "note_touchpoint",
    "place_hold",
    "record_consent",
    "respondents_for",
    "save_person",
    "take_back_consent",
    "void_touchpoint",
    "wish_no_contact",
]
