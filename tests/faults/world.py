"""The whole product as real processes on this machine, for the fault tests and the benchmarks."""

import http.client
import json
import os
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from cxplatform.devstack.demo import SECRETS
from cxplatform.devstack.keyring import keep
from cxplatform.devstack.parts import QUEUES, beat, finish, operator_command, web, worker
from cxplatform.devstack.places import outside_folders
from cxplatform.devstack.processes import Program, wait_until
from cxplatform.devstack.servers import Servers, servers
from tests.faults.mail import MailServer, Mood

READY_S = 60
# What tells pytest's own Django where its servers are must not reach the processes of this world.
_OTHERS = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "CACHE_URL", "VAR_DIR", "MAIL_DIR", "CX_TEST_SERVERS")


@dataclass(frozen=True)
class Link:
    """One open survey link."""

    token: str
    invitation_id: str
    patient_id: str


@dataclass
class World:
    """A running product, with a handle on each part."""

    servers: Servers
    env: Mapping[str, str] = field(repr=False)
    """The environment of the product's processes; without the owner's address."""
    folder: Path
    port: int
    mail: MailServer
    house: dict[str, Any] = field(repr=False)
    """What `seed` wrote."""
    links: Iterator[Link] = field(repr=False)
    """The open links; each can be taken once."""
    site: Program
    workers: dict[str, Program]
    """By queue."""
    clock: Program

    def take(self, count: int) -> list[Link]:
        """Take `count` open links. Raises StopIteration when there are no more."""
        return [next(self.links) for _ in range(count)]

    def ask(self, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query that the owner runs, who sees every organization."""
        connection = psycopg2.connect(self.servers.database_owner_url)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(sql, arguments)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def command(self, *arguments: str) -> Program:
        """Describe `manage.py <arguments>` for an operator, who also holds the owner's address."""
        owner = {"DATABASE_OWNER_URL": self.servers.database_owner_url}
        return operator_command(*arguments, env={**self.env, **owner}, folder=self.folder)

    def restore(self) -> None:
        """Bring back every part that a test took away; no-op for those that run."""
        self.mail.mood = Mood.ACCEPT
        self.mail.start()
        for part in (self.servers.postgres, self.servers.valkey, self.site, *self.workers.values(), self.clock):
            part.thaw()
            part.start()


@contextmanager
def running_world(
    *,
    folder: Path,
    links: int,
    resolved: int = 0,
    parts: bool = True,
    settings: Mapping[str, str] | None = None,
) -> Iterator[World]:
    """Start Postgres and Valkey as production runs them (durable), migrate, seed, and start every part of the product.

    folder: an existing one; what the servers kept elsewhere is removed at the end. links: how many open links to make.
    resolved: how many patients with a resolved case to make; with any, all patients can be written to.
    parts: False = start no web server, worker or beat; the caller does.
    settings: more of the environment that docs/operations.md names.
    Call it from the main thread: Linux ends the servers with the thread that started them.
    """
    with ExitStack() as running:
        running.callback(_remove_outside, folder)
        own = running.enter_context(servers(folder=folder))
        mail = MailServer()
        running.callback(mail.stop)
        mail.start()
        port = free_port()
        env = _environment(folder, own, port=port, mail=mail) | dict(settings or {})
        house = _prepare(folder, env, owner=own.database_owner_url, links=links, resolved=resolved)
        site = web(env=env, folder=folder, port=port)
        workers = {queue: worker(env=env, folder=folder, queue=queue) for queue in QUEUES}
        clock = beat(env=env, folder=folder)
        open_links = iter([Link(**each) for each in house["links"]])
        world = World(own, env, folder, port, mail, house, open_links, site, workers, clock)
        for part in (site, *workers.values(), clock):
            running.callback(part.kill)
            if parts:
                part.start()
        if parts:
            wait_for_site(world.site, port)
            wait_for_workers(world)
        yield world


def children_of(part: Program) -> list[int]:
    """Return the ids of the processes that work for a part whose master runs."""
    return [int(pid) for pid in Path(f"/proc/{part.pid}/task/{part.pid}/children").read_text().split()]


def free_port() -> int:
    """Return a port of 127.0.0.1 on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def wait_for_site(site: Program, port: int) -> None:
    """Wait until the web server answers. Raises AssertionError with its last words when it does not."""
    assert wait_until(lambda: _answers(port), timeout_s=READY_S, pause_s=0.1), site.last_words(20)


def wait_for_workers(world: World) -> None:
    """Wait until every worker listens to its queue. Raises AssertionError with the last words of one that does not."""
    for each in world.workers.values():
        assert wait_until(lambda log=each.log: " ready." in log.read_text(), timeout_s=READY_S, pause_s=0.1), (  # type: ignore[misc]
            each.last_words(20)
        )


def _environment(folder: Path, own: Servers, *, port: int, mail: MailServer) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _OTHERS}
    settings = {
        "VAR_DIR": str(folder),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(mail.port),
        "PYTHONUNBUFFERED": "1",
        "LOG_LEVEL": "WARNING",
    }
    return {**kept, **own.as_environment(), **keep(folder / "keys.json", makers=SECRETS), **settings}


def _prepare(folder: Path, env: Mapping[str, str], *, owner: str, links: int, resolved: int) -> dict[str, Any]:
    owned = {**env, "DATABASE_OWNER_URL": owner}
    made = folder / "house.json"
    code = f"from tests.faults.seed import seed; seed(links={links}, resolved={resolved}, to={str(made)!r})"
    static = operator_command("collectstatic", "--noinput", env=env, folder=folder)
    static.start()
    try:
        finish(operator_command("migrate", "--database=owner", "--noinput", env=owned, folder=folder))
        finish(operator_command("shell", "--no-imports", "-c", code, env=env, folder=folder))
        finish(static)
    finally:
        static.kill()
    house: dict[str, Any] = json.loads(made.read_text())
    return house


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _remove_outside(folder: Path) -> None:
    for each in outside_folders(folder):
        shutil.rmtree(each, ignore_errors=True)
