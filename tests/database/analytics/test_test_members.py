"""Members for tests are in no figure, whenever they were marked, and whatever was counted before."""

from random import Random

import pytest
from sqlalchemy import func, select

from database import Database, ReadTransaction
from database.analytics.liability import read_liability
from database.analytics.members import buyers_since, members_by_tier, members_since
from database.liability import scan_liability
from database.tables import account, active_day
from loyalty.analytics.figures import STOCKS
from loyalty.calendar import local_day
from loyalty.members.changes import MemberChanges, update_member
from loyalty.points.liability import LiabilityRequest
from tests.database.audit.test_auditing import found_in
from tests.kit.busy_ledger import BusyLedger
from tests.kit.figures import count_figures, read_figures


async def _balances(busy: BusyLedger, members: list[str]) -> dict[str, int]:
    """What these members have in the wallet `points`, by stock."""
    columns = [func.coalesce(func.sum(account.c[stock]), 0) for stock in STOCKS]

    def read(tx: ReadTransaction) -> dict[str, int]:
        here = select(*columns).where(account.c.wallet == "points", account.c.member.in_(members))
        return dict(zip(STOCKS, map(int, tx.connection.execute(here).one()), strict=True))

    return await busy.scripted.database.store("DEFAULT").read(read)


@pytest.mark.parametrize("seed", [1, 2])
async def test_figures_are_those_of_all_others_however_often_marks_change_and_figures_are_counted(
    database: Database, seed: int
) -> None:
    busy, random = await BusyLedger.open(database, seed, members=4), Random(seed)
    tests: set[str] = set()
    scripted, store = busy.scripted, busy.scripted.database.store("DEFAULT")
    for _ in range(6):
        await busy.some_steps(8)
        if random.random() < 0.5:
            await count_figures(scripted)
        for member in random.sample(busy.members, 2):
            tests ^= {member}
            await scripted.operate(update_member, member, MemberChanges(is_test=member in tests))
        if random.random() < 0.5:
            await count_figures(scripted)
    if not tests:
        tests = {busy.members[0]}
        await scripted.operate(update_member, busy.members[0], MemberChanges(is_test=True))
    others = [each for each in busy.members if each not in tests]

    sums = await read_figures(scripted, lambda figures: figures.sums(*STOCKS))
    waiting = {stock: int(sums.points(stock, "points")) for stock in STOCKS}
    assert await found_in(busy) == []
    await count_figures(scripted)
    sums = await read_figures(scripted, lambda figures: figures.sums(*STOCKS))
    counted = {stock: int(sums.points(stock, "points")) for stock in STOCKS}

    assert waiting == counted == await _balances(busy, others)
    assert await found_in(busy) == []
    last = local_day(scripted.now, scripted.program.zone)

    def read(tx: ReadTransaction) -> None:
        report = read_liability(tx.connection, "DEFAULT", LiabilityRequest(last, last, last), scripted.program.zone)
        active = set(tx.connection.execute(select(active_day.c.member).distinct()).scalars())
        assert active.isdisjoint(tests)
        assert report == scan_liability(
            tx.connection, "DEFAULT", LiabilityRequest(last, last, last), scripted.program.zone
        )
        (owed,) = [each.total for each in report.wallets if each.wallet == "points"] or [None]
        assert (0 if owed is None else owed.active + owed.pending) == counted["active"] + counted["pending"]
        assert members_since(tx, []) == [len(others)]
        assert sum(members_by_tier(tx).values()) == len(others)
        assert buyers_since(tx, [])[0] <= len(others)

    await store.read(read)
