"""From a submitted answer to the alert e-mail that the mail server has taken, against the bare chain."""

import threading
import time
from collections.abc import Callable
from uuid import uuid4

from benchmarks.client import Browser, open_loop
from benchmarks.results import Goal, Result
from benchmarks.stage import drain, submit, submit_bare
from cxplatform.devstack.processes import wait_until
from tests.faults.crowd import percentile
from tests.faults.world import Link, World

PER_SECOND = 50
ALERTING_EVERY = 5
_PATIENTS = """
    SELECT m.id::text, a.patient_id::text FROM alerts_alert a
    JOIN alerts_notice n ON n.alert_id = a.id JOIN alerts_noticemessage l ON l.notice_id = n.id
    JOIN messaging_message m ON m.id = l.message_id"""


class Starts:
    """When each submission that leads to an e-mail was sent off."""

    def __init__(self) -> None:
        self._at: dict[str, float] = {}
        self._lock = threading.Lock()

    def note(self, key: str) -> None:
        """Note that it starts now."""
        with self._lock:
            self._at[key] = time.monotonic()

    def delays_s(self, arrivals: list[tuple[str, float]]) -> list[float]:
        """Return the seconds from each start to each of its arrivals, given as (key, when)."""
        return [at - self._at[key] for key, at in arrivals if key in self._at]


def measure(world: World, *, rounds: int, seconds: float) -> Result:
    """Submit at a steady rate to both sides in alternating rounds; workers and beat are running."""
    drain(world)
    for act in (_ours, _bare):  # every worker has loaded what it needs
        act(world, PER_SECOND)
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(rounds):
        ours += _ours(world, int(PER_SECOND * seconds))
        bare += _bare(world, int(PER_SECOND * seconds))
    p50, p99 = (percentile(ours, p) / percentile(bare, p) for p in (50, 99))
    return Result(
        f"Submit → alert e-mail taken by the mail server, {PER_SECOND}/s, 1 in {ALERTING_EVERY} alerting",
        [Goal("p50 against the bare chain", p50, 6, "×"), Goal("p99 against the bare chain", p99, 20, "×")],
        {
            "ours, e-mails": len(ours),
            "ours, p50 ms": percentile(ours, 50) * 1000,
            "ours, p99 ms": percentile(ours, 99) * 1000,
            "bare, p50 ms": percentile(bare, 50) * 1000,
            "bare, p99 ms": percentile(bare, 99) * 1000,
        },
    )


def _ours(world: World, count: int) -> list[float]:
    starts, before = Starts(), len(world.mail.received)

    def act_on(link: Link, *, alerting: bool) -> Callable[[Browser], None]:
        def act(browser: Browser) -> None:
            starts.note(link.patient_id)
            submit(browser, link, prepared="no" if alerting else "yes")

        return act

    links = world.take(count)
    acts = [act_on(link, alerting=n % ALERTING_EVERY == 0) for n, link in enumerate(links)]
    open_loop(port=world.port, per_second=PER_SECOND, acts=acts)
    drain(world)
    patients = {f"<{message}@cxplatform.invalid>": patient for message, patient in world.ask(_PATIENTS)}
    arrived = [(patients[each.message_id], each.at) for each in world.mail.received[before:]]
    return starts.delays_s(arrived)


def _bare(world: World, count: int) -> list[float]:
    starts, before = Starts(), len(world.mail.received)

    def act_on(mark: str) -> Callable[[Browser], None]:
        def act(browser: Browser) -> None:
            starts.note(mark)
            submit_bare(browser, mark=mark)

        return act

    marks = [uuid4().hex if n % ALERTING_EVERY == 0 else "" for n in range(count)]
    open_loop(port=world.port, per_second=PER_SECOND, acts=[act_on(mark) for mark in marks])
    expected = sum(map(bool, marks))
    assert wait_until(lambda: len(world.mail.received) - before >= expected, timeout_s=30, pause_s=0.05)
    arrived = [(each.message_id.strip("<>").partition("@")[0], each.at) for each in world.mail.received[before:]]
    return starts.delays_s(arrived)
