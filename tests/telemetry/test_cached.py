"""One read for all who ask, and nobody waits for long."""

import asyncio

import pytest

from telemetry.cached import Cached


async def test_many_who_ask_at_once_share_one_read():
    reads = 0

    async def read() -> int:
        nonlocal reads
        reads += 1
        await asyncio.sleep(0.01)
        return reads

    cached = Cached(read, fresh_for=60, patience=5)

    assert await asyncio.gather(*(cached.get() for _ in range(50))) == [1] * 50
    assert await cached.get() == 1


async def test_a_read_that_hangs_holds_nobody_up_and_is_not_begun_twice():
    reads = 0

    async def read() -> int:
        nonlocal reads
        reads += 1
        await asyncio.sleep(60)
        return 1

    cached = Cached(read, fresh_for=0, patience=0.01)

    assert [await cached.get(), await cached.get(), cached.is_late, reads] == [None, None, True, 1]


async def test_an_error_is_raised_and_the_next_who_asks_reads_again():
    answers: list[int | Exception] = [OSError("away"), 7]

    async def read() -> int:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    cached = Cached(read, fresh_for=0, patience=1)
    with pytest.raises(OSError, match="away"):
        await cached.get()
    await asyncio.sleep(0.05)

    assert await cached.get() == 7
