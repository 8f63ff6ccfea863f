"""From the bytes of a file to its header and its rows; nothing is kept in memory but the row at hand."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

from patients.importing.columns import unique_names
from patients.importing.decoding import FileRefused, encoding_of

LONGEST_LINE = 1_000_000
LONGEST_CELL = 131_072  # where the csv module of Python stops
MOST_COLUMNS = 200
_DELIMITERS = ",;\t|"

Cells = list[str]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file: the line where it begins, counted from 1, and its cells, or the code of what is wrong."""

    number: int
    cells: Cells
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """An opened file: the names of its columns, the codec of its bytes, and its rows, to be read once."""

    header: list[str]
    encoding: str
    rows: Iterator[Line]


@contextmanager
def open_table(reopen: Callable[[], BinaryIO]) -> Iterator[Table]:
    """Read the header of a file, and give it with its rows, which are read while they are asked for.

    reopen: returns the file from its beginning; called twice, because its encoding is known at its end only.
    Raises FileRefused when there is nothing to read in it.
    """
    with closing(reopen()) as file:
        encoding = encoding_of(file)
    with io.TextIOWrapper(reopen(), encoding=encoding, errors="replace", newline="") as text:
        lines = _Lines(text)
        rows = _rows(lines, _delimiter(lines.first))
        header = next((row for row in rows if any(cell.strip() for cell in row.cells) or row.problem), None)
        if header is None:
            raise FileRefused("The file is empty. Choose a CSV file with a header row, and rows below it.")
        _refuse_header(header)
        rows = _without_empty(rows, header.cells)
        first = next(rows, None)
        if first is None:
            raise FileRefused("The file holds a header and no rows. Add rows below the header and upload it again.")
        yield Table(unique_names(header.cells), encoding, chain([first], rows))


class _Lines:
    """The lines of a text; one that has no end is cut, and remembered."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.text = text
        self.too_long = False
        self.first = self._read()
        self.waiting: str | None = self.first

    def __iter__(self) -> Iterator[str]:
        while line := (self.waiting if self.waiting is not None else self._read()):
            self.waiting = None
            yield line

    def _read(self) -> str:
        line = self.text.readline(LONGEST_LINE)
        if len(line) < LONGEST_LINE or line.endswith(("\n", "\r")):
            return line
        while (rest := self.text.readline(LONGEST_LINE)) and not rest.endswith(("\n", "\r")):
            pass
        self.too_long = True
        return "\n"


def _rows(lines: _Lines, delimiter: str) -> Iterator[Line]:
    # Strictly: what follows a quote that is never closed would become one cell, and all its people would be gone.
    reader = csv.reader(iter(lines), delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            cells, problem = next(reader), ""
        except StopIteration:
            return
        except csv.Error as error:  # the next line is read as if nothing had happened
            cells, problem = [], "cell_too_long" if "field larger" in str(error) else "stray_quote"
        if lines.too_long:
            cells, problem, lines.too_long = [], "line_too_long", False
        yield Line(number, cells, problem)


def _without_empty(rows: Iterator[Line], header: Cells) -> Iterator[Line]:
    for row in rows:
        if row.cells == header and not row.problem:
            yield Line(row.number, [], "header_again")
        elif row.problem or any(cell and not cell.isspace() for cell in row.cells):
            yield row


def _delimiter(line: str) -> str:
    outside = "".join(line.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _refuse_header(header: Line) -> None:
    if header.problem:
        raise FileRefused("The first line is far too long for a header. Check that the file is a CSV file with rows.")
    if len(header.cells) > MOST_COLUMNS:
        raise FileRefused(f"The file has more than {MOST_COLUMNS} columns. Remove those that are not needed.")
    if any("\0" in cell for cell in header.cells):
        raise FileRefused("The header holds characters of no text. Export the rows again as “CSV UTF-8”.")
