"""Postgres is killed under load and started again."""

import time

from tests.faults.chain import settle
from tests.faults.crowd import answering, visits_of
from tests.faults.world import World

PER_SECOND = 15


def test_killed_postgres_loses_no_acknowledged_answer_and_the_chain_goes_on(world: World) -> None:
    visits = visits_of(world.take(400))
    with answering(port=world.port, visits=visits, per_second=PER_SECOND) as crowd:
        for pause_s in (0.0, 2.0):
            time.sleep(4)
            world.servers.postgres.kill()
            time.sleep(pause_s)
            world.servers.postgres.start()
        time.sleep(4)
    assert crowd.unkind == []
    assert set(crowd.statuses) <= {200, 303, 503}
    assert len(crowd.acknowledged) == len(crowd.visits)
    settle(world, crowd.visits, within_s=60)
