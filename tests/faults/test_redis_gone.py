"""The Redis-protocol server refuses, answers nothing, and loses everything, while patients answer."""

import time
from collections.abc import Callable

from tests.faults.chain import settle
from tests.faults.crowd import Crowd, answering, visits_of
from tests.faults.signing_in import session_cookie
from tests.faults.world import World

PER_SECOND = 12
SUBMIT_P99_S = 0.5
BLACK_HOLE_S = 15


def test_nobody_waits_for_redis_and_nothing_is_lost_without_it(world: World) -> None:
    valkey = world.servers.valkey
    visits = visits_of(world.take(600))
    with answering(port=world.port, visits=visits, per_second=PER_SECOND) as crowd:
        refused = _while_gone(world, crowd, take=valkey.kill, give=valkey.start, for_s=6)
        time.sleep(3)
        frozen = _while_gone(world, crowd, take=valkey.freeze, give=valkey.thaw, for_s=BLACK_HOLE_S)
        time.sleep(1)
        wiped = _while_gone(world, crowd, take=valkey.wipe, give=valkey.wipe, for_s=2)
    assert {"refused": refused, "frozen": frozen, "wiped": wiped} == {"refused": True, "frozen": True, "wiped": True}
    assert set(crowd.statuses) == {200, 303}
    assert len(crowd.acknowledged) == len(crowd.visits) > PER_SECOND * BLACK_HOLE_S
    assert crowd.p99_s() <= SUBMIT_P99_S
    settle(world, crowd.visits, within_s=60)
    assert set(world.mail.copies().values()) <= {1, 2}


def _while_gone(
    world: World, crowd: Crowd, *, take: Callable[[], None], give: Callable[[], None], for_s: float
) -> bool:
    """Take Redis away for some time; return whether a member of staff could sign in meanwhile."""
    user = world.house["users"][0]
    take()
    until = time.monotonic() + for_s
    signed_in = bool(session_cookie(port=world.port, email=user["email"], password=user["password"]))
    time.sleep(max(until - time.monotonic(), 0))
    give()
    return signed_in
