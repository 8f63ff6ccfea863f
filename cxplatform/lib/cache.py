"""A Redis cache that fails open: when Redis is gone, reads miss and writes do nothing, at once."""

from collections.abc import Callable
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

from cxplatform.lib.breaker import Breaker

log = structlog.get_logger(__name__)
breaker = Breaker(pause_s=2.0)


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache without its errors; no request needs Redis."""

    def _forgive(self, call: Callable[..., Any], fallback: Any, *args: Any, **kwargs: Any) -> Any:
        if breaker.is_open():
            return fallback
        try:
            result = call(*args, **kwargs)
        except (RedisError, OSError) as error:
            if breaker.failed():
                log.warning("cache.unavailable", error=type(error).__name__)
            return fallback
        breaker.succeeded()
        return result

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Add, or pretend to."""
        return bool(self._forgive(super().add, True, *args, **kwargs))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """Get, or miss."""
        return self._forgive(super().get, default, key, default, version)

    def set(self, *args: Any, **kwargs: Any) -> None:
        """Set, or do nothing."""
        self._forgive(super().set, None, *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        """Touch, or pretend to."""
        return bool(self._forgive(super().touch, True, *args, **kwargs))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        """Delete, or do nothing."""
        return bool(self._forgive(super().delete, False, *args, **kwargs))

    def has_key(self, key: Any, version: int | None = None) -> bool:
        """Tell whether there is such a key; there is none without Redis."""
        return bool(self._forgive(super().has_key, False, key, version))

    def clear(self) -> None:
        """Remove every key, or none."""
        self._forgive(super().clear, None)

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        """Delete several, or none."""
        self._forgive(super().delete_many, None, *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        """Get several, or miss all."""
        return dict(self._forgive(super().get_many, {}, *args, **kwargs))

    def set_many(self, *args: Any, **kwargs: Any) -> list[Any]:
        """Set several, or do nothing."""
        return list(self._forgive(super().set_many, [], *args, **kwargs) or [])

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Increment, or answer `delta` as if the count had just begun."""
        return int(self._forgive(super().incr, delta, key, delta, version))
