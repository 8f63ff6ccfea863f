"""What the screening looks for, English and Spanish: our own lists in `words/`, tuned to find rather than to be right.

One entry is one or more words. A word may end in * (any ending) and hold alternatives (a|b). Between the words of an
entry up to two others may stand, none when it begins with =. All is written small and without accents; texts are folded
in the same way.
"""

from pathlib import Path

CRISIS = "crisis"
DANGER = "danger"
PRODUCT = "product"

# How much each kind of finding adds to the rank, in points; what is found twice counts once.
WEIGHTS = {
    CRISIS: 200,
    DANGER: 180,
    "death": 60,
    "hospital": 50,
    "pregnancy": 40,
    "overdose": 40,
    "reaction": 30,
    "symptom": 30,
    "mind": 30,
    "error": 25,
    "quality": 25,
    "no_effect": 25,
    "since": 20,
    "worse": 20,
    "stopped": 15,
    PRODUCT: 5,
}

LABELS = {
    CRISIS: "Self-harm",
    DANGER: "Danger",
    "death": "Death",
    "hospital": "Hospital",
    "pregnancy": "Pregnancy or breastfeeding",
    "overdose": "Overdose",
    "reaction": "Reaction",
    "symptom": "Symptom",
    "mind": "State of mind",
    "error": "Medication error",
    "quality": "Product quality",
    "no_effect": "Lack of effect",
    "since": "Since the medicine",
    "worse": "Getting worse",
    "stopped": "Stopped or skipped",
    PRODUCT: "Product name",
}

_WORDS = Path(__file__).parent / "words"


def _read(name: str) -> str:
    return (_WORDS / f"{name}.txt").read_text(encoding="utf-8")


# Entries of each kind of finding, one text of lines and commas each.
ENTRIES = {term: _read(term) for term in WEIGHTS if term != PRODUCT}
# Words of every day that are one letter away from an entry; they are never taken for a slip of the finger.
PLAIN = frozenset(_read("_plain").split())
# What takes a finding back when it stands before it in the same sentence.
NEGATORS = frozenset(_read("_negators").split())
# Words after which it no longer does: "never had such pain", "not sure whether", "did not stop the".
UNDOING = frozenset(_read("_undoing").split())
# Words that stand in nearly every text: an entry is looked up by another of its words where it has one.
COMMON = frozenset(_read("_common").split())
