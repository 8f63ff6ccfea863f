"""Run the whole product on this machine: what `make demo` starts."""

import base64
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType

from cxplatform.devstack.binaries import remove_copies
from cxplatform.devstack.errors import DevstackError
from cxplatform.devstack.keyring import keep
from cxplatform.devstack.parts import QUEUES, ROOT, beat, finish, operator_command, web, worker
from cxplatform.devstack.places import is_running, outside_folders
from cxplatform.devstack.processes import wait_until
from cxplatform.devstack.report import describe
from cxplatform.devstack.servers import servers
from cxplatform.devstack.supervisor import Supervisor

READY_S = 90
STOPPERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ADDRESSES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL")
OWNER_ONLY = "DATABASE_OWNER_URL"
SECRETS = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "LINK_KEY": lambda: secrets.token_urlsafe(48),
    "FINGERPRINT_KEY": lambda: secrets.token_urlsafe(48),
    "VAULT_KEYS": lambda: base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
}


def var_folder() -> Path:
    """Return where the demo keeps everything: VAR_DIR where it is set, else `var/` in the repository."""
    return Path(os.environ.get("VAR_DIR") or ROOT / "var").resolve()


def demo() -> None:
    """Run every part until Ctrl-C or TERM, with data that stay. Raises DevstackError when it cannot go on."""
    port = _free_port()
    folder = var_folder()
    folder.mkdir(parents=True, exist_ok=True)
    manifest = folder / "demo.json"
    manifest.unlink(missing_ok=True)
    with _stoppable(), ExitStack() as running:
        say("Starting Postgres and Valkey")
        supervisor = Supervisor(say=say)
        addresses = running.enter_context(_addresses(folder, supervisor))
        running.callback(supervisor.stop)
        running.callback(say, "Stopping")
        env = _environment(folder, port=port, addresses=addresses)
        _load(env | {OWNER_ONLY: addresses[OWNER_ONLY]}, folder=folder, manifest=manifest.with_suffix(".json.new"))
        _start(supervisor, env=env, folder=folder, port=port)
        manifest.with_suffix(".json.new").rename(manifest)
        running.callback(manifest.unlink, missing_ok=True)
        say(describe(json.loads(manifest.read_text())))
        supervisor.watch()


def clean() -> None:
    """Remove all data of the demo. Raises DevstackError while it runs."""
    folder = var_folder()
    if is_running(folder):
        raise DevstackError("The demo is running: stop it with Ctrl-C, then run make clean again.")
    for each in (folder, *outside_folders(folder)):
        if each.exists():
            shutil.rmtree(each)
    remove_copies()


def say(line: str) -> None:
    """Tell the person at the terminal, at once."""
    # Nobody may be listening any more: a closed terminal must not keep us from stopping the rest.
    with suppress(OSError):
        print(f"  {line}", flush=True)


def _free_port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise DevstackError(f"PORT={text} is no port: give a number between 1 and 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError as error:
            other = int(text) + 1
            raise DevstackError(
                f"Port {text} cannot be used ({error.strerror}): choose another, as in `make demo PORT={other}`."
            ) from error
    return int(text)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Turn Ctrl-C, TERM and HUP into the end of the block; while it ends, a second one changes nothing."""
    for number in STOPPERS:
        # nohup asks for HUP to be ignored.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _stop)
    with suppress(KeyboardInterrupt):
        yield


def _stop(_number: int, _frame: FrameType | None) -> None:
    for each in STOPPERS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


@contextmanager
def _addresses(folder: Path, supervisor: Supervisor) -> Iterator[Mapping[str, str]]:
    """Yield the addresses of the servers: those that the environment names, else of our own."""
    named = {name: os.environ[name] for name in ADDRESSES if os.environ.get(name)}
    if named and len(named) < len(ADDRESSES):
        missing = " and ".join(name for name in ADDRESSES if name not in named)
        raise DevstackError(f"{missing} must be set too: give all of {', '.join(ADDRESSES)}, or none of them.")
    if named:
        yield named
        return
    with servers(folder=folder) as ours:
        supervisor.add(ours.postgres, ours.valkey)
        yield ours.as_environment() | {OWNER_ONLY: ours.database_owner_url}


def _environment(folder: Path, *, port: int, addresses: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of web, workers and beat. The owner's address is not in it."""
    settings = {
        "VAR_DIR": str(folder),
        "MAIL_DIR": str(folder / "mail"),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "DEMO": "1",
        "PYTHONUNBUFFERED": "1",
    }
    env = {**os.environ, **addresses, **keep(folder / "secrets.json", makers=SECRETS), **settings}
    return {name: value for name, value in env.items() if name != OWNER_ONLY}


def _load(env: Mapping[str, str], *, folder: Path, manifest: Path) -> None:
    manifest.unlink(missing_ok=True)
    say("Creating tables")
    static = operator_command("collectstatic", "--noinput", env=env, folder=folder)
    tables = operator_command("migrate", "--database=owner", "--noinput", env=env, folder=folder)
    data = operator_command("load_demo", "--manifest", str(manifest), env=env, folder=folder)
    with ExitStack() as running:
        for program in (static, tables, data):
            running.callback(program.stop)
        static.start()
        finish(tables)
        say("Loading two organizations")
        finish(data)
        finish(static)


def _start(supervisor: Supervisor, *, env: Mapping[str, str], folder: Path, port: int) -> None:
    say("Starting web, workers and beat")
    site = web(env=env, folder=folder, port=port)
    workers = [worker(env=env, folder=folder, queue=queue) for queue in QUEUES]
    said_before = {each.log: each.log.stat().st_size if each.log.exists() else 0 for each in workers}
    supervisor.add(site, *workers, beat(env=env, folder=folder))
    if not wait_until(lambda: not site.running or _is_ready(port), timeout_s=READY_S, pause_s=0.1) or not site.running:
        raise DevstackError(f"The web server is not ready; its log {site.log} ends with:\n{site.last_words(15)}")
    # Nothing is lost when a worker takes longer, only later; so this waits for a while and does not insist.
    wait_until(lambda: all(_is_at_work(log, size) for log, size in said_before.items()), timeout_s=READY_S, pause_s=0.1)


def _is_at_work(log: Path, size: int) -> bool:
    with log.open("rb") as said:
        said.seek(size)
        return b" ready." in said.read()


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
