"""Members are merged while everything else goes on: nothing is lost, and the audit finds it right."""

import asyncio
import time
from typing import Any

import pytest
from sqlalchemy import func, select

from database import Database, ReadTransaction
from database.tables import customer_transaction, transfer
from loyalty.events.operations import OperationContext
from loyalty.merging.refusals import MergesWithItself, MergeUnderWay
from loyalty.points.operations import AddPoints, add_points
from loyalty.program.wallets import ONE
from loyalty.transactions.operations import register_transaction
from tests.activities.test_merging import accept, findings, read
from tests.kit import merging
from tests.kit.busy_ledger import BusyLedger
from tests.kit.scripted_store import ScriptedStore
from tests.kit.shop import document, item

PATIENCE = 60.0
"""Seconds after which a merge that still waits is a fault."""


@pytest.mark.parametrize("seed", range(2))
async def test_merges_amid_everything_else_lose_nothing(database: Database, seed: int) -> None:
    busy = await BusyLedger.open(database, seed, members=6)
    scripted = busy.scripted
    await busy.some_steps(25)
    before = await total(scripted)
    ann, bob, cid, dan, *rest = busy.members
    wallet = scripted.program.default_wallet.code

    async def by_hand(member: str, points: int) -> int:
        """Add points to whom an id leads to, as the API does; return how many."""

        def run(tx: Any) -> int:
            operation = OperationContext(tx, scripted.program, scripted.revision, scripted.now, "admin")
            add_points(operation, AddPoints(tx.members.leads_to(member), points, wallet, never_expires=True))
            return points

        return await scripted.database.store("DEFAULT").write(run)

    async def sell(number: int, *, back: bool = False) -> None:
        """Report a sale of a member, or a return of a part of it, and answer nothing."""
        email = f"member-{number % 6}@example.com"
        sold: Any = {"type": "return", "linked_number": f"S-{number}"} if back else {"email": email}
        reported = document(
            f"{'R' if back else 'S'}-{number}", item("beans", 1 if back else 3), now=scripted.now, **sold
        )

        def run(tx: Any) -> None:
            register_transaction(
                OperationContext(tx, scripted.program, scripted.revision, scripted.now, "admin"), reported
            )

        await scripted.database.store("DEFAULT").write(run)

    async def sell_and_take_back(number: int) -> None:
        await sell(number)
        await sell(number, back=True)

    async def merge(survivor: str, merged: str) -> str:
        try:
            merge_id = await merging.ask(scripted, survivor, merged)
        except (MergeUnderWay, MergesWithItself):
            return "refused at once"
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            await merging.answer_queued(scripted)
            if (state := await merging.do(scripted, merge_id)) != "waiting":
                return state
            await asyncio.sleep(0.02)
        return "waiting"

    members = (ann, bob, cid, dan)
    results = await asyncio.gather(
        merge(ann, bob),
        merge(bob, cid),
        merge(bob, ann),
        merge(dan, ann),
        *(by_hand(member, 10) for member in members for _ in range(4)),
        *(accept(scripted, member, 3) for member in rest for _ in range(3)),
        *(sell_and_take_back(number) for number in range(12)),
    )
    await merging.answer_all(scripted)
    moved = await read(scripted, _moved_by_sales)
    assert moved == {f"{kind}-{number}": 20 * times for number in range(12) for kind, times in (("S", 3), ("R", 1))}

    assert "waiting" not in results
    assert "done" in results
    assert sum(each for each in results if isinstance(each, int)) == 160
    assert await findings(scripted) == []
    after = await total(scripted)
    assert after - before >= 160
    busy.members = sorted(
        {await read(scripted, lambda tx, m=member: tx.members.leads_to(m)) for member in busy.members}
    )
    await busy.some_steps(15)
    assert await findings(scripted) == []


def _moved_by_sales(tx: ReadTransaction) -> dict[str, int]:
    """What each sale awarded, and what each return took back, in units."""
    table = customer_transaction
    wanted = (
        select(table.c.document_number, func.sum(transfer.c.points))
        .join(transfer, transfer.c.event == table.c.event)
        .where(transfer.c.kind.in_(("award", "return")), transfer.c.source == "reactor/sales")
    )
    rows = tx.connection.execute(wanted.group_by(table.c.document_number))
    return {number: int(points) // ONE for number, points in rows}


async def total(scripted: ScriptedStore) -> int:
    """The points that all members ever earned, in units."""

    def find(tx: ReadTransaction) -> int:
        earned = select(func.sum(transfer.c.earned)).where(transfer.c.wallet == "points")
        return int(tx.connection.execute(earned).scalar_one()) // ONE

    found: int = await read(scripted, find)
    return found
