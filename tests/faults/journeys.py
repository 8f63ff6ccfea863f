"""What goes on beside the answers: a hub tells of events, days pass, and surveys, reminders and follow-ups go out.

All of it is done in the database by its owner, as if time had passed: workers find out by themselves what became due.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg2

from tests.faults.crowd import Crowd, Visit, answering
from tests.faults.world import World

TRAVELLER = 4  # every so manieth patient, from the second on, is told of by the hub
FOLLOW_UPS = 2  # outcomes that come due during one load
TICK_S = 0.5
TOLD_WITHIN_S = 30
# A test may hold locks until the load is over, so the load must not wait for them.
_IMPATIENT = "SET LOCAL lock_timeout = '300ms';"
_EVENTS = f"""{_IMPATIENT}
    INSERT INTO patients_touchpoint (id, organization_id, patient_id, partner_id, kind, occurred_at, received_at,
        source_id, is_backfill, plan_pending)
    SELECT gen_random_uuid(), p.organization_id, p.id, p.partner_id, 'onboarding_completed',
        now() - interval '25 hours', now(), 'event of ' || p.id, false, true
    FROM patients_patient p WHERE p.id = ANY(%s::uuid[]) ON CONFLICT DO NOTHING RETURNING patient_id::text"""
# A step that a worker holds at this moment is passed over, and nobody waits for it.
_DAYS = f"""{_IMPATIENT}
    WITH waiting AS (
        SELECT i.id, now() - row_number() OVER (ORDER BY i.id DESC) * interval '1 ms' AS due_at
        FROM (SELECT id FROM surveys_invitation
            WHERE step = 'remind' AND next_step_at > now() AND coalesce(patient_id = ANY(%s::uuid[]), true)
            FOR NO KEY UPDATE SKIP LOCKED) i)
    UPDATE surveys_invitation i SET invited_at = invited_at - (next_step_at - due_at),
        expires_at = expires_at - (next_step_at - due_at), next_step_at = due_at
    FROM waiting WHERE waiting.id = i.id RETURNING 1"""
_OUTCOMES = """
    UPDATE surveys_invitation SET expires_at = expires_at - (next_step_at - now()), next_step_at = now()
    WHERE id IN (SELECT id FROM surveys_invitation
        WHERE source = 'follow_up' AND invited_at IS NULL AND next_step_at > now() + interval '1 hour'
        ORDER BY id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED) RETURNING 1"""
_PAUSES = """
    UPDATE surveys_invitation SET next_step_at = now()
    WHERE id IN (SELECT id FROM surveys_invitation WHERE step_failures > 0 AND next_step_at > now()
        FOR NO KEY UPDATE SKIP LOCKED) RETURNING 1"""


@contextmanager
def under_load(world: World, visits: Sequence[Visit], *, per_second: float) -> Iterator[Crowd]:
    """Let a crowd answer as `answering` does, while some of them are invited to another survey and reminded.

    Whom the hub could not tell of meanwhile, `tell_of_all` does.
    """
    with answering(port=world.port, visits=visits, per_second=per_second) as crowd:
        stop = threading.Event()
        hub = threading.Thread(target=_go_on, args=(world, crowd, stop))
        hub.start()
        try:
            yield crowd
        finally:
            stop.set()
            hub.join()


def travellers(visits: Sequence[Visit]) -> list[str]:
    """Return the ids of the patients that the hub tells of."""
    return [visit.link.patient_id for visit in visits[1::TRAVELLER]]


def tell_of_all(world: World, visits: Sequence[Visit]) -> None:
    """Tell of all whom the hub was to tell of, as soon as the database takes it.

    Raises OperationalError when it does not within TOLD_WITHIN_S.
    """
    patience = time.monotonic() + TOLD_WITHIN_S
    while True:
        try:
            tell(world, travellers(visits))
        except psycopg2.OperationalError:
            if time.monotonic() > patience:
                raise
            time.sleep(TICK_S)
        else:
            return


def tell(world: World, patients: Sequence[str]) -> list[str]:
    """Tell that patients completed their onboarding yesterday; return those of whom that was not told before."""
    return [patient for (patient,) in world.ask(_EVENTS, list(patients))]


def let_days_pass(world: World, patients: Sequence[str] | None = None) -> int:
    """Move the invitations that wait for a reminder so far into the past that it is due now; return how many.

    They become due in the order of their ids. patients: None for those of all.
    """
    return len(world.ask(_DAYS, None if patients is None else list(patients)))


def let_pauses_pass(world: World) -> int:
    """Make steps due now that failed, and that would be tried again in a minute; return how many."""
    return len(world.ask(_PAUSES))


def _go_on(world: World, crowd: Crowd, stop: threading.Event) -> None:
    wanted = FOLLOW_UPS
    while not stop.wait(TICK_S):
        try:
            tell(world, travellers(list(crowd.visits)))
            let_days_pass(world)
            wanted -= len(world.ask(_OUTCOMES, wanted))
        except psycopg2.Error:  # Postgres is away: it happens when it is back
            continue
