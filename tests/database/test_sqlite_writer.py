"""The writer of SQLite serves callers of several event loops, and runs nothing for those that are gone."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from database.connections import Connections, connect


@pytest.fixture
def connections(tmp_path: Path) -> Iterator[Connections]:
    opened = connect(f"sqlite:///{tmp_path}/x.db")
    yield opened
    opened.close()


class Block:
    """A job that holds the writer until it is released."""

    def __init__(self) -> None:
        self.began, self.released = threading.Event(), threading.Event()

    def __call__(self, _: Connection) -> None:
        self.began.set()
        assert self.released.wait(20)


def one(connection: Connection) -> Any:
    return connection.exec_driver_sql("SELECT 1").scalar()


async def test_a_job_whose_caller_was_cancelled_before_it_began_does_not_run(connections: Connections) -> None:
    block = Block()
    ran: list[Any] = []
    blocked = asyncio.create_task(connections.write(block))
    await asyncio.to_thread(block.began.wait, 20)
    cancelled = asyncio.create_task(connections.write(ran.append))
    await asyncio.sleep(0)
    cancelled.cancel()
    await asyncio.gather(cancelled, return_exceptions=True)
    block.released.set()
    await blocked

    assert await connections.write(one) == 1
    assert cancelled.cancelled()
    assert ran == []


async def test_a_caller_that_is_cancelled_while_its_job_runs_disturbs_no_other(connections: Connections) -> None:
    block = Block()
    cancelled = asyncio.create_task(connections.write(block))
    await asyncio.to_thread(block.began.wait, 20)
    others = [asyncio.create_task(connections.write(one)) for _ in range(3)]
    cancelled.cancel()
    await asyncio.gather(cancelled, return_exceptions=True)
    block.released.set()

    assert await asyncio.gather(*others) == [1, 1, 1]


async def test_callers_in_several_event_loops_get_their_own_results(connections: Connections) -> None:
    def in_a_loop_of_its_own(number: int) -> list[int]:
        def job(n: int) -> Callable[[Connection], int]:
            return lambda _: n

        async def ask() -> list[int]:
            return await asyncio.gather(*(connections.write(job(n)) for n in range(number, number + 5)))

        return asyncio.run(ask())

    found = await asyncio.gather(*(asyncio.to_thread(in_a_loop_of_its_own, 10 * loop) for loop in range(4)))

    assert found == [[10 * loop + n for n in range(5)] for loop in range(4)]


async def test_a_caller_whose_event_loop_is_closed_does_not_end_the_writer(connections: Connections) -> None:
    block = Block()

    def ask_and_leave() -> None:
        loop = asyncio.new_event_loop()
        asked = loop.create_task(connections.write(block))
        loop.run_until_complete(asyncio.sleep(0))
        assert block.began.wait(20)
        asked._log_destroy_pending = False  # type: ignore[attr-defined]  # it is left behind on purpose
        loop.close()

    await asyncio.to_thread(ask_and_leave)
    block.released.set()

    assert await connections.write(one) == 1
