"""An upload on its way: never in clear on a disk, and never whole in memory."""

import io
import struct
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from cryptography.fernet import Fernet
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

LARGEST = 400 * 1024 * 1024
_IN_MEMORY = 1024 * 1024
_LENGTH = struct.Struct(">I")


class SealedSpool:
    """Bytes in a temporary file, encrypted with a key that only this object knows; read as often as wanted."""

    def __init__(self) -> None:
        self._fernet = Fernet(Fernet.generate_key())
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - it goes with this object
        self.size = 0

    def write(self, block: bytes) -> None:
        """Seal and keep one block."""
        if not block:
            return
        sealed = self._fernet.encrypt(block)
        self._file.write(_LENGTH.pack(len(sealed)) + sealed)
        self.size += len(block)

    def reopen(self) -> BinaryIO:
        """Return the bytes from their beginning; one reader at a time."""
        self._file.seek(0)
        return cast("BinaryIO", io.BufferedReader(_Blocks(self._blocks())))

    def close(self) -> None:
        """Remove the file."""
        self._file.close()

    def _blocks(self) -> Iterator[bytes]:
        while head := self._file.read(_LENGTH.size):
            yield self._fernet.decrypt(self._file.read(_LENGTH.unpack(head)[0]))


class SealingHandler(FileUploadHandler):
    """Take an uploaded file straight into a SealedSpool; what comes above LARGEST is let pass and forgotten."""

    chunk_size = 256 * 1024

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_too_large = False
        self.spool: SealedSpool | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self.spool = SealedSpool()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep one block of it."""
        assert self.spool is not None
        if start + len(raw_data) > LARGEST:
            self.is_too_large = True
            self.spool.close()
            raise StopUpload(connection_reset=False)
        self.spool.write(raw_data)

    def upload_interrupted(self) -> None:
        """Forget a file that did not arrive whole."""
        if self.spool is not None:
            self.spool.close()

    def file_complete(self, file_size: int) -> "UploadedFile[Any]":
        """Give the spool in the place of a file."""
        return UploadedFile(cast("Any", self.spool), self.file_name, self.content_type, file_size, self.charset)


class _Blocks(io.RawIOBase):
    """A stream of blocks."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self.blocks = blocks
        self.left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.left = self.left or next(self.blocks, b"")
        taken = self.left[: len(buffer)]
        buffer[: len(taken)] = taken
        self.left = self.left[len(taken) :]
        return len(taken)
