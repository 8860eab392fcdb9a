"""How fast lists, members and events are answered in a store of 100,000 members and 1,000,000 transfers.

`.venv/bin/python benchmarks/large_store.py [--members N] [--postgres] [--json]`: exit 0 when every page is answered
within 0.1 s, and events at 0.9 of the rate that they have in an empty store.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
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
from sqlalchemy import Engine, Table, create_engine, insert

from benchmarks import postgres
from benchmarks.audit import PROGRAM
from benchmarks.served import Served, served
from database.tables import account, allocation, deadline, event, lot, member, transfer
from loyalty.ids import new_id
from loyalty.program.wallets import ONE
from loyalty.store.points import account_id

LONGEST = 0.1
"""Seconds for one page, on the client's clock."""
SLOWEST_RATIO = 0.9
TRANSFERS_OF_MEMBER = 10
AT_ONCE = 16
EVENTS = 320
ROUNDS = 3
CHUNK = 20_000


@dataclass(frozen=True)
class Page:
    """A list, perhaps with a filter, and how long its first page took."""

    path: str
    seconds: float


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


def event_rate(laurel: Served) -> float:
    """Events a second, each of another member, until applied; the median of some rounds."""

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

    rates = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(report, range(AT_ONCE)))  # warm up
        for _ in range(ROUNDS):
            began = time.perf_counter()
            list(pool.map(report, range(EVENTS)))
            rates.append(EVENTS / (time.perf_counter() - began))
    return statistics.median(rates)


def pages(laurel: Served, names: Mapping[str, str]) -> list[Page]:
    """Read what a GET of the store shows, and the first page of each list by each of its filters."""
    _, document = laurel.call("GET", "/openapi.json")
    found = []
    for template, methods in document["paths"].items():
        if "get" not in methods or not template.startswith("/api/{storeCode}/"):
            continue
        path = template.format_map(_Known(names))
        if "{" in path:
            continue
        status, answer = laurel.call("GET", path)
        if status != 200:
            continue
        found.append(path)
        filters = [each["name"] for each in methods["get"].get("parameters", ()) if each.get("in") == "query"]
        found += [f"{path}?{query}" for query in _queries(filters, answer)]
    return [Page(path, _median_seconds(laurel, path)) for path in found]


class _Known(dict[str, str]):
    """Names of things by parameter of a path; an unknown parameter stays."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def _queries(filters: Sequence[str], answer: Any) -> Iterator[str]:
    """A search by each filter, for a value that some item has, and for one that none has."""
    items = answer.get("items") if isinstance(answer, dict) else None
    if not items or not isinstance(items[0], dict):
        return
    for name in filters:
        value: Any = items[0]
        for part in name.split(":"):
            value = value.get(part) if isinstance(value, dict) else None
        if isinstance(value, str):
            yield f"{name}={_quoted(value)}"
            yield f"{name}={_quoted(_of_the_same_kind(value))}"
        elif value is not None and not isinstance(value, dict | list):
            yield f"{name}={_quoted(str(value).lower())}"


def _of_the_same_kind(value: str) -> str:
    return "1999-01-01" if value[:2] == "20" and "T" in value else "nobody-has-this"


def _quoted(text: str) -> str:
    return text.replace("+", "%2B").replace(" ", "%20").replace("&", "%26")


def _median_seconds(laurel: Served, path: str) -> float:
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        status, answer = laurel.call("GET", path)
        taken.append(time.perf_counter() - began)
        if status >= 500:
            raise RuntimeError(f"GET {path}: {status} {answer}")
    return statistics.median(taken)


def names_in(laurel: Served) -> dict[str, str]:
    """Return ids of what there is in the store, by the parameter of a path."""
    _, members = laurel.call("GET", "/api/DEFAULT/member?_itemsOnPage=1&_orderBy[createdAt]=asc")
    _, events = laurel.call("GET", "/api/DEFAULT/customEvent?_itemsOnPage=1")
    _, transfers = laurel.call("GET", "/api/DEFAULT/points?_itemsOnPage=1")
    return {
        "storeCode": "DEFAULT",
        "member": members["items"][0]["customerId"],
        "customEvent": events["items"][0]["customEventId"],
        "transfer": transfers["items"][0]["transferId"],
        "eventType": "purchase",
        "revision": "1",
    }


def run(members: int, console: Console, *, on_postgres: bool) -> tuple[float, list[Page]]:
    """Measure an empty store, fill it, and measure it again; return the ratio of the rates, and the pages."""
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
            empty = event_rate(laurel)
        console.print(f"  {empty:.0f} events/s in an empty store")
        engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        fill(engine, members, console)
        engine.dispose()
        with served(folder, folder / "program") as laurel:
            large = event_rate(laurel)
            console.print(f"  {large:.0f} events/s in the large one")
            return large / empty, pages(laurel, names_in(laurel))


def main() -> int:
    """Measure, and print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server of its own, instead of SQLite")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    asked = parser.parse_args()
    console = Console(stderr=True)
    ratio, found = run(asked.members, console, on_postgres=asked.postgres)
    slow = [each for each in found if each.seconds > LONGEST]
    shown = Shown("page", "s")
    for each in sorted(found, key=lambda each: -each.seconds)[: max(10, len(slow))]:
        shown.add_row(each.path, f"{each.seconds:.3f}")
    Console().print(shown)
    Console().print(
        f"{len(found)} pages, {len(slow)} slower than {LONGEST} s; rate of events: {ratio:.2f} of an empty store"
    )
    if asked.json:
        slowest = {each.path: round(each.seconds, 3) for each in slow}
        print(json.dumps({"ratio": round(ratio, 3), "pages": len(found), "slow": slowest}))
    return 1 if slow or ratio < SLOWEST_RATIO else 0


if __name__ == "__main__":
    sys.exit(main())
