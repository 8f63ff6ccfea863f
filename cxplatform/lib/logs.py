"""What a log line may hold: ids, never words of or about a person."""

import re
from collections.abc import MutableMapping
from typing import Any

_TOKEN_IN_PATH = re.compile(r"/(s|go)/[A-Za-z0-9_-]{16,}")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_DROPPED = ("user_agent", "ip", "body", "answers", "text")


def ids_only(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop what could describe a person from a structlog event: link tokens, e-mail addresses, agents, addresses."""
    for key in _DROPPED:
        event.pop(key, None)
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _EMAIL.sub("<address>", _TOKEN_IN_PATH.sub(r"/\1/<token>", value))
    return event
