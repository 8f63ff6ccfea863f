"""The surveys that ship with the product, as documents."""

import json
from pathlib import Path
from typing import Any

BUILTIN_KEYS = ("support_experience", "pulse_5", "outcome_follow_up")
_FOLDER = Path(__file__).resolve().parent.parent / "builtin"


def builtin_document(key: str) -> dict[str, Any]:
    """Return the document of one survey that ships with the product; KeyError for any other key."""
    if key not in BUILTIN_KEYS:
        raise KeyError(key)
    document: dict[str, Any] = json.loads((_FOLDER / f"{key}.json").read_text(encoding="utf-8"))
    return document
