"""The rate limit on logins: a sliding window over the attempts for one name from one address."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from math import ceil

from api.http.errors import TooManyAttempts

MAX_ATTEMPTS = 10
WINDOW = 60.0
"""Seconds."""

MAX_KEYS = 10_000


class LoginRateLimiter:
    """Allows at most `MAX_ATTEMPTS` in a window, unless one succeeds; kept in the memory of this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._attempts: OrderedDict[Hashable, deque[float]] = OrderedDict()

    def acquire(self, key: Hashable) -> None:
        """Count an attempt before it is made, so that concurrent ones count too; raise TooManyAttempts."""
        now = self._clock()
        attempts = self._attempts.setdefault(key, deque())
        self._attempts.move_to_end(key)
        while attempts and attempts[0] <= now - WINDOW:
            attempts.popleft()
        if len(attempts) >= MAX_ATTEMPTS:
            raise TooManyAttempts(ceil(attempts[0] + WINDOW - now))
        attempts.append(now)
        while len(self._attempts) > MAX_KEYS:
            self._attempts.popitem(last=False)

    def reset(self, key: Hashable) -> None:
        """Forget the attempts of a key, after a login that succeeded."""
        self._attempts.pop(key, None)
