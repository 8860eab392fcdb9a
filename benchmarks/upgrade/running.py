"""One upgrade: the earlier version, what it leaves under way, this tree, and what must hold then."""

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Console
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from temporalio.client import Client

from benchmarks.upgrade.installation import TREE, Installation, checkout, installed
from benchmarks.upgrade.receiver import receiving
from benchmarks.upgrade.work import LATE, PROGRAM, Reported, faults, left

STALLED_SECONDS = 420.0
"""How long nothing may become less: a webhook that failed twice is sent again after five minutes."""
WORKFLOW_FAULTS = ("ExecutionStatus = 'Failed'", "TemporalReportedProblems IS NOT NULL")

console = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Asked:
    """What a run is made of."""

    commit: str
    on_postgres: bool
    kill: bool
    events: int


async def upgrade(asked: Asked) -> int:
    """One run; the exit code."""
    how = "apart, on PostgreSQL" if asked.on_postgres else "as `laurel up`, on SQLite"
    console.print(f"from {_named(asked.commit)} to {_named('HEAD')}, {how}, {'killed' if asked.kill else 'stopped'}")
    with checkout(asked.commit) as earlier, installed(PROGRAM, on_postgres=asked.on_postgres) as place:
        with receiving(LATE) as receiver:
            reported = Reported(Counter())
            began = time.monotonic()
            with place.running(earlier, "earlier", kill=asked.kill) as laurel:
                reported.leave_under_way(laurel, receiver.url, asked.events)
                console.print(f"  {sum(reported.purchases.values())} purchases in {time.monotonic() - began:.0f} s")
            engine = create_engine(place.database.replace("postgresql:", "postgresql+psycopg:"))
            console.print(f"  left under way: {_counted(left(engine))}")
            receiver.refused.clear()
            began = time.monotonic()
            with place.running(TREE, "later", kill=False):
                waiting = await _settled(engine)
                console.print(f"  everything done {time.monotonic() - began:.0f} s after the start of this tree")
                wrong = [*waiting, *faults(engine, reported, receiver), *await _of_workflows(place)]
            engine.dispose()
        if wrong:
            for name in ("earlier", "later"):
                lines = (place.folder / f"{name}.log").read_text(errors="replace").splitlines()
                console.print(*(f"    {name}: {line[:300]}" for line in lines[-15:]), sep="\n")
    for line in wrong[:50]:
        console.print(f"  [red]WRONG[/] {line}")
    console.print("[red]something is wrong[/]" if wrong else "[green]everything went on, nothing was done twice[/]")
    return 1 if wrong else 0


def _named(commit: str) -> str:
    log = ["git", "-C", TREE, "log", "-1", "--format=%h (%s)", commit]
    return subprocess.run(log, check=True, capture_output=True, text=True).stdout.strip()


def _counted(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in numbers.items()) or "nothing"


async def _settled(engine: Engine) -> list[str]:
    """Wait until nothing is left; return what is, if for some minutes it does not become less."""
    least, until = sys.maxsize, time.monotonic() + STALLED_SECONDS
    while True:
        try:
            waiting = await asyncio.to_thread(left, engine)
        except DBAPIError:  # it is being migrated
            waiting = {"everything": sys.maxsize}
        if not waiting:
            return []
        if (count := sum(waiting.values())) < least:
            least, until = count, time.monotonic() + STALLED_SECONDS
        if time.monotonic() > until:
            return [f"for {STALLED_SECONDS:.0f} s there have been {_counted(waiting)}"]
        await asyncio.sleep(0.5)


async def _of_workflows(place: Installation) -> list[str]:
    """Which workflows failed, or cannot go on with the code of this tree."""
    client = await Client.connect(place.temporal)
    wrong: list[str] = []
    for query in WORKFLOW_FAULTS:
        wrong += [f"workflow {each.id}: {query}" async for each in client.list_workflows(query)]
    return wrong
