"""Decide where data, sockets and locks of one set of servers live."""

import fcntl
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cxplatform.devstack.binaries import SHARED, is_reachable, own_folder, server_user, short_name
from cxplatform.devstack.errors import DevstackError
from cxplatform.devstack.processes import end_orphan

MEMORY = Path("/dev/shm")
MEMORY_NEEDED_BYTES = 1 << 30
FOLDER_NOTE = "folder"
LONGEST_SOCKET = 100
"""Characters of a socket's path: the kernel stops at 107, and Postgres makes a lock file with five more."""
LONGEST_SOCKET_NAME = len("/run/.s.PGSQL.65535")


class AlreadyRunning(DevstackError):
    """Another process holds the servers of this folder."""


@dataclass(frozen=True)
class Place:
    """Where one set of servers lives: `folder` is the caller's, `home` what the servers' user can reach."""

    folder: Path
    home: Path
    run: Path

    @property
    def logs(self) -> Path:
        """Where the servers' logs are."""
        return self.folder / "log"


@contextmanager
def place(*, folder: Path, durable: bool) -> Iterator[Place]:
    """Hold the place of one set of servers until the block ends.

    A durable place is `folder` itself, held by one process at a time (AlreadyRunning for the second). Other places are
    numbered folders below it: each caller gets the first free one, emptied of what a killed run left, and it is emptied
    again at the end.
    """
    with _durable_folder(folder.resolve()) if durable else _free_folder(folder.resolve()) as chosen:
        _end_orphans(chosen)
        if durable:
            yield _settle(chosen, durable=True)
            return
        _empty(chosen)
        _sweep()
        try:
            yield _settle(chosen, durable=False)
        finally:
            _empty(chosen)


def _settle(folder: Path, *, durable: bool) -> Place:
    home = _home(folder, durable=durable)
    run = home / "run"
    if len(str(home)) + LONGEST_SOCKET_NAME > LONGEST_SOCKET:
        run = own_folder(SHARED / short_name(folder)) / "run"
    (folder / "log").mkdir(exist_ok=True)
    if not durable and home != folder:
        (home / FOLDER_NOTE).write_text(str(folder))
    return Place(folder=folder, home=home, run=server_folder(run))


def _home(folder: Path, *, durable: bool) -> Path:
    if not durable and _has_memory():
        return own_folder(MEMORY / short_name(folder))
    outside = SHARED / short_name(folder)
    # What was started outside stays there, although the folder may have become reachable since.
    stays = not (outside / "postgres").exists() and is_reachable(folder / "any")
    return folder if stays else own_folder(outside)


def _has_memory() -> bool:
    return MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= MEMORY_NEEDED_BYTES


def server_folder(path: Path) -> Path:
    """Create a folder that only the user that runs the servers may enter, and return it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    give_to_servers(path)
    return path


def give_to_servers(path: Path) -> None:
    """Make the user that runs the servers the owner of `path` and what is in it.

    Raises DevstackError when we are not root and it belongs to somebody else.
    """
    user = server_user()
    if user and path.stat().st_uid != user.pw_uid:
        for each in (path, *path.rglob("*")):
            os.chown(each, user.pw_uid, user.pw_gid, follow_symlinks=False)
    elif path.stat().st_uid != (user.pw_uid if user else os.geteuid()):
        raise DevstackError(f"{path} belongs to another user: run as that user, or remove it with make clean.")


@contextmanager
def _durable_folder(folder: Path) -> Iterator[Path]:
    with _held(folder) as held:
        if not held:
            raise AlreadyRunning(f"Something already runs on the data in {folder}: stop it first.")
        yield folder


@contextmanager
def _free_folder(folder: Path) -> Iterator[Path]:
    for number in itertools.count():
        with _held(folder / str(number)) as held:
            if held:
                yield folder / str(number)
                return


@contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Hold the lock of `folder`, and yield whether we got it; the kernel frees it when we are killed."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def is_running(folder: Path) -> bool:
    """Tell whether a process holds the servers of a durable `folder`."""
    if not (folder / "lock").exists():
        return False
    with _held(folder) as held:
        return not held


def _end_orphans(folder: Path) -> None:
    for pid_file in folder.glob("*.pid"):
        end_orphan(pid_file)


def _sweep() -> None:
    """Free the memory that killed test runs left behind, whichever folder they used."""
    for note in (*MEMORY.glob(f"cxplatform-*/{FOLDER_NOTE}"), *SHARED.glob(f"cxplatform-*/{FOLDER_NOTE}")):
        if note.stat().st_uid == os.geteuid():
            _sweep_one(Path(note.read_text()), home=note.parent)


def _sweep_one(folder: Path, *, home: Path) -> None:
    if not folder.exists():
        shutil.rmtree(home, ignore_errors=True)
        return
    with _held(folder) as held:
        if held:
            _end_orphans(folder)
            _empty(folder)


def _empty(folder: Path) -> None:
    """Remove everything but the lock. The servers must be down."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != "lock":
            path.unlink()
    for home in outside_folders(folder):
        shutil.rmtree(home, ignore_errors=True)


def outside_folders(folder: Path) -> list[Path]:
    """Return the folders elsewhere on this machine that belong to the servers of `folder`, if there are any."""
    name = short_name(folder)
    return [path for path in (MEMORY / name, SHARED / name) if path.exists()]
