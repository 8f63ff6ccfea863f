"""Verbs over cases together with patients, partners, messages and surveys."""

from caseloop.services.assigning import LEADS, WORKERS, assign, assignees, move_each, take_next
from caseloop.services.ending import QUIET, close, close_if_quiet, end_without_action, reopen, resolve
from caseloop.services.leaving import note_left
from caseloop.services.opening import has_current_case, note_changed_answer, open_case
from caseloop.services.partners import answer_for_partner, ask_partner
from caseloop.services.policy import set_clocks
from caseloop.services.revealing import reveal_contact
from caseloop.services.texts import erase_texts, save_draft
from caseloop.services.verifying import hear_back

__all__ = [
    "LEADS",
    "QUIET",
    "WORKERS",
    "answer_for_partner",
    "ask_partner",
    "assign",
    "assignees",
    "close",
    "close_if_quiet",
    "end_without_action",
    "erase_texts",
    "has_current_case",
    "hear_back",
    "move_each",
    "note_changed_answer",
    "note_left",
    "open_case",
    "reopen",
    "resolve",
    "reveal_contact",
    "save_draft",
    "set_clocks",
    "take_next",
]
