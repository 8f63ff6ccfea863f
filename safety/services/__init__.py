"""Verbs of the safety lane: take a text in, page, judge, check, set up, erase."""

from safety.services.erasing import erase_texts
from safety.services.intake import (
    report,
    take_case_text,
    take_inbound,
    take_patient_event,
    take_verbatim,
)
from safety.services.judging import (
    AlreadyJudged,
    Forwarding,
    ItemChanged,
    JudgementRefused,
    NotTrained,
    add_sponsor_number,
    check,
    forward,
    is_trained,
    judge_already_reported,
    judge_not_event,
    judge_possible,
)
from safety.services.paging import acknowledge, page
from safety.services.setting_up import change_setup, confirm_recipient, record_training

__all__ = [
    "AlreadyJudged",
    "Forwarding",
    "ItemChanged",
    "JudgementRefused",
    "NotTrained",
    "acknowledge",
    "add_sponsor_number",
    "change_setup",
    "check",
    "confirm_recipient",
    "erase_texts",
    "forward",
    "is_trained",
    "judge_already_reported",
    "judge_not_event",
    "judge_possible",
    "page",
    "record_training",
    "report",
    "take_case_text",
    "take_inbound",
    "take_patient_event",
    "take_verbatim",
]
