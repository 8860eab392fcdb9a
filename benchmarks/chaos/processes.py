"""Processes that are started again whenever they end, as a service manager does."""

import asyncio
import contextlib
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console

RESTART_SECONDS = 0.5
STOP_SECONDS = 10.0
"""How long a process may take to stop when it is asked to."""
END_SECONDS = 60.0

console = Console(highlight=False, soft_wrap=True)


class ChaosError(Exception):
    """The run itself could not go on; the message says why."""


@dataclass
class Running:
    """A process that is started again whenever it ends."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    user: Mapping[str, Any] = field(default_factory=dict)
    """The numbers of another `user` and `group` who runs it; empty: we do."""
    stop_signal: signal.Signals = signal.SIGTERM
    process: asyncio.subprocess.Process | None = None
    slow_stops: list[str] = field(default_factory=list)
    """Of each stop that took too long, how long it took and what its threads did meanwhile."""
    _away: float = 0.0
    _is_expected: bool = False
    _still_until: float = 0.0

    async def keep(self) -> None:
        """Start it, for ever."""
        while True:
            await self._start()
            assert self.process is not None
            code = await self.process.wait()
            if not self._is_expected:
                console.print(f"  {self.name} gave up with {code}, and is started again")
            await asyncio.sleep(self._away)
            self._is_expected, self._away = False, RESTART_SECONDS

    @property
    def is_up(self) -> bool:
        """Whether it runs now."""
        return self.process is not None and self.process.returncode is None

    async def kill(self, *, away: float) -> None:
        """Kill it as a power cut does; it stays away for so many seconds."""
        self._is_expected, self._away = True, away
        if self.process is not None and self.is_up:
            self.process.kill()

    async def stop(self, *, away: float) -> None:
        """Ask it to end, as a service manager does; it stays away for so many seconds."""
        if self.process is None or not self.is_up:
            return
        self._is_expected, self._away = True, away
        began = time.monotonic()
        ending = asyncio.create_task(self._end(self.process))
        await asyncio.wait([ending], timeout=STOP_SECONDS)
        if not ending.done() and self._still_until > began:  # it could not even be asked meanwhile
            await asyncio.wait([ending], timeout=self._still_until - began)
        if not ending.done():
            threads = threads_of(self.process.pid)
            await ending
            self.slow_stops.append(f"{time.monotonic() - began:.0f} s: {threads}")

    async def freeze(self, *, seconds: float) -> None:
        """Stop its clock for a while: it holds its connections and answers nothing."""
        process = self.process
        if process is not None and self.is_up:
            self._still_until = time.monotonic() + seconds
            process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(seconds)
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGCONT)

    async def end(self) -> None:
        """Ask it to end, for good."""
        if self.process is not None and self.is_up:
            await self._end(self.process)

    async def run_once(self) -> int:
        """Start it and wait; the exit code."""
        await self._start()
        assert self.process is not None
        return await self.process.wait()

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(self.stop_signal)
        try:
            async with asyncio.timeout(END_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _start(self) -> None:
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *self.command,
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=log,
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,
                preexec_fn=self._become if self.user else None,  # uvloop knows no `user`
            )

    def _become(self) -> None:
        os.setgroups([])
        os.setgid(self.user["group"])
        os.setuid(self.user["user"])
        os.chdir("/")

    def last_words(self) -> str:
        """The end of its log."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(f"    {self.name}: {line[:300]}" for line in lines[-15:])


@asynccontextmanager
async def kept_running(*processes: Running) -> AsyncIterator[None]:
    """Processes, kept running inside the block; ended politely, the last one first."""
    async with asyncio.TaskGroup() as group:
        keepers = [group.create_task(each.keep()) for each in processes]
        try:
            yield
        finally:
            for keeper in keepers:
                keeper.cancel()
            for each in reversed(processes):
                await each.end()


def threads_of(pid: int) -> str:
    """What the threads of a process do: how many are in which state and wait for what, as Linux knows it."""
    found: Counter[str] = Counter()
    for task in Path(f"/proc/{pid}/task").glob("*"):
        with contextlib.suppress(OSError):
            name, _, rest = (task / "stat").read_text().partition("(")[2].rpartition(") ")
            found[f"{name} {rest[0]} {(task / 'wchan').read_text()}"] += 1
    return ", ".join(f"{number} {each}" for each, number in found.most_common(8)) or "it had ended"
