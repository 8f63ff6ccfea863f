"""One world for all fault tests: it starts once, and each test gives back what it took away."""

from collections.abc import Iterator

import pytest

from tests.faults.world import World, running_world

LINKS = 1500
RESOLVED = 24


@pytest.fixture(scope="session")
def _world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running_world(folder=tmp_path_factory.mktemp("world"), links=LINKS, resolved=RESOLVED) as world:
        yield world


@pytest.fixture
def world(_world: World) -> Iterator[World]:
    """Return the running product, whole at the beginning and at the end of each test."""
    yield _world
    _world.restore()
