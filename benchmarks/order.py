"""What a member's queue and lots cost: `.venv/bin/python benchmarks/order.py [--postgres] [--json]`.

Every row is measured in turn, round by round, in one run; a ratio is the median of the rounds' ratios.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import nullcontext
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
from sqlalchemy import Engine, create_engine, text

from benchmarks import postgres
from benchmarks.events import child
from benchmarks.traffic import post, receiving, send
from benchmarks.under_test import IN_FLIGHT, LOT, MEMBERS, PLAIN, Place, email_of
from commands.shared import temporal_server

AT_ONCE = 25
BURSTS = 6
OTHERS = 300
WAITING = 500
LEFT = 2000
HOT = "hot@example.com"
LOTS = {"few@example.com": 10, "many@example.com": 10_000}
ALTERNATING = 150
SPENDING_AT_ONCE = 8

ONE, MANY = "25 events of one member", "25 events of 25 members"
ALONE, BESIDE = "others", "others beside 500 that wait"
SINGLE, BATCHES = "single events", "2000 events left"
FEW_EVENTS, MANY_EVENTS = "events beside 10 lots", "events beside 10,000 lots"
FEW_SPENT, MANY_SPENT = "requests beside 10 lots", "requests beside 10,000 lots"


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
    Ratio(ONE, MANY, 0.5),
    Ratio(BESIDE, ALONE, 0.9),
    Ratio(BATCHES, SINGLE, 5.0),
    Ratio(MANY_EVENTS, FEW_EVENTS, 0.8),
    Ratio(MANY_SPENT, FEW_SPENT, 0.8),
)


@dataclass(frozen=True)
class Bench:
    """The Laurel under test, as seen from outside. Each measure returns finished events a second."""

    place: Place
    pipe: Connection
    engine: Engine

    async def one_member(self) -> float:
        """Bursts of events of one member, each after the one before is applied."""
        return await self._bursts(lambda burst, _number: email_of(burst))

    async def many_members(self) -> float:
        """Bursts of events, each of another member."""
        return await self._bursts(lambda burst, number: email_of(MEMBERS // 2 + burst * AT_ONCE + number))

    async def others(self) -> float:
        """Events of many members, until they are applied."""
        return await self._report([email_of(number) for number in range(OTHERS)], in_flight=IN_FLIGHT)

    async def beside(self) -> float:
        """The same, while many events of one member wait for one that does not end."""
        await self._ask("hold", HOT)
        waiting = [self._post("customEvent", _event(HOT)) for _ in range(WAITING)]
        await send(self.place.port, waiting, in_flight=AT_ONCE)
        rate = await self.others()
        assert self._count(f"member.email = '{HOT}'") > WAITING, "they still wait"
        await self._ask("let_go", HOT)
        await self._until_none(f"member.email = '{HOT}'")
        return rate

    async def left(self) -> float:
        """Events that were stored and not started, from the relay's first look until all are applied."""
        await self._ask("leave", LEFT)
        began = perf_counter()
        await self._until_none("1 = 1")
        return LEFT / (perf_counter() - began)

    async def give_lots(self) -> None:
        """Register the members whose lots are compared."""
        for asked in LOTS.items():
            await self._ask("give_lots", asked)

    async def events_beside(self, email: str) -> float:
        """Events of one member, until they are applied: each award of a lot is followed by one that takes a lot."""
        events = [_event(email, "coffee" if number % 2 else "purchase") for number in range(ALTERNATING)]
        return await self._finish([self._post("customEvent", event) for event in events], in_flight=AT_ONCE)

    async def requests_beside(self, email: str) -> float:
        """Requests that add and spend points of one member, until the events that report them are applied."""
        moved = json.dumps({"transfer": {"customer": f"email={email}", "points": LOT}}).encode()
        paths = ["points/spend" if number % 2 else "points/add" for number in range(ALTERNATING)]
        return await self._finish([self._post(path, moved) for path in paths], in_flight=SPENDING_AT_ONCE)

    async def _bursts(self, email: Callable[[int, int], str]) -> float:
        seconds = 0.0
        for burst in range(BURSTS):
            began = perf_counter()
            await self._report([email(burst, number) for number in range(AT_ONCE)], in_flight=AT_ONCE)
            seconds += perf_counter() - began
        return BURSTS * AT_ONCE / seconds

    async def _report(self, emails: Sequence[str], *, in_flight: int) -> float:
        return await self._finish([self._post("customEvent", _event(email)) for email in emails], in_flight=in_flight)

    async def _finish(self, requests: Sequence[bytes], *, in_flight: int) -> float:
        began = perf_counter()
        await send(self.place.port, requests, in_flight=in_flight)
        await self._until_none(f"member.email != '{HOT}'")
        return len(requests) / (perf_counter() - began)

    def _post(self, path: str, body: bytes) -> bytes:
        return post(f"/api/{PLAIN}/{path}", self.place.key, body)

    async def _ask(self, name: str, argument: Any) -> None:
        self.pipe.send((name, argument))
        await asyncio.to_thread(self.pipe.recv)

    async def _until_none(self, condition: str) -> None:
        while self._count(condition):
            await asyncio.sleep(0.02)

    def _count(self, condition: str) -> int:
        queued = "FROM event JOIN member ON member.id = event.member WHERE event.position IS NOT NULL"
        with self.engine.connect() as connection:
            return int(connection.execute(text(f"SELECT count(*) {queued} AND {condition}")).scalar_one())


def _event(email: str, type_: str = "purchase") -> bytes:
    event = {
        "type": type_,
        "eventDate": datetime.now(UTC).isoformat(),
        "eventId": uuid4().hex,
        "customerData": {"email": email},
        "body": {"total": LOT} if type_ == "purchase" else {},
    }
    return json.dumps({"event": event}).encode()


async def measure(rounds: int, only: Sequence[Ratio], *, on_postgres: bool) -> Mapping[str, list[float]]:
    """The rate of every row, round by round."""
    server = postgres.serving() if on_postgres else nullcontext()
    with tempfile.TemporaryDirectory(prefix="laurel-benchmark-") as folder, server as database_url:
        async with receiving(temporal_server.free_port()) as receiver:
            with child(folder, receiver.port, database_url=database_url) as (place, pipe, _):
                engine = create_engine(place.database.replace("postgresql:", "postgresql+psycopg:"))
                try:
                    return await _measure(Bench(place, pipe, engine), rounds, only)
                finally:
                    engine.dispose()


async def _measure(bench: Bench, rounds: int, only: Sequence[Ratio]) -> Mapping[str, list[float]]:
    console = Console(stderr=True)
    names = [name for ratio in only for name in (ratio.to, ratio.of)]
    found: dict[str, list[float]] = {name: [] for name in names}
    few, many = LOTS
    measures: Mapping[str, Callable[[], Awaitable[float]]] = {
        ONE: bench.one_member,
        MANY: bench.many_members,
        ALONE: bench.others,
        BESIDE: bench.beside,
        SINGLE: bench.others,
        BATCHES: bench.left,
        FEW_EVENTS: lambda: bench.events_beside(few),
        MANY_EVENTS: lambda: bench.events_beside(many),
        FEW_SPENT: lambda: bench.requests_beside(few),
        MANY_SPENT: lambda: bench.requests_beside(many),
    }
    await bench.others()  # warm up
    await bench.give_lots()
    for number in range(rounds):
        for name in names if number % 2 else names[::-1]:
            found[name].append(await measures[name]())
        said = ", ".join(f"{name} {found[name][-1]:.0f}/s" for name in names)
        console.print(f"  round {number + 1}: {said}")
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", type=int, action="append", choices=range(len(RATIOS)), help="this ratio only")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server of its own, instead of SQLite")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    asked = parser.parse_args()
    only = [RATIOS[number] for number in asked.only or range(len(RATIOS))]
    found = uvloop.run(measure(asked.rounds, only, on_postgres=asked.postgres))
    ratios = {r.name: median(a / b for a, b in zip(found[r.of], found[r.to], strict=True)) for r in only}
    shown = Table("ratio", "measured", "target", "")
    for ratio in only:
        value = ratios[ratio.name]
        shown.add_row(ratio.name, f"{value:.2f}", f">= {ratio.target}", "met" if value >= ratio.target else "NOT MET")
    Console().print(shown)
    if asked.json:
        rates = {name: round(median(each), 1) for name, each in found.items()}
        rounded = {name: round(value, 3) for name, value in ratios.items()}
        met = {ratio.name: ratios[ratio.name] >= ratio.target for ratio in only}
        print(json.dumps({"ratios": rounded, "rates": rates, "met": met}))


if __name__ == "__main__":
    main()
