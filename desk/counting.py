"""Counts that people see: exact while small, “500+” beyond, so that no page counts a million rows."""

CAP = 500


def capped(count: int) -> str:
    """Return a count in words: "" for none, "500+" beyond CAP."""
    if count > CAP:
        return f"{CAP}+"
    return str(count) if count else ""
