"""How fast the history of a member with many entries is read, and one search, in the database of a large store.

`.venv/bin/python benchmarks/member_history.py [--entries N] [--members N] [--postgres] [--json]`: exit 0 when every
page is read within 0.1 s.
"""

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from rich.console import Console
from rich.table import Table as Shown
from sqlalchemy import create_engine, insert

from benchmarks import postgres
from benchmarks.audit import PROGRAM
from benchmarks.large_store import fill
from database import Database, ReadTransaction
from database.member_history import HistoryRequest
from database.programs import Programs
from database.tables import account, event, member, transfer
from loyalty.ids import new_id
from loyalty.members.history import HISTORY_KINDS, HistorySelection, selection_of_kinds, selection_of_type
from loyalty.program.wallets import ONE
from loyalty.store.points import account_id

LONGEST = 0.1
"""Seconds for one page."""
ROUNDS = 5
CHUNK = 10_000
STORE = "DEFAULT"

Reads = Mapping[str, Callable[[ReadTransaction], Any]]


def add_busy_member(engine: Any, entries: int) -> str:
    """Store a member with so many entries, half of them events and half transfers; every thousandth is a new tier."""
    id_, start = new_id(), datetime.now(UTC) - timedelta(days=365)
    dates = {"registered_at": start, "created_at": start, "updated_at": start}
    known = {"email": "busy@example.com", "email_key": "busy@example.com"}
    zero = dict.fromkeys(("active", "pending", "earned", "spent", "expired", "held", "owed", "qualifying"), 0)
    account_ = account_id(id_, "points")
    with engine.begin() as connection:
        who = {"id": id_, "store": STORE, **known, "profile": {}, "attributes": {}, "active": True, **dates}
        connection.execute(insert(member), who)
        own = {"store": STORE, "member": id_, "wallet": "points"}
        connection.execute(insert(account), {"id": account_, **own, **zero, "transfers": entries // 2})
    for first in range(0, entries // 2, CHUNK):
        events, transfers = [], []
        for number in range(first, min(first + CHUNK, entries // 2)):
            then, event_ = start + timedelta(seconds=number * 60), new_id()
            type_ = "tier_changed" if number % 1000 == 0 else "purchase"
            said = {"from": None, "to": "gold", "up": True} if type_ == "tier_changed" else {"total": 10}
            when = {"time": then, "received_at": then, "settled_at": then}
            what = {"type": type_, "body": said, "external_id": event_, "customer_data": {}}
            state = {"revision": 1, "depth": 0, "status": "applied"}
            events.append({"id": event_, "store": STORE, "member": id_, **what, **when, **state})
            points = {"kind": "award", "points": ONE, "number": number + 1, "balance": ONE, "at": then}
            about = {"account": account_, "event": event_, "source": "reactor/points", "lot": None}
            transfers.append({"id": new_id(), **own, **zero, **points, **about})
        with engine.begin() as connection:
            connection.execute(insert(event), events)
            connection.execute(insert(transfer), transfers)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    return id_


def reads(member_id: str, number: str) -> Reads:
    """What is read of the member, by what it is called."""
    whole = selection_of_kinds(HISTORY_KINDS)
    pending = selection_of_type("PendingPointsWereAdded") or HistorySelection()

    def page(selection: HistorySelection, **more: Any) -> Callable[[ReadTransaction], Any]:
        return lambda tx: tx.member_history.page(HistoryRequest(member_id, selection, 50, **more))

    def deep(tx: ReadTransaction) -> Any:
        after = tx.member_history.page(HistoryRequest(member_id, whole, 1, offset=9_000)).next
        began = time.perf_counter()
        tx.member_history.page(HistoryRequest(member_id, whole, 50, after=after))
        return time.perf_counter() - began

    def total(tx: ReadTransaction) -> Any:
        return tx.member_history.count(HistoryRequest(member_id, whole, 50))

    return {
        "first page": page(whole),
        "last page": page(whole, newest_first=False),
        "page 100": page(whole, offset=5_000),
        "behind 9,000 by key": deep,
        "kind tier": page(selection_of_kinds(["tier"])),
        "kind badge, of which there are none": page(selection_of_kinds(["badge"])),
        "type of which there are none": page(pending),
        "wallet of which there are none": page(whole, wallet="miles"),
        "total": total,
        "total of kind badge": lambda tx: tx.member_history.count(
            HistoryRequest(member_id, selection_of_kinds(["badge"]), 50)
        ),
        "search": lambda tx: tx.search.find(
            number, ("customEvent", "transaction", "transfer", "issuedReward", "couponCode", "delivery"), most=5
        ),
    }


async def measure(database: Database, wanted: Reads) -> Mapping[str, float]:
    """The median seconds of each read."""
    found = {}
    for name, read in wanted.items():
        taken = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            result = await database.store(STORE).read(read)
            taken.append(result if isinstance(result, float) else time.perf_counter() - began)
        found[name] = statistics.median(taken)
    return found


def run(entries: int, members: int, console: Console, *, on_postgres: bool) -> Mapping[str, float]:
    """Fill a store, and read."""
    with tempfile.TemporaryDirectory(prefix="laurel-history-") as name, ExitStack() as stack:
        url = stack.enter_context(postgres.serving()) if on_postgres else f"sqlite:///{name}/laurel.db"
        database = Database.open(url)
        stack.callback(database.close)
        files = {path: text.encode() for path, text in PROGRAM.items()}
        asyncio.run(Programs(database).deploy(files, by="benchmark"))
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        stack.callback(engine.dispose)
        fill(engine, members, console)
        busy = add_busy_member(engine, entries)
        console.print(f"  and one member with {entries} entries")
        return asyncio.run(measure(database, reads(busy, new_id())))


def main() -> int:
    """Measure, and print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server of its own, instead of SQLite")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    asked = parser.parse_args()
    found = run(asked.entries, asked.members, Console(stderr=True), on_postgres=asked.postgres)
    shown = Shown("what", "s")
    for name, seconds in found.items():
        shown.add_row(name, f"{seconds:.4f}")
    Console().print(shown)
    if asked.json:
        print(json.dumps({name: round(seconds, 4) for name, seconds in found.items()}))
    return 1 if max(found.values()) > LONGEST else 0


if __name__ == "__main__":
    sys.exit(main())
