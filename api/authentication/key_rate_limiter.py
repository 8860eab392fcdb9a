"""The rate limits of API keys: requests per minute and key, counted in the memory of this process."""

import time
from collections import OrderedDict
from collections.abc import Callable
from math import floor

from api.http.errors import RateLimitReached

WINDOW = 60.0
"""Seconds."""

MAX_KEYS = 10_000


class KeyRateLimiter:
    """A sliding window: the requests of this minute, and the share of the last minute's that the window covers."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: OrderedDict[str, tuple[float, int, int]] = OrderedDict()
        """By key: when the window began, the requests in the previous one, and in this one."""

    def acquire(self, key: str, limit: int) -> None:
        """Count a request of a key; raise RateLimitReached, without counting it, if it exceeds the limit."""
        now = self._clock()
        began, before, within = self._window(key, now)
        passed = now - began
        if before * (WINDOW - passed) / WINDOW + within >= limit:
            raise RateLimitReached(limit, floor(_wait(before, within, limit, passed)) + 1)
        self._counts[key] = began, before, within + 1
        self._counts.move_to_end(key)
        while len(self._counts) > MAX_KEYS:
            self._counts.popitem(last=False)

    def _window(self, key: str, now: float) -> tuple[float, int, int]:
        began, before, within = self._counts.get(key, (now, 0, 0))
        windows = int((now - began) // WINDOW)
        if windows == 0:
            return began, before, within
        return began + windows * WINDOW, within if windows == 1 else 0, 0


def _wait(before: int, within: int, limit: int, passed: float) -> float:
    """Return the seconds after which another request is within the limit, if none comes before."""
    if within < limit:
        return WINDOW - WINDOW * (limit - within) / before - passed
    return WINDOW - passed + WINDOW - WINDOW * limit / within
