"""Passwords, hashed with argon2id in a thread (about 34 ms each), a few at a time."""

import asyncio
import os
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MAX_CONCURRENT = max(1, (os.cpu_count() or 1) // 2)
"""Each takes 19 MiB and a core: logins leave half of them to everything else."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """Return the hash of a password, to be stored."""
    return _HASHER.hash(password)


class Passwords:
    """Hashes and verifies passwords without blocking the event loop."""

    def __init__(self) -> None:
        self._semaphore = asyncio.Semaphore(MAX_CONCURRENT)
        self._known = asyncio.Semaphore(1)
        """The slots for names that have logged in before: they do not wait behind many that have not."""

    async def hash(self, password: str) -> str:
        """Return the hash of a password, to be stored."""
        async with self._semaphore:
            return await asyncio.to_thread(hash_password, password)

    async def verify(self, password_hash: str | None, password: str, *, is_known: bool = False) -> bool:
        """Return whether a password has this hash; without a hash False, after the same amount of work."""
        async with self._known if is_known else self._semaphore:
            is_right = await asyncio.to_thread(_verify, password_hash or _dummy_hash(), password)
        return is_right and password_hash is not None


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _dummy_hash() -> str:
    return hash_password("nobody")
