"""Attempts to log in, counted by whoever and whence, in a window that slides."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from math import ceil

from api.errors import TooManyAttempts

MOST = 10
WINDOW = 60.0
"""Seconds."""

MOST_REMEMBERED = 10_000


class Attempts:
    """At most so many attempts in a window, unless one succeeds. It is this process's own memory."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._made: OrderedDict[Hashable, deque[float]] = OrderedDict()

    def begin(self, who: Hashable) -> None:
        """Count an attempt before it is made, so that many at once count, too; raise TooManyAttempts."""
        now = self._clock()
        made = self._made.setdefault(who, deque())
        self._made.move_to_end(who)
        while made and made[0] <= now - WINDOW:
            made.popleft()
        if len(made) >= MOST:
            raise TooManyAttempts(ceil(made[0] + WINDOW - now))
        made.append(now)
        while len(self._made) > MOST_REMEMBERED:
            self._made.popitem(last=False)

    def succeeded(self, who: Hashable) -> None:
        """Forget the attempts of somebody who turned out to be right."""
        self._made.pop(who, None)
