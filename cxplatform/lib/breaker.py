"""A circuit breaker for best-effort calls: after a failure, say no at once for a while."""

import threading
import time


class Breaker:
    """Open after one failure for `pause_s` seconds; thread-safe, one per process and service."""

    def __init__(self, *, pause_s: float) -> None:
        self._pause_s = pause_s
        self._closed_again_at = 0.0
        self._lock = threading.Lock()

    def is_open(self) -> bool:
        """Tell whether calls should be skipped now.

        When the pause is over, exactly one caller is let through to probe; the others keep skipping until it is done.
        """
        if self._closed_again_at == 0.0:
            return False
        with self._lock:
            if time.monotonic() < self._closed_again_at:
                return True
            self._closed_again_at = time.monotonic() + self._pause_s
            return False

    def failed(self) -> bool:
        """Record a failure; True when the breaker was closed before (worth one log line)."""
        with self._lock:
            was_closed = self._closed_again_at == 0.0
            self._closed_again_at = time.monotonic() + self._pause_s
            return was_closed

    def succeeded(self) -> None:
        """Close the breaker."""
        if self._closed_again_at:
            with self._lock:
                self._closed_again_at = 0.0
