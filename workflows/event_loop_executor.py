"""Workflow tasks run in the event loop itself, not in a thread: handing one over costs more than most of them take."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class EventLoopExecutor(ThreadPoolExecutor):
    """Runs what it is given in the running event loop, soon.

    Temporal watches workflow tasks from outside their thread and ends one that does not yield for two seconds. There
    is no outside here: a workflow that computes for ever would hold up the process. Ours only wait.
    """

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        done: Future[T] = Future()
        loop = asyncio.get_running_loop()

        def run() -> None:
            try:
                done.set_result(fn(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits for the result
                done.set_exception(error)
            finally:
                asyncio._set_running_loop(loop)  # noqa: SLF001 - a workflow is a loop of its own, and takes its place

        # Not at once: Python 3.14 refuses to step one task within another.
        loop.call_soon(run)
        return done
