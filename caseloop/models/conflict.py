"""What can stand in the way of a move; the words are shown to people."""


class CaseConflict(Exception):
    """A move that the case, as it is now, does not allow; the text says why and what to do."""


class CaseNotOpen(CaseConflict):
    """The case is resolved or ended, so there is no work to log on it."""


class CaseChanged(CaseConflict):
    """Somebody else moved the case since the page was shown."""


class AlreadyTaken(CaseConflict):
    """Another member took the case first."""


class ConcernsUnsettled(CaseConflict):
    """A case is resolved only when every concern in it has a root cause, an action and an outcome."""


class NotAllowedNow(CaseConflict):
    """The case is not in a status from which this move leads anywhere."""


class NotYours(CaseConflict):
    """The case belongs to somebody else, and only a supervisor may give it away."""


class ContactNotWished(CaseConflict):
    """The patient asked not to be contacted; only a supervisor may, with a reason."""
