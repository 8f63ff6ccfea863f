"""The mail server refuses, cannot be reached, is slow, never answers, hangs up; then it is back."""

import time

from cxplatform.devstack.processes import wait_until
from tests.faults.chain import broken_laws, settle
from tests.faults.crowd import visits_of
from tests.faults.journeys import under_load
from tests.faults.mail import Mood
from tests.faults.world import World

PER_SECOND = 6
WAITING = """
    SELECT attempts, last_error, next_try_at > now() FROM messaging_message
    WHERE state = 'queued' AND last_error <> '' AND leased_until IS NULL"""
UNEVALUATED = "SELECT count(*) FROM surveys_response WHERE evaluate_at IS NOT NULL"
SWEEP_S = 5
SWEPT_S = 30  # far less than the mails that wait would take, one after another


def test_mail_that_fails_in_every_way_is_sent_in_the_end_and_normally_once(world: World) -> None:
    before = set(world.mail.copies())
    visits = visits_of(world.take(200))
    with under_load(world, visits, per_second=PER_SECOND) as crowd:
        world.mail.mood = Mood.REFUSE
        assert wait_until(lambda: len(world.ask(WAITING)) >= 8, timeout_s=20, pause_s=0.2)
        refused = world.ask(WAITING)
        world.mail.stop()
        assert wait_until(lambda: _errors(world) >= {"ConnectionRefusedError"}, timeout_s=20, pause_s=0.2)
        world.mail.mood = Mood.SLOW
        world.mail.start()
        time.sleep(3)
        world.mail.mood = Mood.ACCEPT
    assert {error for _, error, _ in refused} == {"text refused [451]"}
    assert all(attempts >= 1 for attempts, _, _ in refused)
    assert any(is_later for _, _, is_later in refused)
    assert len(crowd.acknowledged) == len(crowd.visits)
    settle(world, crowd.visits, within_s=60)
    copies = world.mail.copies()
    assert {copies[each] for each in set(copies) - before} == {1}


def test_mail_server_that_hangs_up_after_taking_a_message_gets_it_again_under_its_id(world: World) -> None:
    before = set(world.mail.copies())
    world.mail.mood = Mood.DROP
    visits = visits_of(world.take(2), unprepared_every=2)
    with under_load(world, visits, per_second=10) as crowd:
        assert wait_until(lambda: len(set(world.mail.copies()) - before) >= 2, timeout_s=20)
    world.mail.mood = Mood.ACCEPT
    hung_up_on = set(world.mail.copies()) - before
    settle(world, crowd.visits, within_s=30)
    copies = world.mail.copies()
    assert min(copies[each] for each in hung_up_on) >= 2


def test_mail_server_that_never_answers_delays_no_evaluation(world: World) -> None:
    world.mail.mood = Mood.SILENT
    silent = world.mail.refusals
    with under_load(world, visits_of(world.take(12), unprepared_every=1), per_second=30) as first:
        assert wait_until(lambda: world.mail.refusals - silent >= 2, timeout_s=20)
        time.sleep(SWEEP_S + 1)  # every process that delivers, the sweep of messages too, has met the silence
    world.servers.valkey.kill()  # the nudges are lost, so that only the sweep can find what comes now
    with under_load(world, visits_of(world.take(12), unprepared_every=1), per_second=30) as second:
        assert wait_until(lambda: len(second.visits) == 12, timeout_s=10)
    world.servers.valkey.start()
    assert wait_until(lambda: world.ask(UNEVALUATED)[0][0] == 0, timeout_s=SWEPT_S, pause_s=0.2)
    assert "a message is not sent" in broken_laws(world)
    world.mail.mood = Mood.ACCEPT
    settle(world, [*first.visits, *second.visits], within_s=60)


def _errors(world: World) -> set[str]:
    return {error for _, error, _ in world.ask(WAITING)}
