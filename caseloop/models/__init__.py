"""Cases, their concerns, their clocks and their history."""

from caseloop.models.case import Case
from caseloop.models.concern import Concern, Disposition
from caseloop.models.conflict import (
    AlreadyTaken,
    CaseChanged,
    CaseConflict,
    CaseNotOpen,
    ConcernsUnsettled,
    ContactNotWished,
    NotAllowedNow,
    NotYours,
)
from caseloop.models.event import CaseEvent, CaseText, Draft, PartnerTask
from caseloop.models.policy import CaseCounter, ClockPolicy

__all__ = [
    "AlreadyTaken",
    "Case",
    "CaseChanged",
    "CaseConflict",
    "CaseCounter",
    "CaseEvent",
    "CaseNotOpen",
    "CaseText",
    "ClockPolicy",
    "Concern",
    "ConcernsUnsettled",
    "ContactNotWished",
    "Disposition",
    "Draft",
    "NotAllowedNow",
    "NotYours",
    "PartnerTask",
]
