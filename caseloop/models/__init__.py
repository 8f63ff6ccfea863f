"""Cases, their concerns, their clocks and their history."""

from caseloop.models.case import (
    AlreadyTaken,
    Case,
    CaseChanged,
    CaseConflict,
    CaseNotOpen,
    ConcernsUnsettled,
    NotAllowedNow,
)
from caseloop.models.concern import Concern, Disposition
from caseloop.models.event import CaseEvent, Draft
from caseloop.models.policy import CaseCounter, ClockPolicy

__all__ = [
    "AlreadyTaken",
    "Case",
    "CaseChanged",
    "CaseConflict",
    "CaseCounter",
    "CaseEvent",
    "CaseNotOpen",
    "ClockPolicy",
    "Concern",
    "ConcernsUnsettled",
    "Disposition",
    "Draft",
    "NotAllowedNow",
]
