"""Far more clients than the server has threads: what is acknowledged must be stored, once."""

import time

from benchmarks.results import Goal, Result
from benchmarks.stage import drain
from cxplatform.devstack.processes import wait_until
from tests.faults.chain import broken_laws, lost
from tests.faults.crowd import answering, percentile, visits_of
from tests.faults.world import World

CLIENTS = 64
TAKEN_IN_S = 60
_DOUBLE = "SELECT count(*) - count(DISTINCT invitation_id) FROM surveys_response"


def measure(world: World, *, seconds: float, links: int) -> Result:
    """Let 64 clients submit as fast as they can for some seconds; 1 in 20 raises an alert."""
    visits = visits_of(world.take(links), unprepared_every=20)
    with answering(port=world.port, visits=visits, per_second=1e9, threads=CLIENTS) as crowd:
        time.sleep(seconds)
    drained_s = drain(world, timeout_s=240)
    wait_until(lambda: not broken_laws(world), timeout_s=TAKEN_IN_S, pause_s=1)  # sweeps take texts in afterwards
    broken = broken_laws(world)
    return Result(
        f"Overload, {CLIENTS} clients",
        [
            Goal("acknowledged answers that are not stored", len(lost(world, crowd.visits)), 0),
            Goal("responses stored twice", world.ask(_DOUBLE)[0][0], 0),
            Goal("answers above 499", sum(n for status, n in crowd.statuses.items() if status >= 500), 0),
            Goal("requests without an answer", crowd.statuses[0], 0),
            Goal("rows that break a law of the chain", sum(broken.values()), 0),
        ],
        {
            "acknowledged": len(crowd.acknowledged),
            "submissions/s": len(crowd.acknowledged) / seconds,
            "POST p50 ms": percentile(crowd.post_s(), 50) * 1000,
            "POST p99 ms": percentile(crowd.post_s(), 99) * 1000,
            "seconds until all was evaluated and sent": drained_s,
        },
    )
