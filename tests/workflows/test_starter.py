"""Starting workflows of stored events: nothing is raised, and no client waits long."""

import asyncio
from collections.abc import Sequence

import pytest
import structlog
from temporalio.service import RPCError, RPCStatusCode

from loyalty.references import EventRef
from workflows.starter import Starter

EVENTS = [EventRef("DEFAULT", "1", "member_registered", "m", 1), EventRef("DEFAULT", "2", "app_login", "m", 1)]


async def start_no_batch(batch_id: str, events: Sequence[EventRef]) -> None:
    raise AssertionError("no batch is to start")


async def test_events_are_started_in_the_order_they_happened():
    started: list[str] = []

    async def start(event: EventRef) -> None:
        started.append(event.id)

    await Starter(start, start_no_batch).start(EVENTS)

    assert started == ["1", "2"]


async def test_a_start_that_fails_is_logged_with_the_events_left_to_the_relay():
    async def fail(event: EventRef) -> None:
        raise ConnectionError("nobody there")

    with structlog.testing.capture_logs() as logs:
        await Starter(fail, start_no_batch).start(EVENTS)

    (entry,) = logs
    assert (entry["events"], entry["because"]) == (["1", "2"], "nobody there")


async def test_a_start_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("workflows.starter.LONGEST_START", 0.01)

    with structlog.testing.capture_logs() as logs:
        await Starter(lambda event: asyncio.sleep(3600), start_no_batch).start(EVENTS)

    assert logs[0]["because"] == "TimeoutError"


@pytest.mark.parametrize("error", [ConnectionError(), RPCError("away", RPCStatusCode.UNAVAILABLE, b"")])
async def test_no_start_is_tried_for_a_pause_while_temporal_is_away(monkeypatch: pytest.MonkeyPatch, error: Exception):
    now, tried = 100.0, []

    async def fail(event: EventRef) -> None:
        tried.append(now)
        raise error

    monkeypatch.setattr("workflows.starter.time.monotonic", lambda: now)
    starter = Starter(fail, start_no_batch)
    for now in (100.0, 101.0, 104.9, 105.0):  # noqa: B007 - the clock reads it
        await starter.start(EVENTS)

    assert tried == [100.0, 105.0]


@pytest.mark.parametrize("error", [TimeoutError(), RPCError("no", RPCStatusCode.INVALID_ARGUMENT, b"")])
@pytest.mark.parametrize(
    ("fails", "tried"),
    [("-", "-"), ("x-", "x-"), ("xx-xx-", "xx-xx-"), ("xxx-", "xxx"), ("x-xxx-", "x-xxx")],
    ids=["none", "one", "two in a row", "three in a row", "three after one"],
)
async def test_only_several_failures_in_a_row_mean_that_temporal_is_away(error: Exception, fails: str, tried: str):
    results = iter(fails)
    starts: list[str] = []

    async def start(_: EventRef) -> None:
        starts.append(next(results))
        if starts[-1] == "x":
            raise error

    starter = Starter(start, start_no_batch)
    for _ in fails:
        await starter.start(EVENTS[:1])

    assert "".join(starts) == tried


async def test_a_call_without_events_does_not_count_as_a_success():
    tried: list[str] = []

    async def fail(event: EventRef) -> None:
        tried.append(event.id)
        raise TimeoutError

    starter = Starter(fail, start_no_batch)
    for events in (EVENTS, [], EVENTS, [], EVENTS, [], EVENTS):
        await starter.start(events)

    assert tried == ["1", "1", "1"]


async def test_a_batch_is_started_as_one_and_left_to_the_relay_if_that_fails():
    batches: list[tuple[str, list[str]]] = []

    async def start(event: EventRef) -> None:
        raise AssertionError("no single event is to start")

    async def start_batch(batch_id: str, events: Sequence[EventRef]) -> None:
        batches.append((batch_id, [event.id for event in events]))
        raise ConnectionError("nobody there")

    starter = Starter(start, start_batch)
    await starter.start_batch("batch/1", EVENTS)
    await starter.start_batch("batch/2", EVENTS)

    assert batches == [("batch/1", ["1", "2"])]
