"""Postgres is killed under load and started again."""

import time

from tests.faults.chain import settle
from tests.faults.crowd import visits_of
from tests.faults.journeys import under_load
from tests.faults.world import World, children_of

PER_SECOND = 15
LEASE_S = 60  # a message whose worker was cut off while it sent is sent again after it


def test_killed_postgres_loses_no_acknowledged_answer_and_the_chain_goes_on(world: World) -> None:
    visits = visits_of(world.take(400))
    working = _all_children(world)
    with under_load(world, visits, per_second=PER_SECOND) as crowd:
        for pause_s in (0.0, 2.0):
            time.sleep(4)
            world.servers.postgres.kill()
            time.sleep(pause_s)
            world.servers.postgres.start()
        time.sleep(4)
    assert crowd.unkind == []
    assert set(crowd.statuses) <= {200, 303, 503}
    assert len(crowd.acknowledged) == len(crowd.visits)
    settle(world, crowd.visits, within_s=LEASE_S + 30)
    # Each keeps its connection between tasks: the very processes that lost theirs have done all this.
    assert _all_children(world) == working


def _all_children(world: World) -> dict[str, list[int]]:
    return {queue: children_of(part) for queue, part in world.workers.items()}
