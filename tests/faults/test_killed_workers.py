"""kill -9 of workers, at the instants that hurt most: inside and between transactions, and after mail was accepted."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import psycopg2
import pytest

from cxplatform.devstack.processes import Program, wait_until
from tests.faults.chain import settle
from tests.faults.crowd import visits_of
from tests.faults.journeys import let_days_pass, tell, under_load
from tests.faults.mail import Mood
from tests.faults.world import World, children_of

BLOCKED = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
STEPPING = """
    SELECT count(*) FROM pg_locks message JOIN pg_locks step USING (pid)
    WHERE message.relation = 'messaging_message'::regclass AND NOT message.granted
    AND step.relation = 'surveys_invitation'::regclass AND step.granted"""
REMINDED = """
    SELECT count(*) FROM messaging_message m JOIN surveys_invitation i ON i.id = m.about_id
    WHERE m.template = 'reminder' AND i.patient_id = ANY(%s::uuid[])"""
LEASE_S = 60
SWEPT_S = 20
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
    for pid in children_of(part):
        os.kill(pid, signal.SIGKILL)


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
        with under_load(world, visits, per_second=15) as crowd:
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
    with under_load(world, visits, per_second=10) as crowd:
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


def test_worker_killed_between_and_inside_steps_of_invitations_leaves_none_out_and_doubles_none(world: World) -> None:
    patients = [link.patient_id for link in world.take(20)]
    tell(world, patients)
    settle(world, [], within_s=30)
    waiting = _waiting_for_a_reminder(world, patients)
    assert len(waiting) == len(patients)

    behind = ", ".join(f"'{patient}'" for patient in waiting[10:])
    with held(world, f"SELECT FROM patients_patient WHERE id IN ({behind}) FOR NO KEY UPDATE"):
        assert let_days_pass(world, patients) == len(patients)
        assert wait_until(lambda: _reminded(world, patients) == 10, timeout_s=SWEPT_S, pause_s=0.1)
        assert wait_until(lambda: world.ask(BLOCKED)[0][0] >= 1, timeout_s=SWEPT_S, pause_s=0.1)
        kill_whole(world.workers["sweep"])
    settle(world, [], within_s=30)
    assert _reminded(world, patients) == len(patients)

    with held(world, LOCKS["before its end"]):
        assert let_days_pass(world, patients) == len(patients)
        assert wait_until(lambda: world.ask(STEPPING)[0][0] >= 1, timeout_s=SWEPT_S, pause_s=0.1)
        kill_children(world.workers["sweep"])
    settle(world, [], within_s=30)
    assert _reminded(world, patients) == 2 * len(patients)


def _waiting_for_a_reminder(world: World, patients: Sequence[str]) -> list[str]:
    """Return the patients in the order in which their reminders come due."""
    rows = world.ask(
        """SELECT patient_id::text FROM surveys_invitation
        WHERE patient_id = ANY(%s::uuid[]) AND step = 'remind' AND next_step_at IS NOT NULL ORDER BY id""",
        list(patients),
    )
    return [patient for (patient,) in rows]


def _reminded(world: World, patients: Sequence[str]) -> int:
    return int(world.ask(REMINDED, list(patients))[0][0])
