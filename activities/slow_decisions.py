"""Decisions that take long are made one after the other in a process of their own, so that they hold up no others."""

import asyncio
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final, TypeAlias

import structlog

from activities.deciding_process import LENGTH, Request, frame
from database.programs import Programs
from loyalty.decisions.decision import Decision
from loyalty.events.decided_elsewhere import DecidedElsewhere, DecisionInput
from loyalty.events.decision_size import DecisionTooLarge
from rules import TooMuchWorkTogether
from rules.bounds import UNASKED

log = structlog.get_logger(__name__)

STEPS_AT_ONCE: Final = UNASKED
"""Steps of a decision that is made where it is stored, about 10 ms; one that needs more is made in the process."""

GIVE_UP_SECONDS: Final = 60.0
"""After this the process is ended. The bound of steps ends a decision within a second or two of the processor."""

MOST_KEPT: Final = 256
"""Decisions that are kept for attempts which timed out before these were made."""

ENVIRONMENT: Final = ("PATH", "HOME", "TMPDIR", "LANG", "TZ", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""The variables that the process gets: passwords, keys and the addresses of databases are none of them."""

_Outcome: TypeAlias = Decision | TooMuchWorkTogether | DecisionTooLarge | None


@asynccontextmanager
async def slow_decisions(programs: Programs) -> AsyncIterator["SlowDecisions"]:
    """Make slow decisions until the block ends; then the process is killed, whatever it decides."""
    slow = SlowDecisions(programs)
    try:
        yield slow
    finally:
        await slow.close()


class SlowDecisions:
    """The process, which is started for the first decision and again if it died."""

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self._process: Process | None = None
        self._known: set[tuple[str, int]] = set()
        self._one_at_a_time = asyncio.Lock()
        self._made: dict[str, tuple[DecisionInput, asyncio.Task[_Outcome]]] = {}

    @property
    def pid(self) -> int | None:
        """The id of the process; None: it does not run."""
        return None if self._process is None else self._process.pid

    async def decide(self, store: str, revision: int, by: DecisionInput) -> DecidedElsewhere | None:
        """Return what a revision decides by an input; None: the process cannot decide it.

        An attempt that is cancelled while it waits leaves the decision to the next one for the same event.
        """
        event = by.event.id
        earlier = self._made.get(event)
        if earlier is None or earlier[0] != by:
            self._forget_unasked()
            self._made[event] = by, asyncio.create_task(self._decide(store, revision, by), name=f"decide {event}")
        deciding = self._made[event][1]
        try:
            outcome = await asyncio.shield(deciding)
        finally:
            made = self._made.get(event)
            if deciding.done() and made is not None and made[1] is deciding:  # a later attempt may read something else
                del self._made[event]
        return None if outcome is None else DecidedElsewhere(by, outcome)

    async def close(self) -> None:
        """Kill the process, whatever it decides."""
        tasks = [task for _, task in self._made.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._end()

    def _forget_unasked(self) -> None:
        """Forget decisions that no attempt asked for again, if there are many."""
        if len(self._made) >= MOST_KEPT:
            self._made = {event: made for event, made in self._made.items() if not made[1].done()}

    async def _decide(self, store: str, revision: int, by: DecisionInput) -> _Outcome:
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(GIVE_UP_SECONDS):
                    return await self._ask(store, revision, by)
            except (OSError, EOFError, TimeoutError, pickle.PickleError) as error:
                log.warning("the process that makes slow decisions failed", because=repr(error)[:200])
                await self._end()
                return None

    async def _ask(self, store: str, revision: int, by: DecisionInput) -> _Outcome:
        process = self._process or await self._start()
        assert process.stdin is not None, "it is a pipe"
        assert process.stdout is not None, "it is a pipe"
        is_known = (store, revision) in self._known
        files = None if is_known else await self._programs.files(store, revision)
        process.stdin.write(await asyncio.to_thread(frame, Request(store, revision, files, by)))
        await process.stdin.drain()
        (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
        outcome: _Outcome = pickle.loads(await process.stdout.readexactly(length))  # noqa: S301 - our own process
        if outcome is not None:
            self._known.add((store, revision))
        return outcome

    async def _start(self) -> Process:
        given = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "activities.deciding_process",
            stdin=PIPE,
            stdout=PIPE,
            env={**given, "PYTHONPATH": str(Path(__file__).parents[1])},
            start_new_session=True,  # Ctrl-C reaches the process that started it alone, which ends it
        )
        return self._process

    async def _end(self) -> None:
        process, self._process, self._known = self._process, None, set()
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
