"""Folders and servers of the devstack's own tests."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cxplatform.devstack.places import outside_folders
from cxplatform.devstack.servers import Servers, servers


def remove_outside(folder: Path) -> None:
    """Remove what the servers of `folder` keep elsewhere on this machine."""
    for each in outside_folders(folder):
        shutil.rmtree(each)


@pytest.fixture(scope="module")
def durable_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder for servers that keep their data; pytest makes it below a folder with mode 0700."""
    folder = tmp_path_factory.mktemp("durable")
    yield folder
    remove_outside(folder)


@pytest.fixture(scope="module")
def durable(durable_folder: Path) -> Iterator[Servers]:
    """Run servers as the demo does: data stay, and every connection needs its password."""
    with servers(folder=durable_folder) as running:
        yield running


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Run servers as tests do."""
    with servers(folder=tmp_path_factory.mktemp("scratch"), durable=False) as running:
        yield running
