"""The circuit breaker: one failure opens it, one probe at a time may close it."""

import time_machine

from cxplatform.lib.breaker import Breaker
from tests.conftest import T0
from tests.steps import later


def test_a_new_breaker_is_closed() -> None:
    assert not Breaker(pause_s=2).is_open()


def test_a_failure_opens_it_for_the_pause_and_only_the_first_is_news() -> None:
    with time_machine.travel(T0, tick=False) as clock:
        breaker = Breaker(pause_s=2)
        assert breaker.failed()
        assert not breaker.failed()
        assert breaker.is_open()
        clock.move_to(later(seconds=1.9))
        assert breaker.is_open()


def test_after_the_pause_one_probe_passes_and_the_others_wait() -> None:
    with time_machine.travel(T0, tick=False) as clock:
        breaker = Breaker(pause_s=2)
        breaker.failed()
        clock.move_to(later(seconds=2))
        assert [breaker.is_open() for _ in range(3)] == [False, True, True]


def test_a_probe_that_succeeds_closes_it_and_one_that_fails_opens_it_again() -> None:
    with time_machine.travel(T0, tick=False) as clock:
        breaker = Breaker(pause_s=2)
        breaker.failed()
        clock.move_to(later(seconds=2))
        breaker.is_open()
        assert not breaker.failed()
        assert breaker.is_open()
        clock.move_to(later(seconds=5))
        breaker.is_open()
        breaker.succeeded()
        assert not breaker.is_open()
        assert breaker.failed()
