"""The cache fails open and at once: no request needs Redis."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache as live_cache

from cxplatform.lib import cache as module
from cxplatform.lib.cache import ForgivingRedisCache
from tests.conftest import PASSWORD, Cast
from tests.lib.gone import WAYS

OPTIONS = settings.CACHES["default"]["OPTIONS"]
CALLS: list[tuple[str, tuple[Any, ...], Any]] = [
    ("get", ("k", "fallback"), "fallback"),
    ("set", ("k", 1), None),
    ("add", ("k", 1), True),
    ("touch", ("k",), True),
    ("delete", ("k",), False),
    ("get_many", (["k"],), {}),
    ("set_many", ({"k": 1},), []),
    ("delete_many", (["k"],), None),
    ("has_key", ("k",), False),
    ("incr", ("k",), 1),
    ("get_or_set", ("k", 7), 7),
    ("clear", (), None),
]


@pytest.fixture(autouse=True)
def _closed_breaker() -> Iterator[None]:
    module.breaker.succeeded()
    yield
    module.breaker.succeeded()


@pytest.fixture(params=WAYS)
def gone(request: pytest.FixtureRequest) -> Iterator[ForgivingRedisCache]:
    """Return a cache whose server is gone."""
    with WAYS[request.param]() as path:
        yield ForgivingRedisCache(f"unix://{path}?db=2", {"OPTIONS": OPTIONS})


@pytest.mark.parametrize(("call", "arguments", "answer"), CALLS, ids=[call for call, _, _ in CALLS])
def test_a_call_answers_without_redis(
    gone: ForgivingRedisCache, call: str, arguments: tuple[Any, ...], answer: Any
) -> None:
    assert getattr(gone, call)(*arguments) == answer


def test_the_first_call_is_short_and_the_next_ones_cost_nothing(gone: ForgivingRedisCache) -> None:
    started = time.monotonic()
    gone.get("k")
    assert time.monotonic() - started < 0.4
    started = time.monotonic()
    for _ in range(100):
        gone.get("k")
    assert time.monotonic() - started < 0.02


def test_it_recovers_when_redis_is_back(gone: ForgivingRedisCache, monkeypatch: pytest.MonkeyPatch) -> None:
    gone.get("k")
    live_cache.set("back", 1)
    assert live_cache.get("back") is None  # one breaker for the process: still open
    monkeypatch.setattr(module.breaker, "_closed_again_at", time.monotonic() - 0.001)
    live_cache.set("back", 1)
    assert live_cache.get("back") == 1


def test_a_missing_key_is_still_an_error_to_increment() -> None:
    with pytest.raises(ValueError, match="not found"):
        live_cache.incr("never-set")


@pytest.mark.parametrize("way", WAYS)
def test_sign_in_works_without_redis(client: Any, cast: Cast, settings: Any, way: str) -> None:
    user = cast.acme.members["agent"].user
    user.set_password(PASSWORD)
    user.save()
    with WAYS[way]() as path:
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": f"unix://{path}?db=2"}}
        response = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)
