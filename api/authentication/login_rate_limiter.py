"""Rate limit of logins: failures take tokens from buckets by name and by address, and an attempt waits for its token.

Token buckets that refill over time, one for each of these; a successful login gives its tokens back:
- **name at an address**: guesses at one name;
- **address**: guesses at many names;
- **name**: guesses at one name from many addresses.

A name that has logged in from an address is known there, and needs only the first: guesses at other names, or from
other addresses, do not delay it. Without tokens an attempt waits a few seconds at most, and only then are further ones
refused: a slow attack locks no account.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Coroutine, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Any, TypeAlias

from api.http.errors import TooManyAttempts

MAX_WAIT = 10.0
"""The most seconds that an attempt waits for its turn; if it would wait longer, it is refused."""

MAX_KEYS = 10_000
"""The most buckets of each kind, and known names; the least recently used are dropped."""

IPV6_PREFIX = 64
"""Bits of an IPv6 address that count as one: a client can choose the others."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many attempts may fail at once, and how many per second from then on."""

    burst: int
    each_second: float


NAME_AT_ADDRESS = Allowance(10, 1 / 3)
ADDRESS = Allowance(20, 1.0)
NAME = Allowance(60, 1.0)


@dataclass(slots=True)
class _Bucket:
    """The tokens at a moment; negative if they are owed to waiting attempts."""

    tokens: float
    at: float


class _Buckets:
    """The buckets of one kind."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._buckets: OrderedDict[Hashable, _Bucket] = OrderedDict()

    def wait(self, key: Hashable, now: float) -> float:
        """Return the seconds that an attempt would wait now."""
        return max(0.0, (1 - self._filled(key, now).tokens) / self._allowance.each_second)

    def take(self, key: Hashable, now: float) -> None:
        """Take a token, which is owed if there is none."""
        self._filled(key, now).tokens -= 1

    def give_back(self, key: Hashable, now: float) -> None:
        """Give a token back."""
        bucket = self._filled(key, now)
        bucket.tokens = min(self._allowance.burst, bucket.tokens + 1)

    def clear(self, key: Hashable) -> None:
        """Fill a bucket."""
        self._buckets.pop(key, None)

    def _filled(self, key: Hashable, now: float) -> _Bucket:
        """Return a bucket, refilled up to now."""
        bucket = self._buckets.setdefault(key, _Bucket(self._allowance.burst, now))
        self._buckets.move_to_end(key)
        earned = (now - bucket.at) * self._allowance.each_second
        bucket.tokens, bucket.at = min(self._allowance.burst, bucket.tokens + earned), now
        while len(self._buckets) > MAX_KEYS:
            self._buckets.popitem(last=False)
        return bucket


Attempt: TypeAlias = list[tuple[_Buckets, Hashable]]


class LoginRateLimiter:
    """Limits failed logins; kept in the memory of this process."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Coroutine[Any, Any, None]] = asyncio.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._by_name_at_address = _Buckets(NAME_AT_ADDRESS)
        self._by_address = _Buckets(ADDRESS)
        self._by_name = _Buckets(NAME)
        self._known: OrderedDict[Hashable, None] = OrderedDict()

    @asynccontextmanager
    async def attempt(self, store: str, username: str, host: str) -> AsyncIterator[bool]:
        """Wait until a login may be tried, and try it in the block: an exception is a failure, its end a success.

        The value is whether the name has logged in from this address before. Attempts count before they are made, so
        that concurrent ones count, too. Raise TooManyAttempts.
        """
        name, address = (store, username.lower()), _network(host)
        both = (name, address)
        taken: Attempt = [(self._by_name_at_address, both)]
        is_known = both in self._known
        if not is_known:
            taken += [(self._by_address, address), (self._by_name, name)]
        now = self._clock()
        wait = max(buckets.wait(key, now) for buckets, key in taken)
        if wait > MAX_WAIT:
            raise TooManyAttempts(ceil(wait - MAX_WAIT))
        for buckets, key in taken:
            buckets.take(key, now)
        if wait:
            await self._sleep(wait)
        yield is_known
        for buckets, key in taken[1:]:
            buckets.give_back(key, self._clock())
        self._by_name_at_address.clear(both)
        self._remember(both)

    def _remember(self, both: Hashable) -> None:
        self._known[both] = None
        self._known.move_to_end(both)
        while len(self._known) > MAX_KEYS:
            self._known.popitem(last=False)


def _network(host: str) -> str:
    """Return the part of an address that one client cannot choose."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address, IPV6_PREFIX), strict=False))
