"""A nudge is best effort: after the commit, short, silent when Redis is gone, and back when it is back."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live
from django.db import transaction
from redis import Redis

from cxplatform.lib import nudge as module
from cxplatform.lib.nudge import nudge
from surveys.models import Response
from tests.conftest import Cast
from tests.lib.gone import WAYS
from tests.steps import REAL_COMMITS, respond


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    module._forget_producer()
    module.breaker.succeeded()
    yield
    module._forget_producer()
    module.breaker.succeeded()


@pytest.fixture
def broker() -> Iterator[Redis]:
    """Return a client of the real broker, whose queues are empty."""
    address = live.CELERY_BROKER_URL.removeprefix("redis+socket://").partition("?")[0]
    with Redis(unix_socket_path=address) as client:
        client.flushdb()
        yield client
        client.flushdb()


def use(settings: Any, path: Path) -> None:
    """Let nudges go to a socket."""
    settings.CELERY_BROKER_URL = f"redis+socket://{path}?virtual_host=0"


def timed(call: Any) -> float:
    """Return how many seconds a call takes."""
    started = time.monotonic()
    call()
    return time.monotonic() - started


def test_an_unmapped_topic_is_refused_at_once() -> None:
    with pytest.raises(KeyError):
        nudge("nobody.knows", organization_id=1)


@REAL_COMMITS
def test_a_nudge_is_sent_after_the_commit_with_ids_as_strings(db: None, broker: Redis) -> None:
    with transaction.atomic():
        nudge("surveys.revision", organization_id=1, response_id=2)
        assert broker.llen("urgent") == 0
    (queued,) = broker.lrange("urgent", 0, -1)
    headers = json.loads(queued)["headers"]
    assert headers["task"] == "alerts.tasks.evaluate"
    assert headers["kwargsrepr"] == "{'organization_id': '1', 'response_id': '2'}"


@REAL_COMMITS
def test_a_rolled_back_transaction_nudges_nobody(db: None, broker: Redis) -> None:
    with transaction.atomic():
        nudge("surveys.revision", organization_id=1, response_id=2)
        transaction.set_rollback(True)
    assert broker.llen("urgent") == 0


@pytest.mark.parametrize("way", WAYS)
@REAL_COMMITS
def test_without_redis_an_answer_is_committed_and_the_wait_is_short(cast: Cast, settings: Any, way: str) -> None:
    with WAYS[way]() as path:
        use(settings, path)
        warm = timed(lambda: None)
        first = timed(lambda: nudge("surveys.revision", organization_id=1, response_id=2))
        rest = timed(lambda: [nudge("surveys.revision", organization_id=1, response_id=2) for _ in range(20)])
        response = respond(cast.acme, {"prepared": "no"})
    assert first - warm < 0.4
    assert rest < 0.02 * 20
    with cast.acme.bound():
        assert Response.objects.get(pk=response.pk).evaluate_at is not None


@pytest.mark.parametrize("way", WAYS)
@REAL_COMMITS
def test_nudges_are_sent_again_when_redis_is_back(
    db: None, settings: Any, broker: Redis, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    real = Path(live.CELERY_BROKER_URL.removeprefix("redis+socket://").partition("?")[0])
    with WAYS[way]() as path:
        use(settings, path)
        nudge("surveys.revision", organization_id=1, response_id=2)
    assert module.breaker.is_open()
    use(settings, real)
    nudge("surveys.revision", organization_id=1, response_id=2)
    assert broker.llen("urgent") == 0
    monkeypatch.setattr(module.breaker, "_closed_again_at", time.monotonic() - 0.001)
    nudge("surveys.revision", organization_id=1, response_id=2)
    nudge("surveys.revision", organization_id=1, response_id=2)
    assert broker.llen("urgent") == 2


@REAL_COMMITS
def test_a_connection_that_died_between_two_nudges_costs_one_nudge(db: None, broker: Redis) -> None:
    nudge("surveys.revision", organization_id=1, response_id=2)
    broker.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    nudge("surveys.revision", organization_id=1, response_id=2)
    module.breaker.succeeded()
    nudge("surveys.revision", organization_id=1, response_id=2)
    assert broker.llen("urgent") >= 2
