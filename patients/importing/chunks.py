"""Rows at rest: some hundred at a time, packed and sealed with the vault key."""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from itertools import islice

from messaging.vault import open_sealed, seal
from patients.importing.reading import Line
from patients.models import Import, ImportChunk

ROWS = 500
_CHARACTERS = 4_000_000  # rows may be long: a chunk stays small all the same


def chunks_of(source: Import, lines: Iterable[Line]) -> Iterator[tuple[ImportChunk, int]]:
    """Yield unsaved chunks with the number of rows in each."""
    for number, rows in enumerate(_grouped(iter(lines))):
        chunk = ImportChunk(
            organization_id=source.organization_id,
            source=source,
            number=number,
            first_row=rows[0].number,
            sealed=_packed(rows),
        )
        yield chunk, len(rows)


def lines_of(chunk: ImportChunk) -> list[Line]:
    """Return the rows of a chunk. Raises VaultKeyMissing when no key opens it."""
    plain = zlib.decompress(b64decode(open_sealed(bytes(chunk.sealed))))
    return [Line(number, cells, problem) for number, cells, problem in json.loads(plain)]


def _packed(rows: list[Line]) -> bytes:
    plain = json.dumps([(row.number, row.cells, row.problem) for row in rows], ensure_ascii=False)
    return seal(b64encode(zlib.compress(plain.encode(), 1)).decode())


def _grouped(lines: Iterator[Line]) -> Iterator[list[Line]]:
    rows: list[Line] = []
    size = 0
    for line in lines:
        rows.append(line)
        size += sum(map(len, line.cells))
        if len(rows) >= ROWS or size >= _CHARACTERS:
            yield rows
            rows, size = [], 0
    if rows:
        yield rows


def first_lines(source: Import, count: int) -> list[Line]:
    """Return the first rows of an import, for its preview."""
    chunk = ImportChunk.objects.filter(source=source, number=0).first()
    return list(islice(lines_of(chunk), count)) if chunk else []
