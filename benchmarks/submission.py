"""A full submission of a one-page survey with 15 questions, against the bare one."""

from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg2

from benchmarks.client import Browser, Round, closed_loop
from benchmarks.processes import children, cpu_s
from benchmarks.results import Goal, Result
from benchmarks.stage import submit, submit_bare
from cxplatform.devstack.processes import wait_until
from tests.faults.crowd import percentile
from tests.faults.world import World

CLIENTS = 8
_SAID = ("LOG:  statement:", "LOG:  execute")


@dataclass
class Side:
    """All rounds of one side."""

    rounds: list[Round] = field(default_factory=list)
    web_s: float = 0.0
    postgres_s: float = 0.0

    @property
    def count(self) -> int:
        """Return how many submissions were made."""
        return sum(len(each.latencies_s) for each in self.rounds)

    @property
    def rate(self) -> float:
        """Return submissions a second, over all rounds."""
        return self.count / sum(each.seconds for each in self.rounds)

    def figures(self, name: str) -> dict[str, float]:
        """Return what to print."""
        latencies = [each * 1000 for one in self.rounds for each in one.latencies_s]
        return {
            f"{name}, submissions/s": self.rate,
            f"{name}, web CPU ms": self.web_s * 1000 / self.count,
            f"{name}, Postgres CPU ms": self.postgres_s * 1000 / self.count,
            f"{name}, p50 ms": percentile(latencies, 50),
            f"{name}, p99 ms": percentile(latencies, 99),
        }


def measure(world: World, *, rounds: int, seconds: float) -> Result:
    """Let clients submit to both sides in alternating rounds; workers and beat are not running."""
    ours, bare = Side(), Side()
    for act in (_ours(world), submit_bare):  # every process has loaded what it needs
        closed_loop(port=world.port, clients=CLIENTS, seconds=0.5, act=act)
    for _ in range(rounds):
        _round(world, ours, _ours(world), seconds)
        _round(world, bare, submit_bare, seconds)
    statements = count_statements(world, _ours(world))
    return Result(
        "Full submission (page, form, stored, redirect)",
        [
            Goal("rate against bare", ours.rate / bare.rate, 0.6, at_least=True),
            Goal("SQL statements, BEGIN and COMMIT and health checks included", statements, 10),
        ],
        {
            **ours.figures("ours"),
            **bare.figures("bare"),
            "web CPU against bare": (ours.web_s / ours.count) / (bare.web_s / bare.count),
            "bare, SQL statements": count_statements(world, submit_bare),
        },
    )


def _ours(world: World) -> Callable[[Browser], None]:
    return lambda browser: submit(browser, next(world.links))


def _round(world: World, side: Side, act: Callable[[Browser], None], seconds: float) -> None:
    web, postgres = children(world.site.pid), children(world.servers.postgres.pid)
    before = cpu_s(web), cpu_s(postgres)
    side.rounds.append(closed_loop(port=world.port, clients=CLIENTS, seconds=seconds, act=act))
    side.web_s += cpu_s(web) - before[0]
    side.postgres_s += cpu_s(postgres) - before[1]


def count_statements(world: World, act: Callable[[Browser], None]) -> int:
    """Return how many statements Postgres itself saw for one warm submission."""
    browser = Browser(world.port)
    log = world.servers.postgres.log
    _log_statements(world, "all")
    start = log.stat().st_size
    act(browser)
    _log_statements(world, "none")
    with log.open("rb") as file:
        file.seek(start)
        lines = file.read().decode().splitlines()
    return sum(
        any(said in line for said in _SAID) and "pg_reload_conf" not in line and "ALTER SYSTEM" not in line
        for line in lines
    )


def _log_statements(world: World, which: str) -> None:
    connection = psycopg2.connect(world.servers.superuser_url)
    connection.autocommit = True
    size = world.servers.postgres.log.stat().st_size
    try:
        with connection.cursor() as cursor:
            cursor.execute("ALTER SYSTEM SET log_statement = %s", [which])
            cursor.execute("SELECT pg_reload_conf()")
        wait_until(lambda: b'"log_statement" changed' in _since(world, size), timeout_s=5)
        wait_until(lambda: False, timeout_s=0.3)  # each idle backend reads the new setting by itself
    finally:
        connection.close()


def _since(world: World, size: int) -> bytes:
    with world.servers.postgres.log.open("rb") as file:
        file.seek(size)
        return file.read()
