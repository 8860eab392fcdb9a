"""Figures by day are a scan of what they count, whatever happens and whoever counts at the same time."""

import asyncio
from datetime import date, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, create_engine, func, insert, select, text, update

from database import Database, ReadTransaction
from database.analytics.activity import ActiveDay, ActiveDays
from database.analytics.liability import read_liability
from database.analytics.reading import FigureReader
from database.tables import account, active_day, customer_transaction, uncounted
from loyalty.analytics.figures import ACTIVE, STOCKS, WalletFigures
from loyalty.calendar import local_day
from loyalty.points.liability import LiabilityRequest
from loyalty.points.operations import AddPoints, SpendPoints, add_points, spend_points
from loyalty.transactions.operations import register_transaction
from tests.database.audit.test_auditing import found_in
from tests.kit.busy_ledger import BusyLedger
from tests.kit.figures import count_all, count_figures, read_figures
from tests.kit.shop import document, item

POINTS = (*STOCKS, "issued", "spent", "expired", "cancelled", "paid_debt", "transferred")


def today(busy: BusyLedger) -> date:
    return local_day(busy.scripted.now, busy.scripted.program.zone)


@pytest.mark.parametrize("counts", ["never", "at the end", "in between"])
async def test_figures_of_a_busy_store_are_its_balances_and_its_liability(database: Database, counts: str) -> None:
    busy = await BusyLedger.open(database, 7)
    for _ in range(4):
        await busy.some_steps(15)
        if counts == "in between":
            await count_figures(busy.scripted)
    if counts == "at the end":
        await count_figures(busy.scripted)
    zone, last = busy.scripted.program.zone, today(busy)

    sums = await read_figures(busy.scripted, lambda figures: figures.sums(*POINTS))
    balances = await _balances(busy)

    assert {(w, s): sums.points(s, w) for w in ("points", "stars") for s in STOCKS} == balances
    for first, until in ((date(2026, 3, 1), last), (last - timedelta(days=3), last - timedelta(days=1))):
        request = LiabilityRequest(until, first, until)
        liability = await busy.scripted.database.store("DEFAULT").read(
            lambda tx, request=request: read_liability(tx.connection, "DEFAULT", request, zone)  # type: ignore[misc]
        )
        within = await read_figures(busy.scripted, lambda f, a=first, b=until: f.sums(*POINTS, first=a, last=b))  # type: ignore[misc]
        then = await read_figures(busy.scripted, lambda f, b=until: f.sums(*POINTS, last=b))  # type: ignore[misc]
        for each in liability.wallets:
            found = WalletFigures.of(each.wallet, within, then)
            total = each.total
            assert found == WalletFigures(
                total.active, total.pending, total.held, total.issued, total.spent, total.expired
            )
            assert within.points("cancelled", each.wallet) == total.cancelled
            assert then.points("owed", each.wallet) == each.owed
    assert await found_in(busy) == []


async def test_counting_by_many_at_once_while_points_move_counts_each_once(database: Database) -> None:
    busy = await BusyLedger.open(database, 3, members=8)
    zone = busy.scripted.program.zone

    async def moves(member: str) -> None:
        for _ in range(4):
            await busy.operate(add_points, AddPoints(member, 10))
            await busy.operate(spend_points, SpendPoints(member, 3))

    async def counting() -> None:
        for _ in range(20):
            await database.store("DEFAULT").write(lambda tx: tx.figures.count(zone, limit=5))
            await asyncio.sleep(0)

    await asyncio.gather(*(moves(member) for member in busy.members), counting(), counting())
    await count_all(database, zone)

    sums = await read_figures(busy.scripted, lambda figures: figures.sums("issued", "spent"))
    assert (sums.of("issued", "points").times, sums.points("issued", "points")) == (32, 320_000_000)
    assert (sums.of("spent", "points").times, sums.points("spent", "points")) == (32, 96_000_000)
    assert await _count(database, uncounted) == 0
    assert await found_in(busy) == []


async def test_a_read_has_what_is_counted_and_what_waits_while_it_is_counted(database: Database) -> None:
    busy = await BusyLedger.open(database, 3)
    ann, zone = busy.members[0], busy.scripted.program.zone
    for _ in range(30):
        await busy.operate(add_points, AddPoints(ann, 10))
    seen = []

    async def reading() -> None:
        for _ in range(40):
            sums = await read_figures(busy.scripted, lambda figures: figures.sums("issued"))
            active = await read_figures(busy.scripted, lambda figures: figures.sums("active"))
            seen.append((sums.points("issued", "points"), active.points("active", "points")))

    await asyncio.gather(reading(), count_all(database, zone, limit=1), reading())

    assert set(seen) == {(300_000_000, 300_000_000)}


async def test_transactions_count_on_the_day_of_purchase_and_a_correction_moves_them(database: Database) -> None:
    busy = await BusyLedger.open(database, 3)
    scripted, ann = busy.scripted, busy.members[0]
    sold = document("S", item("beans", 2), now=scripted.now)
    await busy.operate(register_transaction, sold)
    await count_figures(scripted)
    first = today(busy)

    async def figures(day: date) -> tuple[tuple[int, int], tuple[int, int]]:
        found = await read_figures(scripted, lambda reader: reader.sums("sales", "returns", first=day, last=day))
        return tuple(found.of("sales")), tuple(found.of("returns"))  # type: ignore[return-value]

    gross = (await figures(first))[0][1]
    assert gross > 0
    corrected = {"gross": customer_transaction.c.gross + 1_000_000, "purchased_at": scripted.now - timedelta(days=2)}
    await _change(database, update(customer_transaction).values(corrected))
    assert await figures(first) == ((0, 0), (0, 0))
    assert await figures(first - timedelta(days=2)) == ((1, gross + 1_000_000), (0, 0))
    await count_figures(scripted)

    assert await figures(first) == ((0, 0), (0, 0))
    assert await figures(first - timedelta(days=2)) == ((1, gross + 1_000_000), (0, 0))
    assert await read_figures(scripted, lambda reader: reader.active("buyer", date.min, date.max)) == 0
    await _change(database, update(customer_transaction).values(member=ann))
    assert await read_figures(scripted, lambda reader: reader.active("buyer", date.min, date.max)) == 1
    await count_figures(scripted)
    assert await read_figures(scripted, lambda reader: reader.active("buyer", date.min, date.max)) == 1
    assert await found_in(busy) == []


async def test_reactors_count_what_they_fired_and_for_how_many(database: Database) -> None:
    busy = await BusyLedger.open(database, 3)
    ann, bob, _ = busy.members
    for member in (ann, ann, bob):
        await busy.scripted.report(member, "purchase", {"total": 95})

    async def found() -> tuple[int, int, int]:
        source, day = "reactor/gift", today(busy)
        fired = await read_figures(busy.scripted, lambda reader: reader.sums("fired", first=day, last=day))
        members = await read_figures(busy.scripted, lambda reader: reader.active(source, day, day))
        never = await read_figures(busy.scripted, lambda reader: reader.active("reactor/other", day, day))
        return fired.of("fired", source).times, members, never

    assert await found() == (3, 2, 0)
    await count_figures(busy.scripted)
    assert await found() == (3, 2, 0)


async def test_another_time_zone_counts_everything_anew(database: Database) -> None:
    busy = await BusyLedger.open(database, 5)
    await busy.some_steps(20)
    await count_figures(busy.scripted)
    before = await read_figures(busy.scripted, lambda reader: reader.sums(*POINTS, "fired"))

    await count_all(database, ZoneInfo("Pacific/Auckland"))

    after = await read_figures(busy.scripted, lambda reader: reader.sums(*POINTS, "fired"))
    assert after == before
    assert await read_figures(busy.scripted, lambda reader: reader.days_in.key) == "Pacific/Auckland"
    assert await found_in(busy) == []


async def test_days_of_members_may_come_in_any_order(database: Database) -> None:
    start, random = date(2026, 3, 1), Random(4)
    days = [
        ActiveDay(ACTIVE, f"m{number}", start + timedelta(days=random.randrange(40)))
        for number in range(9)
        for _ in range(6)
    ]
    random.shuffle(days)
    for first in range(0, len(days), 7):
        page = days[first : first + 7]
        await database.store("S").write(lambda tx, page=page: ActiveDays(tx.connection, "S").add(page))  # type: ignore[misc]

    def different(first: date, last: date) -> int:
        return len({each.member for each in days if first <= each.day <= last})

    def read(tx: ReadTransaction) -> list[int]:
        reader = FigureReader(tx.connection, "S", ZoneInfo("UTC"))
        return reader.active_by(ACTIVE, spans)

    offsets = [(a, b) for a in range(0, 40, 3) for b in range(a, 40, 4)]
    spans = [(start + timedelta(days=a), start + timedelta(days=b)) for a, b in offsets] + [(date.min, date.max)]
    assert await database.store("S").read(read) == [different(*span) for span in spans]
    assert await _count(database, active_day) == len(set(days))


async def test_sums_of_a_day_may_exceed_64_bits(database: Database) -> None:
    busy = await BusyLedger.open(database, 3)
    huge = 9 * 10**18
    note = {"store": "DEFAULT", "kind": "sale", "row": "none", "at": busy.scripted.now, "amount": huge, "sign": -1}
    for _ in range(3):
        await _change(database, insert(uncounted).values(note))
        await count_figures(busy.scripted)

    sums = await read_figures(busy.scripted, lambda reader: reader.sums("sales"))

    assert sums.of("sales") == (-3, -3 * huge)


def test_every_table_that_counts_has_its_triggers(database_url: str) -> None:
    """A migration that makes one of these tables anew must make its triggers anew, too."""
    engine = create_engine(database_url)
    with engine.connect() as connection:
        names = _triggers(connection)
    engine.dispose()

    of_points, of_transactions = ("transfer", "lot", "changed_lot", "fired"), ("transaction", "corrected", "customer")
    others = ("issued", "used", "canceled", "attempt")
    of_progress = [f"{change}{table}" for table in ("mark", "progress") for change in ("", "changed_", "removed_")]
    assert names == {f"count_{each}" for each in (*of_points, *of_transactions, *others, *of_progress)}


def _triggers(connection: Connection) -> set[str]:
    if connection.dialect.name == "sqlite":
        found = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    else:
        found = connection.execute(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"))
    return set(found.scalars())


async def _balances(busy: BusyLedger) -> dict[tuple[str, str], int]:
    columns = [func.coalesce(func.sum(account.c[stock]), 0) for stock in STOCKS]

    def read(tx: ReadTransaction) -> dict[tuple[str, str], int]:
        found: dict[tuple[str, str], int] = {(w, s): 0 for w in ("points", "stars") for s in STOCKS}
        for wallet, *parts in tx.connection.execute(select(account.c.wallet, *columns).group_by(account.c.wallet)):
            found |= {(wallet, stock): int(part) for stock, part in zip(STOCKS, parts, strict=True)}
        return found

    return await busy.scripted.database.store("DEFAULT").read(read)


async def _change(database: Database, statement: Any) -> None:
    await database.store("DEFAULT").write(lambda tx: tx.connection.execute(statement))


async def _count(database: Database, table: object) -> int:
    def read(tx: ReadTransaction) -> int:
        return int(tx.connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[call-overload]

    return await database.store("DEFAULT").read(read)
