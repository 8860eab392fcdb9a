"""What an event costs, as ratios measured in one run: `.venv/bin/python benchmarks/events.py [--json]`.

Every rate counts finished work: workflows closed, events applied, webhooks arrived. Beside it stands the processor time
of one, which a busy machine changes less: of Laurel's process and of the Temporal server, not of the client.
"""

import argparse
import asyncio
import json
import multiprocessing
import random
import sqlite3
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parent.parent))  # `rules` is the package, not the benchmark

import uvloop
from rich.console import Console
from rich.table import Table

from benchmarks import under_test
from benchmarks.processor_time import tree_seconds
from benchmarks.traffic import Receiver, post, receiving, send
from benchmarks.under_test import CROWD, HOOKED, HOOKS, IN_FLIGHT, OTHERS, PLAIN, Place, email_of
from commands.shared import temporal_server

EMPTY, EVENT, SEQUENTIAL, HOOKED_EVENT, CROWDED, BATCH = (
    "empty",
    "event",
    "sequential",
    "event+2 webhooks",
    f"event among {OTHERS} reactors",
    "event in batches",
)
WORDS = {
    EMPTY: "an empty workflow, started eagerly, until it has run",
    EVENT: "an event over HTTP: one award, one achievement, until applied",
    SEQUENTIAL: "the same steps and 2 webhooks as six regular activities, one after the other",
    HOOKED_EVENT: "an event over HTTP, until applied and both webhooks have arrived",
    CROWDED: f"an event over HTTP, {OTHERS} reactors on other event types",
    BATCH: "an event over HTTP, a thousand in a request, until applied",
}
SHARE = {EMPTY: 3.0, EVENT: 1.5, SEQUENTIAL: 0.5, HOOKED_EVENT: 1.0, CROWDED: 1.5, BATCH: 10.0}
"""Of `--events`: what is quick is counted longer."""


@dataclass(frozen=True)
class Ratio:
    """Two rates compared, round by round."""

    of: str
    to: str
    target: float

    @property
    def name(self) -> str:
        return f"{self.of} / {self.to}"


RATIOS = (
    Ratio(EVENT, EMPTY, 0.5),
    Ratio(HOOKED_EVENT, SEQUENTIAL, 2.5),
    Ratio(CROWDED, EVENT, 0.9),
    Ratio(BATCH, EVENT, 8.0),
)

BATCHED = 1000
"""Events in one request of the row of batches."""

BATCHES_AT_ONCE = 4


@dataclass(frozen=True)
class Measured:
    """One round of one row: finished a second, and milliseconds of processor time for one, user and system."""

    rate: float
    python_ms: float
    temporal_ms: float

    @property
    def cpu_ms(self) -> float:
        return self.python_ms + self.temporal_ms


@dataclass(frozen=True)
class Bench:
    """The Laurel under test, as seen from outside."""

    place: Place
    pid: int
    pipe: Connection
    receiver: Receiver

    async def measure(self, name: str, count: int) -> Measured:
        """Finish so many."""
        measures: Mapping[str, Callable[[int], Awaitable[float]]] = {
            EMPTY: lambda n: self._ask("empty", n),
            EVENT: lambda n: self._report(PLAIN, n),
            SEQUENTIAL: lambda n: self._ask("sequential", n),
            HOOKED_EVENT: lambda n: self._report(HOOKS, n, webhooks=len(HOOKED) * n),
            CROWDED: lambda n: self._report(CROWD, n),
            BATCH: self._report_in_batches,
        }
        python, temporal = tree_seconds(self.pid)
        seconds = await measures[name](count)
        python_then, temporal_then = tree_seconds(self.pid)
        return Measured(
            count / seconds, 1000 * (python_then - python) / count, 1000 * (temporal_then - temporal) / count
        )

    async def _ask(self, name: str, count: int) -> float:
        self.pipe.send((name, count))
        seconds = await asyncio.to_thread(self.pipe.recv)
        assert isinstance(seconds, float)
        return seconds

    async def _report(self, store: str, count: int, *, webhooks: int = 0) -> float:
        requests = [
            post(f"/api/{store}/customEvent", self.place.key, json.dumps({"event": _event(number)}).encode())
            for number in range(count)
        ]
        return await self._applied(requests, IN_FLIGHT, webhooks)

    async def _report_in_batches(self, count: int) -> float:
        bodies = [
            json.dumps({"events": [_event(number) for number in range(begin, min(count, begin + BATCHED))]}).encode()
            for begin in range(0, count, BATCHED)
        ]
        requests = [post(f"/api/{PLAIN}/customEvent/batch", self.place.key, body) for body in bodies]
        return await self._applied(requests, BATCHES_AT_ONCE, 0)

    async def _applied(self, requests: Sequence[bytes], in_flight: int, webhooks: int) -> float:
        expected = self.receiver.count + webhooks
        began = perf_counter()
        await send(self.place.port, requests, in_flight=in_flight)
        while self._unsettled():
            await asyncio.sleep(0.02)
        await self.receiver.wait(expected)
        return perf_counter() - began

    def _unsettled(self) -> int:
        return self._count("start_after IS NOT NULL")

    def applied(self) -> int:
        """How many events have been applied; none may have failed."""
        assert self._count("status NOT IN ('applied')") == 0, "an event was not applied"
        return self._count("status = 'applied'")

    def _count(self, condition: str) -> int:
        file = self.place.database.removeprefix("sqlite:///")
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            statement = f"SELECT count(*) FROM event WHERE {condition}"
            return int(connection.execute(statement).fetchone()[0])


def _event(number: int) -> dict[str, Any]:
    """A purchase that nobody has reported before."""
    return {
        "type": "purchase",
        "eventDate": datetime.now(UTC).isoformat(),
        "eventId": uuid4().hex,
        "customerData": {"email": email_of(number)},
        "body": {"total": 12},
    }


async def measure(rounds: int, events: int, only: list[str]) -> Mapping[str, list[Measured]]:
    """Every row, round by round, each round in an order of its own."""
    found: dict[str, list[Measured]] = {name: [] for name in only}
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="laurel-benchmark-") as folder:
        async with receiving(temporal_server.free_port()) as receiver:
            with child(folder, receiver.port) as (place, pipe, pid):
                bench = Bench(place, pid, pipe, receiver)
                console.print(f"Laurel runs as process {pid}; {rounds} rounds")
                for name in only:
                    await bench.measure(name, 100)  # warm up
                for number in range(rounds):
                    order = random.sample(only, len(only))
                    for name in order:
                        found[name].append(await bench.measure(name, int(events * SHARE[name])))
                    last = {name: found[name][-1] for name in only}
                    said = ", ".join(f"{name} {each.rate:.0f}/s, {each.cpu_ms:.1f} ms" for name, each in last.items())
                    console.print(f"  round {number + 1}: {said}")
                console.print(f"  {bench.applied()} events applied, {receiver.count} webhooks received")
    return found


@contextmanager
def child(
    folder: str, receiver_port: int, *, database_url: str | None = None
) -> Iterator[tuple[Place, Connection, int]]:
    """The process under test, on SQLite unless a database is given; it ends with the block."""
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    process = context.Process(target=under_test.run, args=(theirs, folder, receiver_port, database_url))
    process.start()
    theirs.close()
    try:
        assert process.pid is not None
        yield pipe.recv(), pipe, process.pid
        pipe.send(None)
        process.join(30)
    finally:
        process.terminate()
        process.join(10)


def summary(found: Mapping[str, list[Measured]]) -> dict[str, Any]:
    """Medians, and what they come to; a ratio is the median of the rounds' ratios."""
    rates = {name: [each.rate for each in rounds] for name, rounds in found.items()}
    cpu = {name: [each.cpu_ms for each in rounds] for name, rounds in found.items()}
    known = [ratio for ratio in RATIOS if ratio.of in rates and ratio.to in rates]
    ratios = {ratio.name: _median_ratio(rates[ratio.of], rates[ratio.to]) for ratio in known}
    return {
        "ratios": {name: round(value, 3) for name, value in ratios.items()},
        "rates": {name: round(median(each), 1) for name, each in rates.items()},
        "cpu_ms": {name: round(median(each), 2) for name, each in cpu.items()},
        "python_cpu_ms": {name: round(median(each.python_ms for each in rounds), 2) for name, rounds in found.items()},
        "cpu_ratios": {
            f"{name} / {EMPTY}": round(_median_ratio(each, cpu[EMPTY]), 2)
            for name, each in cpu.items()
            if EMPTY in cpu and name != EMPTY
        },
        "targets": {ratio.name: ratio.target for ratio in known},
        "met": {ratio.name: ratios[ratio.name] >= ratio.target for ratio in known},
    }


def _median_ratio(of: list[float], to: list[float]) -> float:
    return median(one / other for one, other in zip(of, to, strict=True))


def _print(said: dict[str, Any]) -> None:
    console = Console()
    shown = Table("what", "", "a second", "CPU ms of one", "of it Python", f"CPU / {EMPTY}", title="Rates and cost")
    for name, rate in said["rates"].items():
        ratio = said["cpu_ratios"].get(f"{name} / {EMPTY}", "")
        cpu, python = said["cpu_ms"][name], said["python_cpu_ms"][name]
        shown.add_row(name, WORDS[name], f"{rate:.0f}", f"{cpu:.2f}", f"{python:.2f}", f"{ratio}")
    console.print(shown)
    shown = Table("ratio", "measured", "target", "", title="Ratios")
    for name, ratio in said["ratios"].items():
        shown.add_row(name, f"{ratio:.2f}", f">= {said['targets'][name]}", "met" if said["met"][name] else "NOT MET")
    console.print(shown)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--events", type=int, default=600, help="of one round's row; quick rows count more")
    parser.add_argument("--only", action="append", choices=list(WORDS), help="this row; may be given several times")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    asked = parser.parse_args()
    said = summary(uvloop.run(measure(asked.rounds, asked.events, asked.only or list(WORDS))))
    _print(said)
    if asked.json:
        print(json.dumps(said))


if __name__ == "__main__":
    main()
