"""Workflow tasks run in the event loop, not in another thread."""

import asyncio
import threading

import pytest

from workflows.event_loop_executor import EventLoopExecutor


async def test_work_runs_in_the_loops_own_thread() -> None:
    done = await asyncio.get_running_loop().run_in_executor(EventLoopExecutor(), threading.get_ident)

    assert done == threading.get_ident()


async def test_an_error_reaches_the_caller() -> None:
    def fails() -> None:
        raise ArithmeticError("in the middle")

    with pytest.raises(ArithmeticError, match="in the middle"):
        await asyncio.get_running_loop().run_in_executor(EventLoopExecutor(), fails)


async def test_the_loop_is_restored_after_work_that_was_an_event_loop() -> None:
    loop = asyncio.get_running_loop()

    await loop.run_in_executor(EventLoopExecutor(), asyncio._set_running_loop, None)

    assert asyncio.get_running_loop() is loop
