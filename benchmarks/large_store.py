"""How fast lists, members, events and the console are in a store of 100,000 members and 1,000,000 transfers.

`.venv/bin/python benchmarks/large_store.py [--members N] [--postgres] [--keep DIR] [--json]`: exit 0 when every page
takes less than 0.1 s of the processors, Laurel's and the database's together, and an event at most 1.11 times what it
takes in an empty store.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parent.parent))

from rich.console import Console
from rich.markup import escape
from rich.table import Table as Shown
from sqlalchemy import Connection, Engine, Table, create_engine, delete, func, insert, inspect, select

from benchmarks import postgres
from benchmarks.audit import PROGRAM
from benchmarks.processor_time import descendants, exact_seconds
from benchmarks.served import Served, served
from benchmarks.store_pages import Page, pages
from database import Database
from database.analytics.counting import NO_MEMBER, stores_to_count
from database.programs import Programs
from database.tables import (
    BALANCE,
    account,
    allocation,
    deadline,
    event,
    funnel,
    lot,
    mark,
    member,
    progress,
    transfer,
    uncounted,
)
from loyalty.ids import new_id
from loyalty.program.wallets import ONE
from loyalty.store.achievements import MILLION
from loyalty.store.points import account_id

LONGEST = 0.1
"""Processor seconds for one page."""
DEAREST = 1.11
"""What an event may cost, against one of an empty store."""
COUNTING_SECONDS = 1800
TRANSFERS_OF_MEMBER = 10
AWARDS = 8
SUMS_OF_MEMBER = 15
REGULAR = "regular"
MORE = {"achievements/regular.yaml": "achievement: regular\non: coffee\nmeasure: days\nwindow: {last: 30d}\ngoal: 20\n"}
AT_ONCE = 16
EVENTS = 320
ROUNDS = 3
TEMPLATES = 1_000
"""Members who are made one by one; the others are copies of them."""
YEAR = (365 - 60) * 24 * 60
"""The minutes in which they registered: what they did is past."""
IDS = frozenset(("id", "member", "event", "transfer", "lot", "subject", "external_id"))
NAMED = frozenset(("email", "email_key", "phone", "phone_key"))


def rows_of(number: int, start: datetime) -> Iterator[tuple[Table, dict[str, Any]]]:
    """The rows of one member: events, points and progress of the past year."""
    id_, email, at = new_id(), f"member-{number}@shop-{number % 100}.example", start + timedelta(minutes=number)
    dates = {"registered_at": at, "created_at": at, "updated_at": at}
    named = {"email": email, "email_key": email, "phone": f"+4850{number:07}", "phone_key": f"+4850{number:07}"}
    profile = {"firstName": f"Name{number % 1000}", "lastName": f"Surname{number}"}
    yield (
        member,
        {"id": id_, "store": "DEFAULT", **named, "profile": profile, "attributes": {}, "active": True, **dates},
    )
    yield from _ledger(id_, at, number)
    yield from _progress(id_, at, number)


def _ledger(member_id: str, at: datetime, number: int) -> Iterator[tuple[Table, dict[str, Any]]]:
    """Eight awards of ten points, one of which was spent whole, and one in part."""
    account_, points = account_id(member_id, "points"), 10 * ONE
    own = {"store": "DEFAULT", "member": member_id, "wallet": "points"}
    taken = {AWARDS: points, AWARDS + 1: points // 2}
    sums = dict.fromkeys(BALANCE, 0)
    lots = [new_id() for _ in range(AWARDS)]
    transfers: list[tuple[Table, dict[str, Any]]] = []
    for each in range(TRANSFERS_OF_MEMBER):
        event_, transfer_ = new_id(), new_id()
        then = at + timedelta(days=each, hours=number % 24)
        yield event, _event(event_, member_id, then)
        less = taken.get(each, 0)
        parts = {"active": -less, "spent": less} if less else dict.fromkeys(("active", "earned", "qualifying"), points)
        change = dict.fromkeys(BALANCE, 0) | parts
        sums = {part: sums[part] + change[part] for part in BALANCE}
        kind, source = ("spend", "admin") if less else ("award", "reactor/points")
        booked = {"kind": kind, "points": less or points, "number": each + 1, "balance": sums["active"], "at": then}
        lot_ = None if less else lots[each]
        about = {"account": account_, "event": event_, "source": source, "lot": lot_}
        transfers.append((transfer, {"id": transfer_, **own, **change, **booked, **about}))
        if lot_ is None:
            used = {"lot": lots[each - AWARDS], "points": -less, "held": 0}
            transfers.append((allocation, {"transfer": transfer_, "store": "DEFAULT", **used}))
            continue
        ends, left = at + timedelta(days=3650 + each), points - taken.get(each + AWARDS, 0)
        there = {"points": points, "remaining": left, "expires_at": ends, "created_at": then, "qualifies": True}
        transfers.append((lot, {"id": lot_, **own, **there, "event": event_, "transfer": transfer_}))
        if left:
            due = {"store": "DEFAULT", "subject": lot_, "kind": "expire", "due_at": ends, "member": member_id}
            transfers.append((deadline, due))
    yield account, {"id": account_, **own, **sums, "transfers": TRANSFERS_OF_MEMBER}
    yield from transfers


def _progress(member_id: str, at: datetime, number: int) -> Iterator[tuple[Table, dict[str, Any]]]:
    """Daily sums of an achievement, some days apart, which one of eight members has completed."""
    own = {"store": "DEFAULT", "member": member_id, "achievement": REGULAR}
    is_done = number % 8 == 0
    for each in range(SUMS_OF_MEMBER):
        day = (at + timedelta(days=each * (1 + number % 4))).date()
        yield mark, {**own, "day": day, "value": "", "amount": MILLION, "used": MILLION if is_done else 0}
    if is_done:
        yield progress, {**own, "completed": 1, "completed_at": at + timedelta(days=SUMS_OF_MEMBER)}


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
    """Store members with all that belongs to them: some as they are, and the others as copies, by the database."""
    start = datetime.now(UTC) - timedelta(days=365)
    order = (member, event, account, transfer, lot, allocation, deadline, mark, progress)
    rows: dict[Table, list[dict[str, Any]]] = {table: [] for table in order}
    first = min(members, TEMPLATES)
    for number in range(first):
        for table, row in rows_of(number * YEAR // first, start):
            rows[table].append(row)
    with engine.begin() as connection:
        for table in order:
            connection.execute(insert(table), rows[table])
        for table in order:
            _copy(connection, table, members // first - 1)
    with engine.begin() as connection:  # members by their pages, and not by a note for each daily sum
        connection.execute(delete(uncounted).where(uncounted.c.kind == "mark"))
        connection.execute(delete(funnel))
        connection.execute(insert(uncounted), {"store": "DEFAULT", "kind": "mark", "row": NO_MEMBER, "sign": 1})
    if engine.dialect.name == "postgresql":  # as its autovacuum does; SQLite has statistics that Laurel writes
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    console.print(f"  {members} members, {members * TRANSFERS_OF_MEMBER} transfers")


def _copy(connection: Connection, table: Table, copies: int) -> None:
    """Add copies of every row of a table, with ids of their own: they begin with the number of the copy."""
    if copies < 1:
        return
    if table is account:
        _copy_accounts(connection, copies)
        return
    number = "printf('%08x', n)" if connection.dialect.name == "sqlite" else "lpad(to_hex(n), 8, '0')"
    names = [column.name for column in table.columns]

    def copied(name: str) -> str:
        if name in IDS:
            return f"{number} || substr({table.name}.{name}, 9)"
        if name in NAMED:
            return f"{table.name}.{name} || CAST(n AS TEXT)"
        return f"{table.name}.{name}"

    wanted = {name: copied(name) for name in names}
    source = f"{table.name} CROSS JOIN copy"
    if table is transfer:
        wanted["account"] = "account.id"
        source += f" JOIN account ON account.member = {wanted['member']}"
    columns = ", ".join(wanted)
    connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({columns}) WITH RECURSIVE copy(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy "
        f"WHERE n < {copies}) SELECT {', '.join(wanted.values())} FROM {source}"
    )


def _copy_accounts(connection: Connection, copies: int) -> None:
    """The same of accounts, whose ids are made of those of their members."""
    made = connection.execute(select(account)).mappings().all()
    for number in range(1, copies + 1):
        rows = []
        for each in made:
            owner = f"{number:08x}{each['member'][8:]}"
            rows.append({**each, "member": owner, "id": account_id(owner, each["wallet"])})
        connection.execute(insert(account), rows)


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
            if not stores_to_count(connection):
                return
        if time.monotonic() > until:
            raise RuntimeError("the figures by day were not counted in time")
        time.sleep(1)


@contextmanager
def large_folder(kept: Path | None) -> Iterator[Path]:
    """The folder of a store: one that stays, or one that goes with the block."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="laurel-large-") as name:
        Path(name).chmod(0o755)  # a PostgreSQL server in it runs as another user
        yield Path(name)


@contextmanager
def database_in(folder: Path, *, on_postgres: bool) -> Iterator[Engine]:
    """An engine of the database of a folder; `laurel up` there uses the same."""
    with ExitStack() as stack:
        url = f"sqlite:///{folder}/data/laurel.db"
        os.environ.pop("LAUREL_DATABASE_URL", None)
        if on_postgres:
            url = stack.enter_context(postgres.serving(kept=folder / "postgres"))
            os.environ["LAUREL_DATABASE_URL"] = url
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        stack.callback(engine.dispose)
        yield engine


def write_program(folder: Path) -> Path:
    """Write the program of the store, and return its folder."""
    for file, text in (PROGRAM | MORE).items():
        (folder / "program" / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / "program" / file).write_text(text)
    return folder / "program"


def cost_in_an_empty_store(console: Console, *, on_postgres: bool) -> Cost:
    """What an event costs in a store in which nothing is."""
    with (
        large_folder(None) as folder,
        database_in(folder, on_postgres=on_postgres),
        served(folder, write_program(folder)) as laurel,
    ):
        empty = event_cost(laurel, processor_seconds)
    console.print(f"  {empty.rate:.0f} events/s in an empty store, {empty.processor * 1000:.1f} ms each")
    return empty


def fill_once(engine: Engine, folder: Path, members: int, console: Console) -> None:
    """Deploy the program to the store of a folder, and fill it, unless it has the members already."""
    (folder / "data").mkdir(exist_ok=True)
    if inspect(engine).has_table(member.name) and rows_in(engine, member):
        return
    url = engine.url.set(drivername=engine.dialect.name).render_as_string(hide_password=False)
    with closing(Database.open(url)) as database:
        files = {path: text.encode() for path, text in (PROGRAM | MORE).items()}
        asyncio.run(Programs(database).deploy(files, by="benchmark"))
    fill(engine, members, console)


def rows_in(engine: Engine, table: Table) -> int:
    """How many rows a table has."""
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def run(members: int, console: Console, *, on_postgres: bool, kept: Path | None) -> tuple[Cost, Cost, list[Page]]:
    """Measure an empty store and a large one; return what events cost in both, and the pages of the large one."""
    empty = cost_in_an_empty_store(console, on_postgres=on_postgres)
    with large_folder(kept) as folder, database_in(folder, on_postgres=on_postgres) as engine:
        program = write_program(folder)
        fill_once(engine, folder, members, console)
        with served(folder, program) as laurel:
            until_counted(engine)
            console.print(f"  counted; {rows_in(engine, member)} members, {rows_in(engine, transfer)} transfers")
            large = event_cost(laurel, processor_seconds)
            console.print(f"  {large.rate:.0f} events/s in the large one, {large.processor * 1000:.1f} ms each")
            until_counted(engine)
            return empty, large, list(pages(laurel, processor_seconds))


def processor_seconds() -> float:
    """What all that this process started has used so far, but for Temporal."""
    return sum(exact_seconds(pid) for pid in descendants(os.getpid()) if "temporal" not in _name(pid))


def _name(pid: int) -> str:
    """What a process runs; nothing of one that ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return ""


def main() -> int:
    """Measure, and print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server of its own, instead of SQLite")
    parser.add_argument("--keep", type=Path, help="the folder of the store, which stays, and is used again")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    asked = parser.parse_args()
    empty, large, found = run(asked.members, Console(stderr=True), on_postgres=asked.postgres, kept=asked.keep)
    cost = large.processor / empty.processor
    slow = [each for each in found if each.processor > LONGEST]
    shown = Shown("page", "processor, s", "clock, s")
    for each in sorted(found, key=lambda each: -each.processor)[: max(10, len(slow))]:
        shown.add_row(escape(each.path), f"{each.processor:.3f}", f"{each.seconds:.3f}")
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
