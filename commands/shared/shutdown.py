"""Waiting for the signal that ends a command that stays up."""

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any


async def wait_for_shutdown(background: Coroutine[Any, Any, None] | None = None) -> None:
    """Wait for SIGINT (Ctrl-C) or SIGTERM. `background` runs meanwhile; its error ends the wait and is raised."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked.set)
    tasks: list[asyncio.Task[Any]] = [asyncio.create_task(asked.wait())]
    if background is not None:
        tasks.append(asyncio.create_task(background))
    ended, running = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    for task in ended:
        task.result()
