"""`python -m benchmarks`: measure, print a table, write var/bench.json."""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import cases, chain, importing, memory, overload, submission, sweeps, weight
from benchmarks.results import Result
from benchmarks.stage import stage
from cxplatform.devstack.demo import var_folder
from tests.faults.world import World, wait_for_workers

BEGIN, END = "<!-- figures -->", "<!-- /figures -->"


@dataclass(frozen=True)
class Size:
    """How long and how much is measured."""

    rounds: int
    seconds: float
    links: int
    cases: int
    overload_s: float
    imported: int

    @property
    def overload_links(self) -> int:
        """Return how many links the overload may use up."""
        return int(400 * self.overload_s)


QUICK = Size(rounds=2, seconds=2, links=5_000, cases=20_000, overload_s=3, imported=5_000)
NORMAL = Size(rounds=5, seconds=4, links=16_000, cases=100_000, overload_s=8, imported=50_000)
FULL = Size(rounds=5, seconds=4, links=16_000, cases=1_000_000, overload_s=8, imported=1_000_000)


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    how_much = parser.add_mutually_exclusive_group()
    how_much.add_argument("--quick", action="store_const", dest="size", const=QUICK, help="less of everything")
    how_much.add_argument("--full", action="store_const", dest="size", const=FULL, help="a million cases")
    parser.add_argument(
        "--only", nargs="+", choices=sorted(BENCHMARKS), metavar="NAME", help=f"of {sorted(BENCHMARKS)}"
    )
    parser.add_argument("--into", type=Path, metavar="FILE", help="write the figures into this page, between its marks")
    arguments = parser.parse_args()
    results = []
    for result in run(arguments.size or NORMAL, names=arguments.only or list(BENCHMARKS)):
        print(result.as_text(), flush=True)
        results.append(result)
    _keep(results, var_folder() / "bench.json")
    if arguments.into:
        _write(results, arguments.into)


def run(size: Size, *, names: list[str]) -> Iterator[Result]:
    """Yield the results of the named benchmarks, in the order of BENCHMARKS."""
    with tempfile.TemporaryDirectory(prefix="cx-bench-", ignore_cleanup_errors=True) as folder:
        print("Starting Postgres and Valkey, making data", flush=True)
        with stage(folder=Path(folder), links=size.links) as world:
            has_workers = False
            for name in (each for each in BENCHMARKS if each in names):
                if name in WITH_WORKERS and not has_workers:
                    _start_workers(world)
                    has_workers = True
                yield BENCHMARKS[name](world, size)


def _start_workers(world: World) -> None:
    for each in (*world.workers.values(), world.clock):
        each.start()
    wait_for_workers(world)


def _keep(results: list[Result], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    machine = {
        "processors": os.cpu_count(),
        "load": os.getloadavg()[0],
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    path.write_text(json.dumps({"machine": machine, "results": [each.as_json() for each in results]}, indent=2))


def _write(results: list[Result], page: Path) -> None:
    before, _, rest = page.read_text().partition(BEGIN)
    figures = "\n\n".join(each.as_markdown() for each in results)
    page.write_text(f"{before}{BEGIN}\n\n{figures}\n\n{END}{rest.partition(END)[2]}")


BENCHMARKS: dict[str, Callable[[World, Size], Result]] = {
    "weight": lambda world, _: weight.measure(world),
    "submission": lambda world, size: submission.measure(world, rounds=size.rounds, seconds=size.seconds),
    "chain": lambda world, size: chain.measure(world, rounds=min(size.rounds, 3), seconds=size.seconds),
    "overload": lambda world, size: overload.measure(world, seconds=size.overload_s, links=size.overload_links),
    "memory": lambda world, _: memory.measure(world),
    "importing": lambda world, size: importing.measure(world, rows=size.imported),
    "sweeps": lambda _, size: sweeps.measure(many=size.cases),
    "cases": lambda world, size: cases.measure(world, many=size.cases, rounds=2, seconds=size.seconds / 2),
}
WITH_WORKERS = {"chain", "overload", "memory"}

if __name__ == "__main__":
    main()
