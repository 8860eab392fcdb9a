"""How fast lists, members, events and the console are in a store of 100,000 members and 1,000,000 transfers.

`.venv/bin/python benchmarks/large_store.py [--members N] [--postgres] [--json]`: exit 0 when every page takes less than
0.1 s of the processors, Laurel's and the database's together, and an event at most 1.11 times what it takes in an
empty store.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parent.parent))

from rich.console import Console
from rich.table import Table as Shown
from sqlalchemy import Engine, Table, create_engine, func, insert, select

from benchmarks import postgres
from benchmarks.audit import PROGRAM
from benchmarks.processor_time import descendants, exact_seconds
from benchmarks.served import Served, served
from benchmarks.store_pages import Page, pages
from database.tables import account, allocation, deadline, event, lot, member, transfer, uncounted
from loyalty.ids import new_id
from loyalty.program.wallets import ONE
from loyalty.store.points import account_id

LONGEST = 0.1
"""Processor seconds for one page."""
DEAREST = 1.11
"""What an event may cost, against one of an empty store."""
COUNTING_SECONDS = 1800
TRANSFERS_OF_MEMBER = 10
AT_ONCE = 16
EVENTS = 320
ROUNDS = 3
CHUNK = 20_000


def rows_of(number: int, start: datetime) -> Iterator[tuple[Table, dict[str, Any]]]:
    """The rows of one member: purchases of the past year, each an award of ten points that are still there."""
    id_, email, at = new_id(), f"member-{number}@shop-{number % 100}.example", start + timedelta(minutes=number)
    dates = {"registered_at": at, "created_at": at, "updated_at": at}
    named = {"email": email, "email_key": email, "phone": f"+4850{number:07}", "phone_key": f"+4850{number:07}"}
    profile = {"firstName": f"Name{number % 1000}", "lastName": f"Surname{number}"}
    yield (
        member,
        {"id": id_, "store": "DEFAULT", **named, "profile": profile, "attributes": {}, "active": True, **dates},
    )
    account_, points = account_id(id_, "points"), 10 * ONE
    parts = dict.fromkeys(("active", "pending", "earned", "spent", "expired", "held", "owed", "qualifying"), 0)
    whole = parts | dict.fromkeys(("active", "earned", "qualifying"), points * TRANSFERS_OF_MEMBER)
    own = {"store": "DEFAULT", "member": id_, "wallet": "points"}
    yield account, {"id": account_, **own, **whole, "transfers": TRANSFERS_OF_MEMBER}
    for each in range(TRANSFERS_OF_MEMBER):
        event_, transfer_, lot_ = new_id(), new_id(), new_id()
        then, ends = at + timedelta(days=each, hours=number % 24), at + timedelta(days=3650 + each)
        yield event, _event(event_, id_, then)
        change = parts | dict.fromkeys(("active", "earned", "qualifying"), points)
        booked = {"kind": "award", "points": points, "number": each + 1, "balance": points * (each + 1), "at": then}
        about = {"account": account_, "event": event_, "source": "reactor/points", "lot": lot_}
        yield transfer, {"id": transfer_, **own, **change, **booked, **about}
        there = {"points": points, "remaining": points, "expires_at": ends, "created_at": then, "qualifies": True}
        yield lot, {"id": lot_, **own, **there, "event": event_, "transfer": transfer_}
        yield allocation, {"transfer": transfer_, "lot": lot_, "store": "DEFAULT", "points": points, "held": 0}
        due = {"store": "DEFAULT", "subject": lot_, "kind": "expire", "due_at": ends, "member": id_}
        yield deadline, due


def _event(id_: str, member_id: str, then: datetime) -> dict[str, Any]:
    what = {"type": "purchase", "body": {"total": 10}, "external_id": id_, "customer_data": {}}
    when = {"time": then, "received_at": then, "settled_at": then}
    return {
        "id": id_,
        "store": "DEFAULT",
        "member": member_id,
        **what,
        **when,
        "revision": 1,
        "depth": 0,
        "status": "applied",
    }


def fill(engine: Engine, members: int, console: Console) -> None:
    """Store members with all that belongs to them, a chunk a transaction."""
    start = datetime.now(UTC) - timedelta(days=365)
    order = (member, event, account, transfer, lot, allocation, deadline)
    chunk = CHUNK // TRANSFERS_OF_MEMBER
    for first in range(0, members, chunk):
        rows: dict[Table, list[dict[str, Any]]] = {table: [] for table in order}
        for number in range(first, min(first + chunk, members)):
            for table, row in rows_of(number, start):
                rows[table].append(row)
        with engine.begin() as connection:
            for table in order:
                connection.execute(insert(table), rows[table])
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    console.print(f"  {members} members, {members * TRANSFERS_OF_MEMBER} transfers")


@dataclass(frozen=True)
class Cost:
    """What events cost: how many a second, and processor seconds of Laurel and the database for each."""

    rate: float
    processor: float


def event_cost(laurel: Served, processor: Callable[[], float]) -> Cost:
    """Report events, each of another member, until applied; the medians of some rounds."""

    def report(_: int) -> None:
        reported = {
            "type": "purchase",
            "eventDate": datetime.now(UTC).isoformat(),
            "customerData": {"email": f"{uuid4().hex}@example.com"},
            "body": {"total": 1},
        }
        status, answer = laurel.call("POST", "/api/DEFAULT/customEvent", {"event": reported}, prefer="wait=60")
        assert status == 200, answer
        assert answer["outcome"]["status"] == "applied", answer

    rates, costs = [], []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(report, range(AT_ONCE)))  # warm up
        for _ in range(ROUNDS):
            began, before = time.perf_counter(), processor()
            list(pool.map(report, range(EVENTS)))
            rates.append(EVENTS / (time.perf_counter() - began))
            costs.append((processor() - before) / EVENTS)
    return Cost(statistics.median(rates), statistics.median(costs))


def until_counted(engine: Engine) -> None:
    """Wait until the figures by day have all that was stored."""
    until = time.monotonic() + COUNTING_SECONDS
    while True:
        with engine.connect() as connection:
            if connection.execute(select(func.max(uncounted.c.id))).scalar() is None:
                return
        if time.monotonic() > until:
            raise RuntimeError("the figures by day were not counted in time")
        time.sleep(1)


def run(members: int, console: Console, *, on_postgres: bool) -> tuple[Cost, Cost, list[Page]]:
    """Measure an empty store, fill it, and measure it again; return what events cost in both, and the pages."""
    with tempfile.TemporaryDirectory(prefix="laurel-large-") as name, ExitStack() as stack:
        folder = Path(name)
        for file, text in PROGRAM.items():
            (folder / "program" / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / "program" / file).write_text(text)
        url = f"sqlite:///{folder}/data/laurel.db"
        if on_postgres:
            url = stack.enter_context(postgres.serving())
            os.environ["LAUREL_DATABASE_URL"] = url
        with served(folder, folder / "program") as laurel:
            empty = event_cost(laurel, processor_seconds)
        console.print(f"  {empty.rate:.0f} events/s in an empty store, {empty.processor * 1000:.1f} ms each")
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        stack.callback(engine.dispose)
        fill(engine, members, console)
        with served(folder, folder / "program") as laurel:
            until_counted(engine)
            large = event_cost(laurel, processor_seconds)
            console.print(f"  {large.rate:.0f} events/s in the large one, {large.processor * 1000:.1f} ms each")
            until_counted(engine)
            return empty, large, list(pages(laurel, processor_seconds))


def processor_seconds() -> float:
    """What all that this process started has used so far, but for Temporal."""
    ours = [pid for pid in descendants(os.getpid()) if "temporal" not in Path(f"/proc/{pid}/comm").read_text()]
    return sum(map(exact_seconds, ours))


def main() -> int:
    """Measure, and print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server of its own, instead of SQLite")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    asked = parser.parse_args()
    empty, large, found = run(asked.members, Console(stderr=True), on_postgres=asked.postgres)
    cost = large.processor / empty.processor
    slow = [each for each in found if each.processor > LONGEST]
    shown = Shown("page", "processor, s", "clock, s")
    for each in sorted(found, key=lambda each: -each.processor)[: max(10, len(slow))]:
        shown.add_row(each.path, f"{each.processor:.3f}", f"{each.seconds:.3f}")
    Console().print(shown)
    Console().print(
        f"{len(found)} pages, {len(slow)} take more than {LONGEST} s of the processors; an event {cost:.2f} of what it "
        f"takes in an empty store, at {large.rate / empty.rate:.2f} of the rate"
    )
    if asked.json:
        slowest = {each.path: round(each.processor, 3) for each in slow}
        print(json.dumps({"cost": round(cost, 3), "pages": len(found), "slow": slowest}))
    return 1 if slow or cost > DEAREST else 0


if __name__ == "__main__":
    sys.exit(main())
