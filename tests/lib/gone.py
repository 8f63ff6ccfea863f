"""Redis addresses at which nobody answers: one that refuses, and one that takes the call and stays silent."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def refusing() -> Iterator[Path]:
    """Yield the path of a Unix socket that is not there."""
    with TemporaryDirectory(prefix="cx-") as folder:
        yield Path(folder) / "gone"


@contextmanager
def silent() -> Iterator[Path]:
    """Yield the path of a Unix socket that accepts connections and never says a word."""
    with TemporaryDirectory(prefix="cx-") as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/silent")
        listener.listen(64)
        yield Path(folder) / "silent"


WAYS = {"refusing": refusing, "silent": silent}
