"""The worker counts every store, and one that cannot be counted does not hold up the others."""

import asyncio

from sqlalchemy import insert

from database import Database
from database.programs import Programs
from database.tables import uncounted
from tests.kit.busy_ledger import BusyLedger
from workflows.counting import count_page, run_counting


async def test_what_waits_is_counted_and_a_store_without_a_program_is_left(database: Database) -> None:
    busy = await BusyLedger.open(database, 2)
    await busy.some_steps(5)
    note = {"store": "NONE", "kind": "transfer", "row": "none", "sign": 1}
    await database.store("NONE").write(lambda tx: tx.connection.execute(insert(uncounted).values(note)))
    programs = Programs(database)
    assert await count_page(database, programs, "NONE") == 0

    counting = asyncio.create_task(run_counting(database, programs))
    try:
        async with asyncio.timeout(60):
            while "DEFAULT" in await database.stores_to_count():
                await asyncio.sleep(0.02)
    finally:
        counting.cancel()

    assert sorted(await database.stores_to_count()) == ["NONE"]
