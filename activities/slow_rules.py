"""Evaluate rules that take long in a separate process, one event after the other, so that they delay no others."""

import asyncio
import os
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import structlog

from activities.rules_process import LENGTH, Request, frame
from database.programs import Programs
from loyalty.events.evaluations import EvaluatedElsewhere, Evaluation
from rules.bounds import UNASKED

log = structlog.get_logger(__name__)

STEPS_AT_ONCE: Final = UNASKED
"""Rules of at most this many steps, about 10 ms, are evaluated where their result is stored; others in the process."""

GIVE_UP_SECONDS: Final = 60.0
"""The timeout of an evaluation, after which the process is killed.

The bound of steps ends one after a second or two.
"""

MOST_KEPT: Final = 256
"""The most evaluations kept for transactions that did not complete, since an attempt timed out."""

ENVIRONMENT: Final = ("PATH", "HOME", "TMPDIR", "LANG", "TZ", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""The environment variables of the process, without passwords, keys and addresses of databases."""


@asynccontextmanager
async def slow_rules(programs: Programs) -> AsyncIterator["SlowRules"]:
    """Evaluate slow rules until the block ends; then the process is killed, whatever it evaluates."""
    slow = SlowRules(programs)
    try:
        yield slow
    finally:
        await slow.close()


class SlowRules:
    """The process, which starts with the first rules, and again if it died."""

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self._process: Process | None = None
        self._known: set[tuple[str, int]] = set()
        self._one_at_a_time = asyncio.Lock()
        self._asked: dict[tuple[str, type[Any]], tuple[Evaluation[Any], asyncio.Task[Any]]] = {}

    @property
    def pid(self) -> int | None:
        """The id of the process; None: it does not run."""
        return None if self._process is None else self._process.pid

    @property
    def kept(self) -> int:
        """How many evaluations are in progress, or kept for their transactions."""
        return len(self._asked)

    async def evaluate(self, store: str, revision: int, by: Evaluation[Any]) -> EvaluatedElsewhere | None:
        """Return the result of rules of a revision; None: the process cannot evaluate them.

        It is kept until `forget`, so that a cancelled attempt leaves it to the next one for the same event.
        """
        key = _key(by)
        earlier = self._asked.get(key)
        if earlier is None or earlier[0] != by:
            self._forget_oldest()
            self._asked[key] = by, asyncio.create_task(self._evaluate(store, revision, by), name=f"evaluate {key[0]}")
        evaluating = self._asked[key][1]
        outcome = None
        try:
            outcome = await asyncio.shield(evaluating)
        finally:
            if outcome is None and evaluating.done():
                self.forget(by)
        return None if outcome is None else EvaluatedElsewhere(by, outcome)

    def forget(self, by: Evaluation[Any]) -> None:
        """Drop an evaluation: its transaction is done, or it gave no result."""
        kept = self._asked.get(_key(by))
        if kept is not None and kept[0] == by:  # a later attempt may read something else
            del self._asked[_key(by)]

    async def close(self) -> None:
        """Kill the process, whatever it evaluates."""
        tasks = [task for _, task in self._asked.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._end()

    def _forget_oldest(self) -> None:
        """Drop the oldest evaluations without a completed transaction, if there are many."""
        done = [key for key, (_, task) in self._asked.items() if task.done()]
        for key in done[: max(0, len(self._asked) - MOST_KEPT)]:
            del self._asked[key]

    async def _evaluate(self, store: str, revision: int, by: Evaluation[Any]) -> Any:
        async with self._one_at_a_time:
            try:
                async with asyncio.timeout(GIVE_UP_SECONDS):
                    return await self._ask(store, revision, by)
            except (OSError, EOFError, TimeoutError, pickle.PickleError) as error:
                log.warning("the process that evaluates slow rules failed", because=repr(error)[:200])
                await self._end()
                return None

    async def _ask(self, store: str, revision: int, by: Evaluation[Any]) -> Any:
        process = self._process or await self._start()
        assert process.stdin is not None, "it is a pipe"
        assert process.stdout is not None, "it is a pipe"
        is_known = (store, revision) in self._known
        files = None if is_known else await self._programs.files(store, revision)
        process.stdin.write(await asyncio.to_thread(frame, Request(store, revision, files, by)))
        await process.stdin.drain()
        (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
        outcome = pickle.loads(await process.stdout.readexactly(length))  # noqa: S301 - our own process
        if outcome is not None:
            self._known.add((store, revision))
        return outcome

    async def _start(self) -> Process:
        given = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "activities.rules_process",
            stdin=PIPE,
            stdout=PIPE,
            env={**given, "PYTHONPATH": str(Path(__file__).parents[1])},
            start_new_session=True,  # Ctrl-C only reaches the parent process, which ends it
        )
        return self._process

    async def _end(self) -> None:
        process, self._process, self._known = self._process, None, set()
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _key(by: Evaluation[Any]) -> tuple[str, type[Any]]:
    return by.event.id, type(by)
