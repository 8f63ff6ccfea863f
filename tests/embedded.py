"""A pytest plugin (`-p tests.embedded`): real embedded servers for the whole run, started before settings are read."""

import atexit
import os
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path

import psycopg2

from cxplatform.devstack.postgres import OWNER
from cxplatform.devstack.servers import servers

_MARK = "CX_TEST_SERVERS"


def _start() -> None:
    stack = ExitStack()
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cx-test-", ignore_cleanup_errors=True)))
    atexit.register(stack.close)  # after the folder: its own clean-up at exit must not come before the servers'
    running = stack.enter_context(servers(folder=folder, durable=False))
    _suit_tests(running.superuser_url)
    os.environ.update(running.as_environment(), DATABASE_OWNER_URL=running.database_owner_url)
    (folder / "static").mkdir()
    os.environ.update(VAR_DIR=str(folder), MAIL_DIR=str(folder / "mail"), **{_MARK: str(folder)})


def _suit_tests(superuser_url: str) -> None:
    """Let the owner put rows back in any order, and nothing work in the background of tests that last seconds."""
    with closing(psycopg2.connect(superuser_url)) as connection:
        connection.autocommit = True  # ALTER SYSTEM runs in no transaction
        cursor = connection.cursor()
        cursor.execute(f"GRANT SET ON PARAMETER session_replication_role TO {OWNER}")
        for setting in ("autovacuum = off", "synchronous_commit = off", "jit = off"):
            cursor.execute(f"ALTER SYSTEM SET {setting}")
        cursor.execute("SELECT pg_reload_conf()")


if _MARK not in os.environ:  # workers of a parallel run inherit the servers of their controller
    _start()

if worker := os.environ.get("PYTEST_XDIST_WORKER"):  # a cache of its own, because every test empties it
    os.environ["CACHE_URL"] = os.environ["CACHE_URL"].replace("db=2", f"db={3 + int(worker.removeprefix('gw')) % 12}")
