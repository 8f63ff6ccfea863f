"""A first look at a document from outside: is it JSON at all, and of a bearable size? Takes bounded time."""

from collections.abc import Iterator

from surveys.conditions.checking import MAX_NUMBER, Problem, quoted

MAX_LEVELS = 24
MAX_VALUES = 20_000
MAX_CHARACTERS = 500_000
MAX_ITEMS = 200
MAX_KEY = 100


class _Refused(Exception):
    pass


def first_problem(document: object) -> Problem | None:
    """Return the first thing that makes `document` unfit to be looked at closely, or None.

    Refuses what is not JSON (other types, keys that are not text, infinite numbers), what Postgres cannot store (NUL,
    lone surrogates) and what is too deep, too wide or too long. Follows no more than MAX_VALUES values.
    """
    values = characters = 0
    waiting: list[tuple[str, object, int]] = [("", document, 1)]
    while waiting:
        pointer, value, level = waiting.pop()
        values += 1
        characters += len(value) if isinstance(value, str) else 0
        if values > MAX_VALUES or characters > MAX_CHARACTERS:
            return Problem("", "The document is too large.")
        try:
            waiting.extend((f"{pointer}/{key}", child, level + 1) for key, child in _children(value, level=level))
        except _Refused as refused:
            return Problem(pointer, str(refused))
    return None


def _children(value: object, *, level: int) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict | list):
        if level > MAX_LEVELS:
            raise _Refused(f"Nest values at most {MAX_LEVELS} levels deep.")
        if len(value) > MAX_ITEMS:
            raise _Refused(f"Use at most {MAX_ITEMS} items here.")
        return _members(value) if isinstance(value, dict) else ((str(i), item) for i, item in enumerate(value))
    _refuse_odd(value)
    return iter(())


def _members(value: dict[object, object]) -> Iterator[tuple[str, object]]:
    for key, item in value.items():
        if not isinstance(key, str) or len(key) > MAX_KEY:
            raise _Refused(f"Field names must be texts of at most {MAX_KEY} characters.")
        _refuse_odd(key)
        yield key.replace("~", "~0").replace("/", "~1"), item


def _refuse_odd(value: object) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise _Refused("Remove the characters that cannot be stored.")
    elif not isinstance(value, int | float):
        raise _Refused(f"{quoted(value)} is not a JSON value.")
    elif not -MAX_NUMBER <= value <= MAX_NUMBER:
        raise _Refused("This number is too large.")
