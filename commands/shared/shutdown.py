"""Stop a long-running command on SIGINT (Ctrl-C) or SIGTERM, within ten seconds, whatever is in progress."""

import asyncio
import contextlib
import os
import select
import signal
import threading
import time
from collections.abc import Callable, Coroutine
from types import FrameType
from typing import Any, Final

STOP_WITHIN: Final = 9.0
"""Seconds after which a process that was asked to stop ends as it is. What was accepted is stored, and each step of it
is one transaction, so the next start goes on with it."""

END_WITHIN: Final = 9.5
"""Seconds after which the system ends the process by SIGALRM, in case a library blocks the interpreter."""

CHILDREN: Final[set[int]] = set()
"""The ids of the child processes that this one has not stopped yet."""

_LEFT = b"laurel: something did not stop in time; it goes on at the next start\n"


async def wait_for_shutdown(background: Coroutine[Any, Any, None] | None = None) -> None:
    """Wait for SIGINT or SIGTERM; then the process has STOP_WITHIN seconds to end, and a second signal ends it at once.

    `background` runs meanwhile; its error ends the wait and is raised.
    """
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    _Stop(lambda: loop.call_soon_threadsafe(asked.set)).listen()
    tasks: list[asyncio.Task[Any]] = [asyncio.create_task(asked.wait())]
    if background is not None:
        tasks.append(asyncio.create_task(background))
    ended, running = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    for task in ended:
        task.result()


class _Stop:
    """Handles the signals that request the end. Not in the event loop, which may be what is blocked."""

    def __init__(self, ask: Callable[[], object]) -> None:
        self._ask = ask
        self._is_asked = False
        self._asked = threading.Event()

    def listen(self) -> None:
        """Handle SIGINT and SIGTERM from now on, until the process ends."""
        threading.Thread(target=self._end_in_time, name="stop", daemon=True).start()
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self._is_asked:
            _end(128 + number)
        self._is_asked = True
        signal.setitimer(signal.ITIMER_REAL, END_WITHIN)
        self._asked.set()
        self._ask()

    def _end_in_time(self) -> None:
        self._asked.wait()
        time.sleep(STOP_WITHIN)
        _say(_LEFT)
        _end(0)


def _say(line: bytes) -> None:
    """Write to standard error; a closed pipe or a full disk must not prevent the end."""
    with contextlib.suppress(OSError, ValueError):
        if select.select((), (2,), (), 0)[1]:
            os.write(2, line)


def _end(code: int) -> None:
    """End this process at once, and ask its children to end."""
    for child in CHILDREN:
        try:
            os.kill(child, signal.SIGTERM)
        except OSError:  # it has ended
            continue
    os._exit(code)
