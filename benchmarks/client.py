"""A lean HTTP client, so that the load takes little of the processors that it measures."""

import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

TIMEOUT_S = 30
_END_OF_HEADERS = b"\r\n\r\n"
_LENGTH = b"content-length:"


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP response."""

    status: int
    headers: bytes
    body: bytes


class Browser:
    """One keep-alive connection to 127.0.0.1."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def get(self, path: str, *, headers: str = "") -> Answer:
        """Ask for a page. headers: whole lines, each ended by CR LF."""
        return self._ask(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode())

    def post(self, path: str, body: str) -> Answer:
        """Send a form."""
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return self._ask((head + body).encode())

    def close(self) -> None:
        """Hang up."""
        if self._socket:
            self._socket.close()
            self._socket = None

    def _ask(self, request: bytes) -> Answer:
        try:
            return self._exchange(request)
        except ConnectionError:  # a replaced worker closes its idle connections
            self.close()
            return self._exchange(request)

    def _exchange(self, request: bytes) -> Answer:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=TIMEOUT_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        received = b""
        while (end := received.find(_END_OF_HEADERS)) < 0:
            received += self._more()
        headers = received[:end]
        parts = [received[end + len(_END_OF_HEADERS) :]]
        missing = _content_length(headers) - len(parts[0])
        while missing > 0:
            parts.append(self._more())
            missing -= len(parts[-1])
        if b"connection: close" in headers.lower():
            self.close()
        return Answer(int(headers[9:12]), headers, b"".join(parts))

    def _more(self) -> bytes:
        assert self._socket is not None
        more = self._socket.recv(65536)
        if not more:
            raise ConnectionResetError
        return more


def _content_length(headers: bytes) -> int:
    lowered = headers.lower()
    at = lowered.find(_LENGTH)
    return int(lowered[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0


@dataclass
class Round:
    """What several clients measured in one round."""

    seconds: float = 0.0
    latencies_s: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Return how many a second."""
        return len(self.latencies_s) / self.seconds


def closed_loop(*, port: int, clients: int, seconds: float, act: Callable[[Browser], None]) -> Round:
    """Let each client do `act` again and again for some seconds; an exception in one ends the benchmark."""
    done = Round()
    begun = time.perf_counter()

    def work(browser: Browser) -> None:
        while (at := time.perf_counter()) < begun + seconds:
            act(browser)
            done.latencies_s.append(time.perf_counter() - at)

    _all_at_once(work, port=port, clients=clients)
    done.seconds = time.perf_counter() - begun
    return done


def open_loop(*, port: int, per_second: float, acts: Sequence[Callable[[Browser], None]], clients: int = 16) -> None:
    """Do each of `acts` at its time, `per_second` of them a second, whether or not earlier ones are done."""
    waiting = iter([*enumerate(acts)])
    begun = time.perf_counter()

    def work(browser: Browser) -> None:
        for number, act in waiting:  # the iterator of a list hands each item to one thread
            time.sleep(max(begun + number / per_second - time.perf_counter(), 0))
            act(browser)

    _all_at_once(work, port=port, clients=clients)


def _all_at_once(work: Callable[[Browser], None], *, port: int, clients: int) -> None:
    with ThreadPoolExecutor(clients) as pool:
        browsers = [Browser(port) for _ in range(clients)]
        for future in [pool.submit(work, each) for each in browsers]:
            future.result()
        for each in browsers:
            each.close()
