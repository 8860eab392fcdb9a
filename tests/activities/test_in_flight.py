"""Only so many events are answered at once, and no place is lost."""

import asyncio

import pytest

from activities import in_flight as underway
from activities.in_flight import InFlightLimiter


async def test_an_event_waits_until_another_leaves() -> None:
    places = InFlightLimiter(1)
    await places.enter("first")

    second = asyncio.create_task(places.enter("second"))
    await asyncio.sleep(0)
    waited = not second.done()
    places.leave("first")

    assert waited
    assert await second


async def test_who_waits_too_long_goes_without_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(underway, "LONGEST_WAIT", 0.01)
    places = InFlightLimiter(1)
    await places.enter("first")

    entered = await places.enter("second")

    assert not entered


async def test_an_event_that_never_leaves_loses_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(underway, "LONGEST_STAY", 0.01)
    places = InFlightLimiter(1)
    await places.enter("held up")

    entered = await places.enter("second")

    assert entered


async def test_leaving_twice_makes_no_place() -> None:
    places = InFlightLimiter(1)
    await places.enter("first")
    places.leave("first")
    places.leave("first")
    await places.enter("second")

    third = asyncio.create_task(places.enter("third"))
    await asyncio.sleep(0)
    waited = not third.done()
    third.cancel()

    assert waited
