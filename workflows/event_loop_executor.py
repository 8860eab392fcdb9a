"""Run workflow tasks in the event loop, not in a thread: the handover to a thread costs more than most tasks take."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class EventLoopExecutor(ThreadPoolExecutor):
    """Runs submitted calls in the running event loop, one iteration later.

    Temporal's deadlock detection (a workflow task that does not yield for two seconds) needs a second thread, so it
    does not work here: a workflow that computes without end would block the process. Laurel's workflows only wait.
    """

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        done: Future[T] = Future()
        loop = asyncio.get_running_loop()

        def run() -> None:
            try:
                done.set_result(fn(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001 - the caller gets it from the future
                done.set_exception(error)
            finally:
                asyncio._set_running_loop(loop)  # noqa: SLF001 - a workflow is an event loop, and replaced this one

        # Not at once: Python 3.14 refuses to step one task within another.
        loop.call_soon(run)
        return done
