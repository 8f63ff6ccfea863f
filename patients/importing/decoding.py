"""Which letters the bytes of a file stand for."""

import codecs
from collections.abc import Iterable
from typing import BinaryIO

BLOCK = 256 * 1024
_BINARY = {
    b"PK\x03\x04": "This is an Excel workbook or an archive. Save the sheet as “CSV UTF-8” and upload that.",
    b"\xd0\xcf\x11\xe0": "This is an old Excel workbook. Save the sheet as “CSV UTF-8” and upload that.",
    b"%PDF": "This is a PDF. Export the rows as “CSV UTF-8” and upload that.",
    b"\x1f\x8b": "This file is compressed. Unpack it and upload the CSV file in it.",
}
_NOT_TEXT = "This is not a text file. Export the rows as “CSV UTF-8” and upload that."
_CONTROLS = frozenset(range(32)) - {0, 9, 10, 11, 12, 13, 26, 27}


class FileRefused(ValueError):
    """The file as a whole cannot be read; its message says what to do."""


def encoding_of(file: BinaryIO) -> str:
    """Return the codec of a file: UTF-8 (with or without its mark), UTF-16, else Windows-1252; reads it to its end.

    Raises FileRefused for what is no text.
    """
    head = file.read(BLOCK)
    for magic, words in _BINARY.items():
        if head.startswith(magic):
            raise FileRefused(words)
    if wide := _utf_16(head):
        return wide if _decodes(wide, _blocks(head, file)) else _refuse("UTF-16")
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig" if _decodes("utf-8-sig", _blocks(head, file)) else _refuse("UTF-8")
    if _decodes("utf-8", _blocks(head, file)):
        return "utf-8"
    if len(_CONTROLS & set(head)) > len(_CONTROLS) // 4:
        raise FileRefused(_NOT_TEXT)
    return "cp1252"


def _utf_16(head: bytes) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    some = head[:2000]
    even, odd = some[::2].count(0), some[1::2].count(0)
    if odd > len(some) * 0.3 and even < odd / 4:
        return "utf-16-le"
    return "utf-16-be" if even > len(some) * 0.3 and odd < even / 4 else ""


def _decodes(encoding: str, blocks: Iterable[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for block in blocks:
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _blocks(head: bytes, file: BinaryIO) -> Iterable[bytes]:
    yield head
    while block := file.read(BLOCK):
        yield block


def _refuse(name: str) -> str:
    raise FileRefused(f"The file says that it is {name}, but some bytes are not. Export it again as “CSV UTF-8”.")
