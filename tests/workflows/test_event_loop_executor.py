"""Workflow tasks run in the loop that waits for them."""

import asyncio
import threading

import pytest

from workflows.event_loop_executor import EventLoopExecutor


async def test_work_is_done_in_the_loops_own_thread() -> None:
    done = await asyncio.get_running_loop().run_in_executor(EventLoopExecutor(), threading.get_ident)

    assert done == threading.get_ident()


async def test_what_it_raises_is_the_callers() -> None:
    def fails() -> None:
        raise ArithmeticError("in the middle")

    with pytest.raises(ArithmeticError, match="in the middle"):
        await asyncio.get_running_loop().run_in_executor(EventLoopExecutor(), fails)


async def test_the_loop_runs_on_when_the_work_was_a_loop_of_its_own() -> None:
    loop = asyncio.get_running_loop()

    await loop.run_in_executor(EventLoopExecutor(), asyncio._set_running_loop, None)

    assert asyncio.get_running_loop() is loop
