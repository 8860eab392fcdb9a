"""Passwords, hashed as argon2id; half a blink each, in a thread, a few at a time."""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

AT_ONCE = 2
"""Each takes 19 MiB and a core."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """A hash to keep."""
    return _HASHER.hash(password)


class Passwords:
    """Hashes and verifies without holding up the event loop."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def hash(self, password: str) -> str:
        """A hash to keep."""
        async with self._turns:
            return await asyncio.to_thread(hash_password, password)

    async def fits(self, password_hash: str | None, password: str) -> bool:
        """Whether a password is the one that was hashed; without a hash it is not, after as much work."""
        async with self._turns:
            is_right = await asyncio.to_thread(_fits, password_hash or _nobodys_hash(), password)
        return is_right and password_hash is not None


def _fits(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    return hash_password("nobody")
