"""What stands in the way of publishing a survey, or should be looked at first, in sentences that say what to do."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error must be put right before publishing; a warning may be meant so."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found.

    pointer: a JSON pointer into the document; for an alert rule "/rules/<place in the list>". kind: `invalid`,
    `missing_words`, `untested_language`, `never_shown`, `never_holds`, `always_holds`, `never_answered`,
    `broken_rule` or `idle_rule`.
    """

    severity: Severity
    kind: str
    pointer: str
    message: str


def error(kind: str, pointer: str, message: str) -> Finding:
    """Return a finding that must be put right."""
    return Finding(Severity.ERROR, kind, pointer, message)


def warning(kind: str, pointer: str, message: str) -> Finding:
    """Return a finding that should be looked at."""
    return Finding(Severity.WARNING, kind, pointer, message)
