"""What was found in a file or done with it, in words for pages and commands."""

from dataclasses import dataclass

from patients.models import Import

_FAULTS = {
    "missing": "Something is missing",
    "looks_like_identity": "Id that names a person",
    "bad_text": "Text too long or not plain",
    "not_text": "Characters of no text",
    "bad_letters": "Letters that cannot be read",
    "too_many_columns": "More cells than columns",
    "cell_too_long": "Cell too long, or open quote",
    "stray_quote": "Quote that stands alone",
    "line_too_long": "Line too long",
    "header_again": "Header repeated",
    "not_utf8": "Not in UTF-8",
    "not_a_flag": "Neither yes nor no",
    "unknown_zone": "Unknown time zone",
    "unknown_language": "Unknown language",
    "unknown_stage": "Unknown stage",
    "unknown_touchpoint": "Unknown touchpoint",
    "unknown_respondent": "Unknown who answers",
    "unknown_channel": "Unknown channel",
    "unknown_pseudonym": "Pseudonym not known",
    "bad_pseudonym": "Pseudonym mistyped",
    "other_patient": "Id and pseudonym disagree",
    "other_program": "Patient of another program",
    "impossible_date": "Date or hour that never was",
    "ambiguous_date": "Date that is read in two ways",
    "not_a_date": "Not a date",
    "in_the_future": "In the future",
    "repeated_hour": "Hour that came twice",
    "bad_consent": "Consent not understood",
    "bad_email": "Not an e-mail address",
    "bad_phone": "Not a telephone number",
    "void_unknown": "Nothing to take back",
    "event_conflict": "Event id used for another event",
    "duplicate_row": "Duplicate row",
    "same_patient": "Same patient again",
    "known_patient": "Known already",
    "known_event": "Event known already",
    "out_of_order": "Out of order",
    "too_late": "Too old to invite",
    "no_touchpoint": "Time without a touchpoint",
    "not_kept": "Contact details not kept",
    "has_left": "Patient has left",
    "consent_undated": "Consent without a date",
    "kept": "Stays",
}


@dataclass(frozen=True, slots=True)
class Group:
    """How often one fault was found."""

    label: str
    count: int


def grouped(source: Import) -> list[Group]:
    """Return how often each fault was found, the most frequent first."""
    codes: dict[str, int] = source.counts.get("codes", {})
    found = [Group(_FAULTS.get(code, code), count) for code, count in codes.items()]
    return sorted(found, key=lambda group: (-group.count, group.label))


def counted(source: Import) -> list[tuple[str, int]]:
    """Return what was found in a file or done with it: words and counts, without what did not occur."""
    counts = source.counts
    is_over = source.state in (Import.State.UNDONE, Import.State.UNDOING)
    undone = [("Patients removed", "removed"), ("Patients who stay", "kept"), ("Events taken back", "taken_back")]
    words = [
        ("Rows", "rows"),
        ("Rows left out", "left_out"),
        ("Duplicate rows", "duplicates"),
        ("New patients", "patients"),
        ("Rows of known patients", "known"),
        ("Touchpoints", "touchpoints"),
        ("of these history", "backfill"),
        ("Taken back", "voided"),
        ("Consents", "consents"),
        ("Contact details", "addresses"),
    ]
    return [(label, counts[key]) for label, key in (undone if is_over else words) if counts.get(key)]
