"""The circuit breaker: one failure opens it, one probe at a time may close it."""

from types import SimpleNamespace

import pytest

from cxplatform.lib import breaker as module
from cxplatform.lib.breaker import Breaker


class Clock:
    """A monotonic clock that stands still until it is set."""

    def __init__(self) -> None:
        self.at = 100.0

    def monotonic(self) -> float:
        """Return the time in seconds."""
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Let breakers look at a clock of ours."""
    standing = Clock()
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=standing.monotonic))
    return standing


def test_a_new_breaker_is_closed() -> None:
    assert not Breaker(pause_s=2).is_open()


def test_a_failure_opens_it_for_the_pause_and_only_the_first_is_news(clock: Clock) -> None:
    breaker = Breaker(pause_s=2)
    assert breaker.failed()
    assert not breaker.failed()
    clock.at += 1.9
    assert breaker.is_open()


def test_after_the_pause_one_probe_passes_and_the_others_wait(clock: Clock) -> None:
    breaker = Breaker(pause_s=2)
    breaker.failed()
    clock.at += 2
    assert [breaker.is_open() for _ in range(3)] == [False, True, True]


def test_a_probe_that_succeeds_closes_it_and_one_that_fails_opens_it_again(clock: Clock) -> None:
    breaker = Breaker(pause_s=2)
    breaker.failed()
    clock.at += 2
    assert not breaker.is_open()
    assert not breaker.failed()
    assert breaker.is_open()
    clock.at += 2
    assert not breaker.is_open()
    breaker.succeeded()
    assert not breaker.is_open()
    assert breaker.failed()
