"""Pages with one gap for the form token: rendered once, compressed once, filled for every reader."""

import struct
import zlib
from functools import cached_property

GAP = "@@form-token@@"
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"


class Skeleton:
    """One page of HTML; filling its gap, gzipped or not, costs a few microseconds."""

    def __init__(self, html: str) -> None:
        before, _, after = html.partition(GAP)
        self._before, self._after = before.encode(), after.encode()

    def plain(self, token: str) -> bytes:
        """Return the page with `token` in the gap."""
        return b"".join((self._before, token.encode(), self._after))

    def gzipped(self, token: str) -> bytes:
        """Return the same as one gzip member. token: at most 65,535 bytes of ASCII.

        The parts around the gap are compressed once; the token goes between them as a stored block. So no part of the
        token is compressed together with anything else.
        Source: RFC 1951 (section 3.2.4) and RFC 1952.
        """
        gap = token.encode()
        crc = zlib.crc32(self._after, zlib.crc32(gap, self._crc_before))
        length = len(self._before) + len(gap) + len(self._after)
        return b"".join(
            (
                self._head,
                struct.pack("<BHH", 0, len(gap), len(gap) ^ 0xFFFF),
                gap,
                self._tail,
                struct.pack("<II", crc, length & 0xFFFFFFFF),
            )
        )

    @cached_property
    def _crc_before(self) -> int:
        return zlib.crc32(self._before)

    @cached_property
    def _head(self) -> bytes:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        # A full flush ends on a whole byte, where a stored block may begin.
        return _GZIP_HEAD + packer.compress(self._before) + packer.flush(zlib.Z_FULL_FLUSH)

    @cached_property
    def _tail(self) -> bytes:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        return packer.compress(self._after) + packer.flush()
