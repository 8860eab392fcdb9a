"""A bounded number of events is in flight, and no slot is lost."""

import asyncio

import pytest

from activities import in_flight
from activities.in_flight import InFlightLimiter


async def test_an_event_waits_until_another_frees_its_slot() -> None:
    limiter = InFlightLimiter(1)
    await limiter.acquire("first")

    second = asyncio.create_task(limiter.acquire("second"))
    await asyncio.sleep(0)
    waited = not second.done()
    limiter.release("first")

    assert waited
    assert await second


async def test_an_event_that_waits_too_long_gets_no_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_flight, "MAX_WAIT_SECONDS", 0.01)
    limiter = InFlightLimiter(1)
    await limiter.acquire("first")

    acquired = await limiter.acquire("second")

    assert not acquired


async def test_an_event_that_never_frees_its_slot_loses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_flight, "MAX_HOLD_SECONDS", 0.01)
    limiter = InFlightLimiter(1)
    await limiter.acquire("held up")

    acquired = await limiter.acquire("second")

    assert acquired


async def test_freeing_a_slot_twice_makes_no_second_one() -> None:
    limiter = InFlightLimiter(1)
    await limiter.acquire("first")
    limiter.release("first")
    limiter.release("first")
    await limiter.acquire("second")

    third = asyncio.create_task(limiter.acquire("third"))
    await asyncio.sleep(0)
    waited = not third.done()
    third.cancel()

    assert waited
