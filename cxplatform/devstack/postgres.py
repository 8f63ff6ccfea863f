"""A real Postgres server on a Unix socket, with the two roles of the product."""

import secrets
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from cxplatform.devstack.binaries import postgres_bin, postgres_major, server_user
from cxplatform.devstack.errors import DevstackError
from cxplatform.devstack.places import Place, give_to_servers, server_folder
from cxplatform.devstack.processes import Program, run_to_end, wait_until

DATABASE = "cxplatform"
SUPERUSER, OWNER, APP = "postgres", "cx_owner", "cx_app"
RIGHTS = {
    OWNER: sql.SQL("LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE CREATEDB"),
    APP: sql.SQL("LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB"),
}
PASSWORDS = {f"POSTGRES_PASSWORD_{role}": lambda: secrets.token_hex(24) for role in (SUPERUSER, OWNER, APP)}
ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/local/bin:/usr/bin:/bin", "TZ": "UTC"}
FIRST_MAJOR_WITH_BUILTIN_LOCALE = 17
START_S = 60


class Postgres(Program):
    """One Postgres server; `start` also makes what is missing: the cluster, the roles, the database."""

    stop_signal = signal.SIGINT
    death_signal = signal.SIGINT

    def __init__(
        self, *, where: Place, passwords: Mapping[str, str], durable: bool = True, port: int | None = None
    ) -> None:
        """Describe the server; nothing is started yet.

        passwords: the secrets that PASSWORDS names.
        durable: False = no fsync, and local connections need no password: for tests.
        port: also listen on 127.0.0.1 at this port (with a password, always).
        """
        self._bin = postgres_bin()
        self._where = where
        self._data = where.home / "postgres"
        self._passwords = passwords
        self._durable = durable
        self._port = port
        super().__init__(
            name="postgres", command=self._command(), env=ENVIRONMENT, folder=where.folder, user=server_user()
        )

    def _command(self) -> list[str | Path]:
        settings = {
            "listen_addresses": "127.0.0.1" if self._port else "",
            "port": str(self._port or 5432),
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "password_encryption": "scram-sha-256",
        }
        if not self._durable:
            settings |= {"fsync": "off", "full_page_writes": "off"}
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [self._bin / "postgres", "-D", self._data, "-k", self._where.run, *flags]

    def url(self, role: str, *, database: str = DATABASE) -> str:
        """Return the URL by which `role` reaches `database` over the socket, in the form that django-environ reads."""
        password = self._passwords[f"POSTGRES_PASSWORD_{role}"]
        port = f":{self._port}" if self._port else ""
        return f"postgres://{role}:{password}@{port}/{database}?host={quote(str(self._where.run), safe='/')}"

    def start(self) -> None:
        """Start the server and return when it answers. Raises DevstackError with its last words when it does not."""
        self._check_version()
        if not self._data.exists():
            self._create_cluster()
        give_to_servers(self._data)
        self._write_rules()
        if not self.running:
            self.kill()
        if not wait_until(self._is_up, timeout_s=START_S):
            raise DevstackError(f"Postgres did not start; its log {self.log} ends with:\n{self.last_words()}")
        self._prepare()

    def _is_up(self) -> bool:
        # After a kill -9 it refuses to start until the last old backend has left the shared memory: try again.
        if self._child and not self.running and "shared memory block" not in self.last_words():
            return False
        super().start()
        try:
            psycopg2.connect(self.url(SUPERUSER, database="postgres"), connect_timeout=5).close()
        except psycopg2.OperationalError as error:
            if "password authentication failed" in str(error):
                raise DevstackError(
                    f"{self._where.folder / 'secrets.json'} no longer fits the data: restore it, or run make clean."
                ) from error
            return False
        return True

    def _check_version(self) -> None:
        version = self._data / "PG_VERSION"
        major = postgres_major(self._bin)
        if version.exists() and int(version.read_text()) != major:
            raise DevstackError(
                f"This is Postgres {major}, but the data were written by Postgres {version.read_text().strip()}: "
                "name its bin folder in CX_POSTGRES_BIN, or remove the data with make clean."
            )

    def _create_cluster(self) -> None:
        aside = self._data.with_suffix(".new")
        shutil.rmtree(aside, ignore_errors=True)
        server_folder(aside)
        password_file = self._where.run / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self._passwords[f"POSTGRES_PASSWORD_{SUPERUSER}"])
        give_to_servers(password_file)
        try:
            self._initdb(aside, password_file)
        finally:
            password_file.unlink()
        aside.rename(self._data)

    def _initdb(self, data: Path, password_file: Path) -> None:
        command: list[str | Path] = [
            *(self._bin / "initdb", "-D", data),
            *("-U", SUPERUSER, "-E", "UTF8", *self._locale()),
            *("--auth=scram-sha-256", f"--pwfile={password_file}", "--no-sync", "--no-instructions"),
        ]
        done = run_to_end(command, env=ENVIRONMENT, user=server_user())
        if done.returncode:
            raise DevstackError(f"Postgres could not create its data folder:\n{done.stderr.strip()}")

    def _locale(self) -> list[str]:
        if postgres_major(self._bin) < FIRST_MAJOR_WITH_BUILTIN_LOCALE:
            return ["--locale=C.UTF-8"]
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]

    def _write_rules(self) -> None:
        local = "scram-sha-256" if self._durable else "trust"
        rules = f"local all all {local}\nhost all all 127.0.0.1/32 scram-sha-256\n"
        (self._data / "pg_hba.conf").write_text(rules)

    def _prepare(self) -> None:
        """Make the roles and the database that are missing; run at every start, so that a killed first one heals."""
        connection = psycopg2.connect(self.url(SUPERUSER, database="postgres"))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                for role, rights in RIGHTS.items():
                    self._ensure_role(cursor, role, rights)
                cursor.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
                if not cursor.rowcount:
                    names = sql.Identifier(DATABASE), sql.Identifier(OWNER)
                    cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(*names))
        finally:
            connection.close()

    def _ensure_role(self, cursor: psycopg2.extensions.cursor, role: str, rights: sql.SQL) -> None:
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
        if not cursor.rowcount:
            password = sql.Literal(self._passwords[f"POSTGRES_PASSWORD_{role}"])
            statement = sql.SQL("CREATE ROLE {} {} PASSWORD {}")
            cursor.execute(statement.format(sql.Identifier(role), rights, password))
