"""A real Redis-protocol server on a Unix socket. It keeps nothing on disk: the product may lose it at any moment."""

import socket

from cxplatform.devstack.binaries import server_user, valkey_server
from cxplatform.devstack.errors import DevstackError
from cxplatform.devstack.places import Place
from cxplatform.devstack.processes import Program, wait_until

START_S = 20


class Valkey(Program):
    """One Redis-protocol server; `kill` and `start` also empty it."""

    def __init__(self, *, where: Place) -> None:
        """Describe the server; nothing is started yet."""
        self.socket = where.run / "s"
        super().__init__(
            name="valkey",
            command=[
                *(valkey_server(), "--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"),
                *("--save", "", "--appendonly", "no", "--dir", where.run, "--set-proc-title", "no"),
            ],
            env={"PATH": "/usr/bin:/bin"},
            folder=where.folder,
            user=server_user(),
        )

    @property
    def broker_url(self) -> str:
        """The URL by which Celery reaches it."""
        return f"redis+socket://{self.socket}?virtual_host=0"

    @property
    def cache_url(self) -> str:
        """The URL by which redis-py, and with it Django's cache, reaches it."""
        return f"unix://{self.socket}?db=2"

    def start(self) -> None:
        """Start the server and return when it answers. Raises DevstackError with its last words when it does not."""
        super().start()
        if not wait_until(self._is_up, timeout_s=START_S):
            raise DevstackError(f"Valkey did not start; its log {self.log} ends with:\n{self.last_words()}")

    def _is_up(self) -> bool:
        try:
            return self._ask("PING") == "+PONG"
        except OSError:
            return False

    def wipe(self) -> None:
        """Lose everything: every queue, every cached value."""
        if self._ask("FLUSHALL") != "+OK":
            raise DevstackError("Valkey did not empty itself.")

    def _ask(self, command: str) -> str:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(str(self.socket))
            connection.sendall(f"{command}\r\n".encode())
            return connection.recv(256).decode().strip()
