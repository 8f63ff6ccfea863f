"""Call the sweeps of the beat schedule one by one and time them; runs inside `manage.py shell`, as a worker would."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection

from cxplatform.celery import app

_BARE = "SELECT organization_id, id FROM cx_organizations() LIMIT 0"


def time_sweeps(*, calls: int, to: str) -> None:
    """Let the sweeps do what is due until nothing is, then call each `calls` times, one statement of its own between.

    Writes JSON to the file `to`: {sweep: {ms: median, bare_ms: median of the statement between, statements}}.
    """
    app.loader.import_default_modules()
    names = sorted(each["task"] for each in app.conf.beat_schedule.values() if ".sweep_" in each["task"])
    while sum(_once(name) for name in names):
        pass
    Path(to).write_text(json.dumps({name: _timed(lambda name=name: _once(name), calls) for name in names}))  # type: ignore[misc]


def _once(name: str) -> int:
    return int(app.tasks[name]())


def _timed(sweep: Callable[[], Any], calls: int) -> dict[str, float]:
    with _counted() as statements:
        sweep()
    pairs = [(_ms(sweep), _ms(_bare)) for _ in range(calls)]
    return {"ms": median(a for a, _ in pairs), "bare_ms": median(b for _, b in pairs), "statements": len(statements)}


def _bare() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_BARE)
        cursor.fetchall()


def _ms(act: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


@contextmanager
def _counted() -> Iterator[list[str]]:
    """Keep the statements that are run in the block."""
    seen: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield seen
