"""kill -9 of workers, at the two instants that hurt most: inside an evaluation, and after the mail was accepted."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

from cxplatform.devstack.processes import Program, wait_until
from tests.faults.chain import settle
from tests.faults.crowd import answering, visits_of
from tests.faults.mail import Mood
from tests.faults.world import World

BLOCKED = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
LEASE_S = 60
# Where a lock stops an evaluation; neither is in the way of patients who answer.
LOCKS = {
    "at its beginning": "SELECT FROM patients_patient FOR NO KEY UPDATE",
    "before its end": "LOCK TABLE messaging_message IN EXCLUSIVE MODE",
}


@contextmanager
def held(world: World, sql: str) -> Iterator[None]:
    """Hold a lock until the block ends."""
    connection = psycopg2.connect(world.servers.database_owner_url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql)
        yield
    finally:
        connection.close()


def kill_children(part: Program) -> None:
    """Kill the processes that work, and leave their master, which replaces them."""
    for pid in Path(f"/proc/{part.pid}/task/{part.pid}/children").read_text().split():
        os.kill(int(pid), signal.SIGKILL)


def kill_whole(part: Program) -> None:
    """Kill master and children, and start the worker anew."""
    part.kill()
    part.start()


@pytest.mark.parametrize(
    ("lock", "kill"), [(LOCKS["at its beginning"], kill_children), (LOCKS["before its end"], kill_whole)]
)
def test_evaluation_cut_off_by_a_kill_happens_once_in_the_end(
    world: World, lock: str, kill: Callable[[Program], None]
) -> None:
    visits = visits_of(world.take(30), unprepared_every=2)
    with held(world, lock):
        with answering(port=world.port, visits=visits, per_second=15) as crowd:
            assert wait_until(lambda: world.ask(BLOCKED)[0][0] >= 2, timeout_s=20, pause_s=0.1)
            for queue in ("urgent", "sweep"):
                kill(world.workers[queue])
            assert wait_until(lambda: len(crowd.visits) == len(visits), timeout_s=20)
        assert len(crowd.acknowledged) == len(visits)
    settle(world, crowd.visits, within_s=30)


def test_message_accepted_before_its_worker_was_killed_is_sent_again_under_its_id(world: World) -> None:
    before = set(world.mail.copies())
    world.mail.mood = Mood.HOLD_AFTER
    visits = visits_of(world.take(4), unprepared_every=2)
    with answering(port=world.port, visits=visits, per_second=10) as crowd:
        assert wait_until(lambda: len(crowd.visits) == len(visits), timeout_s=20)
        assert wait_until(lambda: len(set(world.mail.copies()) - before) >= 2, timeout_s=20)
    accepted = set(world.mail.copies()) - before
    for queue in ("mail", "sweep"):
        kill_whole(world.workers[queue])
    world.mail.mood = Mood.ACCEPT
    settle(world, crowd.visits, within_s=LEASE_S + 30)
    copies = world.mail.copies()
    assert {copies[each] for each in accepted} == {2}
    assert {copies[each] for each in set(copies) - before - accepted} == {1}
