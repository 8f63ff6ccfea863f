"""Rows as CSV, line by line, for programs that open them as sheets."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """A file that gives back what is written."""

    def write(self, line: str) -> str:
        return line


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield lines of CSV, the mark of UTF-8 first, so that sheets show accents right.

    What a sheet would take for a formula gets an apostrophe before it.
    Source: OWASP, CSV Injection.
    """
    write = csv.writer(_Echo()).writerow
    yield "\ufeff" + str(write(header))
    for row in rows:
        yield str(write([harmless(cell) for cell in row]))


def harmless(cell: Any) -> str:
    """Return a cell as text that no sheet runs."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULAS) else text
