"""A cached value that many read and one task refreshes, at bounded cost and with bounded waiting."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Cached(Generic[T]):
    """The last value of a function, refreshed when it is requested and older than `fresh_for` seconds.

    A slow read is not repeated for twenty times its duration, so that it costs 5 % of the time at most.
    """

    def __init__(self, read: Callable[[], Awaitable[T]], *, fresh_for: float, patience: float) -> None:
        self._read = read
        self._fresh_for = fresh_for
        self._patience = patience
        self._reading: asyncio.Task[None] | None = None
        self._value: T | None = None
        self._is_late = False
        self._fresh_until = 0.0

    @property
    def is_late(self) -> bool:
        """Whether the last caller did not get a new value in time."""
        return self._is_late

    async def get(self) -> T | None:
        """Return a fresh value, or after `patience` seconds the previous one; None: there is none yet.

        Concurrent callers wait for the same read. An exception of the function is raised here.
        """
        if self._reading is None:
            if asyncio.get_running_loop().time() < self._fresh_until:
                return self._value
            self._reading = asyncio.create_task(self._renew(), name="reading the state of the system")
        reading = self._reading
        done, _ = await asyncio.wait({reading}, timeout=self._patience)
        self._is_late = not done
        if done:
            reading.result()
        return self._value

    async def _renew(self) -> None:
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            self._value = await self._read()
        finally:
            self._reading = None
            self._fresh_until = clock() + max(self._fresh_for, 20 * (clock() - began))
