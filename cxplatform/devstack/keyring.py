"""Secrets that are made once for one folder, and kept in a file that only its owner may read."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path


def keep(path: Path, *, makers: Mapping[str, Callable[[], str]]) -> dict[str, str]:
    """Return the secrets in `path` (JSON, mode 0600), after making those of `makers` that it lacks.

    Written aside and renamed: a killed run leaves the old file or the new one.
    """
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    missing = {name: make() for name, make in makers.items() if name not in kept}
    if missing:
        _write(path, kept | missing)
    return kept | missing


def _write(path: Path, secrets: Mapping[str, str]) -> None:
    aside = path.with_suffix(".new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(secrets, file, indent=2)
    aside.rename(path)
