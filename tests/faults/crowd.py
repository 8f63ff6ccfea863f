"""Patients who answer survey links over HTTP, as many browsers do, and remember what they were told."""

import http.client
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.faults.world import Link

TIMEOUT_S = 30
PAUSE_BEFORE_RETRY_S = 0.3
UNPREPARED_EVERY = 3
_TOKEN = re.compile(r'name="_form" value="([^"]+)"')
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass
class Visit:
    """One patient with one link: what was answered, and whether the server said that it is stored."""

    link: Link
    prepared: str
    acknowledged_at: float | None = None
    """Seconds of time.monotonic(); None until the server said so."""

    @property
    def words(self) -> str:
        """Return the open text, different for every visit."""
        return f"In my own words: {self.link.invitation_id}"

    def form(self, token: str) -> str:
        """Return the body of the whole submission."""
        steps = {f"step_{n}": "usually" for n in range(1, 13)}
        return urlencode({"_form": token, "prepared": self.prepared, **steps, "recommend": "9", "words": self.words})


@dataclass
class Crowd:
    """What the patients of one run saw; appended to by several threads."""

    visits: list[Visit] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    """How often each HTTP status came back; 0 = no answer."""
    posts: list[tuple[float, float]] = field(default_factory=list)
    """When each POST was sent (seconds of time.monotonic()) and the seconds until it was answered."""
    unkind: list[str] = field(default_factory=list)
    """The beginnings of answers above 499 that tell the patient nothing useful."""

    @property
    def acknowledged(self) -> list[Visit]:
        """Return the visits whose answers the server confirmed."""
        return [visit for visit in self.visits if visit.acknowledged_at is not None]

    def post_s(self, *, begin: float = 0, end: float = float("inf")) -> list[float]:
        """Return the seconds that POSTs took, of those sent between two instants."""
        return [seconds for at, seconds in self.posts if begin <= at < end]

    def answer(self, visit: Visit, connection: http.client.HTTPConnection) -> bool:
        """Open the link and submit everything; return whether the server said that it is stored."""
        path = f"/s/{visit.link.token}/"
        status, html, _ = self._ask(connection, "GET", path)
        token = _TOKEN.search(html)
        if status == http.HTTPStatus.OK and token:
            begun = time.monotonic()
            status, _, location = self._ask(connection, "POST", path, visit.form(token[1]))
            self.posts.append((begun, time.monotonic() - begun))
            if status == http.HTTPStatus.SEE_OTHER and "done=1" in location:
                visit.acknowledged_at = time.monotonic()
        elif status == http.HTTPStatus.OK:  # "already answered": an earlier try got through, its answer did not
            visit.acknowledged_at = time.monotonic()
        return visit.acknowledged_at is not None

    def _ask(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: str | None = None
    ) -> tuple[int, str, str]:
        try:
            connection.request(method, path, body, _FORM if body else {})
            answer = connection.getresponse()
            html = answer.read().decode()
        except (OSError, http.client.HTTPException):
            connection.close()
            self.statuses[0] += 1
            return 0, "", ""
        self.statuses[answer.status] += 1
        if answer.status >= http.HTTPStatus.INTERNAL_SERVER_ERROR and not is_kind(answer.status, html):
            self.unkind.append(f"{answer.status}: {html[:2000]}")
        return answer.status, html, answer.headers.get("Location", "")


def is_kind(status: int, html: str) -> bool:
    """Tell whether a failure is a page that says, in the survey's own frame, to try again soon."""
    return status == http.HTTPStatus.SERVICE_UNAVAILABLE and "<h1" in html and "again" in html


def percentile(seconds: Sequence[float], wanted: float) -> float:
    """Return a percentile (0..100) of at least one value, by nearest rank."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * wanted / 100))]


def visits_of(links: Sequence[Link], *, unprepared_every: int = UNPREPARED_EVERY) -> list[Visit]:
    """Return one visit per link; every so manieth says that they are not prepared, which raises an alert."""
    return [Visit(link, "no" if n % unprepared_every == 0 else "yes") for n, link in enumerate(links)]


@contextmanager
def answering(*, port: int, visits: Sequence[Visit], per_second: float, threads: int = 8) -> Iterator[Crowd]:
    """Let a crowd answer, `per_second` new patients a second while the block runs; then let all finish.

    Who is refused tries again until told that the answers are stored, at most TIMEOUT_S after the block.
    On leaving, `visits` of the crowd are those that came.
    """
    crowd = Crowd()
    stop = threading.Event()
    take = _taker(crowd, visits, per_second=per_second, stop=stop)
    pool = [threading.Thread(target=_come_and_answer, args=(crowd, port, take, stop)) for _ in range(threads)]
    for each in pool:
        each.start()
    try:
        yield crowd
    finally:
        stop.set()
        for each in pool:
            each.join()


def _taker(
    crowd: Crowd, visits: Sequence[Visit], *, per_second: float, stop: threading.Event
) -> Callable[[], Visit | None]:
    waiting = enumerate(visits)
    lock = threading.Lock()
    begun = time.monotonic()

    def take() -> Visit | None:
        with lock:
            number, visit = next(waiting, (0, None))
            if visit is None or stop.is_set():
                return None
            if stop.wait(max(begun + number / per_second - time.monotonic(), 0)):
                return None
            crowd.visits.append(visit)
            return visit

    return take


def _come_and_answer(crowd: Crowd, port: int, take: Callable[[], Visit | None], stop: threading.Event) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    while visit := take():
        patience = None
        while not crowd.answer(visit, connection):
            if stop.is_set():
                patience = patience or time.monotonic() + TIMEOUT_S
                if time.monotonic() > patience:
                    break
            time.sleep(PAUSE_BEFORE_RETRY_S)
    connection.close()
