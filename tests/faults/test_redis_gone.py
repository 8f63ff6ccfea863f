"""The Redis-protocol server refuses, answers nothing, and loses everything, while patients answer."""

import time
from collections.abc import Callable

from tests.faults.chain import settle
from tests.faults.crowd import Crowd, percentile, visits_of
from tests.faults.journeys import under_load
from tests.faults.signing_in import session_cookie
from tests.faults.world import World

PER_SECOND = 10
CALM_S = 4
BLACK_HOLE_S = 15
SUBMIT_P99_S = 0.5
NUDGE_AND_CACHE_S = 0.3


def test_nobody_waits_for_redis_and_nothing_is_lost_without_it(world: World) -> None:
    valkey = world.servers.valkey
    visits = visits_of(world.take(500))
    gone: list[float] = []
    with under_load(world, visits, per_second=PER_SECOND) as crowd:
        begun = time.monotonic()
        time.sleep(CALM_S)
        calm = crowd.post_s(begin=begun)
        for take, give, for_s in (
            (valkey.kill, valkey.start, 6),
            (valkey.freeze, valkey.thaw, BLACK_HOLE_S),
            (valkey.wipe, valkey.wipe, 2),
        ):
            gone += _while_gone(world, crowd, take=take, give=give, for_s=for_s)
            time.sleep(1)
    assert set(crowd.statuses) == {200, 303}
    assert len(crowd.acknowledged) == len(crowd.visits) > PER_SECOND * BLACK_HOLE_S
    # A machine that is busy with something else answers late with Redis, too.
    assert percentile(gone, 99) <= max(SUBMIT_P99_S, percentile(calm, 99) + NUDGE_AND_CACHE_S)
    settle(world, crowd.visits, within_s=60)


def _while_gone(
    world: World, crowd: Crowd, *, take: Callable[[], None], give: Callable[[], None], for_s: float
) -> list[float]:
    """Take Redis away for some time, in which a member of staff signs in; return how long submits took meanwhile."""
    user = world.house["users"][0]
    take()
    begun = time.monotonic()
    assert session_cookie(port=world.port, email=user["email"], password=user["password"])
    time.sleep(max(begun + for_s - time.monotonic(), 0))
    give()
    return crowd.post_s(begin=begun)
