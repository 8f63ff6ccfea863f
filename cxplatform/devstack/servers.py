"""Both servers together: what tests, benchmarks and the demo ask for."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cxplatform.devstack.keyring import keep
from cxplatform.devstack.places import place
from cxplatform.devstack.postgres import APP, OWNER, PASSWORDS, SUPERUSER, Postgres
from cxplatform.devstack.valkey import Valkey


@dataclass(frozen=True)
class Servers:
    """Running servers: their addresses, and handles by which fault tests stop, kill, freeze and restart them."""

    database_url: str = field(repr=False)
    """Postgres, as the application role."""
    database_owner_url: str = field(repr=False)
    """Postgres, as the owner of the database: for migrations and operator commands only."""
    superuser_url: str = field(repr=False)
    """Postgres, as its superuser: for set-up only."""
    redis_url: str
    """The Celery broker."""
    cache_url: str
    """Django's cache."""
    postgres: Postgres = field(repr=False)
    valkey: Valkey = field(repr=False)

    def as_environment(self) -> dict[str, str]:
        """Return what web and worker processes need to reach the servers; the owner's address is not in it."""
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url, "CACHE_URL": self.cache_url}


@contextmanager
def servers(*, folder: Path, durable: bool = True, port: int | None = None) -> Iterator[Servers]:
    """Run a real Postgres and a real Redis-protocol server on Unix sockets until the block ends.

    folder: keeps the data, the passwords (`secrets.json`) and the logs; made when it is missing.
    durable: True = data stay, and one process at a time may hold the folder (AlreadyRunning). False = for tests: an
        empty database every time, no fsync, in memory where there is some; any number may run on one folder at once.
    port: Postgres also listens on 127.0.0.1 at this port.
    Call it from a thread that lives as long as the block (the main thread does): Linux ends the servers with it.
    Raises DevstackError when a server cannot start.
    """
    with place(folder=folder, durable=durable) as where, ExitStack() as running:
        passwords = keep(where.folder / "secrets.json", makers=PASSWORDS)
        postgres = Postgres(where=where, passwords=passwords, durable=durable, port=port)
        valkey = Valkey(where=where)
        for server in (postgres, valkey):
            running.callback(server.stop)
            server.start()
        yield Servers(
            database_url=postgres.url(APP),
            database_owner_url=postgres.url(OWNER),
            superuser_url=postgres.url(SUPERUSER),
            redis_url=valkey.broker_url,
            cache_url=valkey.cache_url,
            postgres=postgres,
            valkey=valkey,
        )
