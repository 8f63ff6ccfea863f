"""The processes of the product itself: web, task workers, beat, and operator commands that run to their end."""

import sys
from collections.abc import Mapping
from pathlib import Path

from cxplatform.devstack.errors import DevstackError
from cxplatform.devstack.processes import Program

ROOT = Path(__file__).resolve().parents[2]
QUEUES = {"urgent": 2, "mail": 2, "sweep": 1}
"""Each queue, with the processes that serve it in the demo."""
NICE = {"urgent": 2, "mail": 4, "sweep": 8}
"""How much a queue makes way on a busy machine: a patient who answers comes first, then an alert, then a sweep."""
_TIED = (sys.executable, "-m", "cxplatform.devstack.tied")
_CELERY = ("celery", "-A", "cxplatform.celery:app")


def web(*, env: Mapping[str, str], folder: Path, port: int) -> Program:
    """Describe the web server on 127.0.0.1:`port`, as production runs it.

    env: the whole environment of the process. folder: gets its pid file and its log.
    """
    command = [*_TIED, "gunicorn", "--config", "cxplatform/gunicorn.py", "cxplatform.wsgi:application"]
    binding = {"WEB_BIND": f"127.0.0.1:{port}"}
    return Program(name="web", command=command, env={**env, **binding}, folder=folder, cwd=ROOT)


def worker(*, env: Mapping[str, str], folder: Path, queue: str, concurrency: int | None = None) -> Program:
    """Describe a Celery worker that serves `queue` with `concurrency` processes (as the demo does, when None)."""
    size = str(concurrency or QUEUES[queue])
    command = [*_TIED, "--nice", str(NICE[queue]), *_CELERY, "worker", "-Q", queue, "-n", f"{queue}@%h", "-c", size]
    command += ["-l", "INFO", "--without-gossip", "--without-mingle"]
    return Program(name=f"worker-{queue}", command=command, env=env, folder=folder, cwd=ROOT)


def beat(*, env: Mapping[str, str], folder: Path) -> Program:
    """Describe the clock that sends the sweeps; it remembers when it last did in `folder`."""
    command: list[str | Path] = [*_TIED, *_CELERY, "beat", "-l", "INFO", "--schedule", folder / "beat-schedule"]
    return Program(name="beat", command=command, env=env, folder=folder, cwd=ROOT)


def operator_command(*arguments: str, env: Mapping[str, str], folder: Path) -> Program:
    """Describe `manage.py <arguments>`."""
    return Program(
        name=arguments[0], command=[sys.executable, "manage.py", *arguments], env=env, folder=folder, cwd=ROOT
    )


def finish(program: Program) -> None:
    """Start a command if nobody has, and wait for its end.

    Raises DevstackError with its last words when it failed.
    """
    if not program.started:
        program.start()
    if code := program.wait():
        raise DevstackError(
            f"manage.py {program.name} failed (code {code}); its log {program.log} ends with:\n{program.last_words(15)}"
        )
