"""The audit finds nothing in a sound store, and everything that was broken by hand in others."""

from decimal import Decimal
from typing import get_args

import pytest
from sqlalchemy import Connection, create_engine, select, update

from database import Database, ReadTransaction
from database.audit import Audit, audit, checks_of
from database.tables import account, transfer
from loyalty.store.points import TransferKind
from tests.kit.broken_ledger import BREAKS, apply, fill, unlock
from tests.kit.busy_ledger import BusyLedger


def audited(busy: BusyLedger, connection: Connection, most: int = 100) -> Audit:
    """An audit of the store at its time."""
    return audit(connection, "DEFAULT", now=busy.scripted.now, program=busy.scripted.program, most=most)


async def found_in(busy: BusyLedger) -> list[str]:
    """What an audit of the store finds, in short."""
    found = await busy.scripted.database.store("DEFAULT").read(lambda tx: audited(busy, tx.connection))
    return [f"{each.check}: {each.what} {each.subjects} {each.actual} not {each.expected}" for each in found.findings]


@pytest.mark.parametrize("seed", [1, 2])
async def test_nothing_is_found_in_a_busy_store(database: Database, seed: int) -> None:
    busy = await BusyLedger.open(database, seed)

    await busy.some_steps(60)

    assert await found_in(busy) == []
    assert busy.done


async def test_every_check_finds_what_was_broken_by_hand(database: Database, database_url: str) -> None:
    busy = await BusyLedger.open(database, 1)
    await fill(busy)
    assert await found_in(busy) == []
    assert set(get_args(TransferKind)) == await _kinds(busy)
    missed = []
    engine = create_engine(database_url)
    for broken in BREAKS:
        with engine.connect() as connection:
            transaction = connection.begin()
            unlock(connection)
            changed = apply(connection, broken)
            names = {each.check for each in audited(busy, connection).findings}
            transaction.rollback()
        if changed < 1 or broken.check not in names:
            missed.append((changed, broken, sorted(names)))
    engine.dispose()

    assert missed == []
    assert {each.check for each in BREAKS} == {check.name for check in checks_of(busy.scripted.program)}
    assert await found_in(busy) == []


async def test_a_finding_says_what_is_wrong_where_and_what_to_do(database: Database) -> None:
    busy = await BusyLedger.open(database, 1)
    ann = busy.members[0]
    await busy.scripted.report(ann, "purchase", {"total": 20})

    def break_stars(tx: ReadTransaction) -> Audit:
        stars = account.c.wallet == "stars"
        tx.connection.execute(update(account).where(stars).values(active=account.c.active + 5))
        return audited(busy, tx.connection)

    found = await busy.scripted.database.store("DEFAULT").write(break_stars)

    first = found.findings[0]
    assert (first.check, first.store, first.what) == ("account-balance", "DEFAULT", "active")
    assert (first.expected, first.actual) == (Decimal("1.25"), Decimal("1.250005"))
    assert {name: first.subjects[name] for name in ("member", "wallet")} == {"member": ann, "wallet": "stars"}
    assert "set this part of the account" in first.cure
    assert found.rows["accounts"] == 2
    assert found.rows["transfers"] == 2


async def test_findings_beyond_a_number_are_counted(database: Database) -> None:
    busy = await BusyLedger.open(database, 1)
    for member in busy.members:
        await busy.scripted.report(member, "purchase", {"total": 20})

    def break_all(tx: ReadTransaction) -> Audit:
        tx.connection.execute(update(account).values(earned=0))
        return audited(busy, tx.connection, most=2)

    found = await busy.scripted.database.store("DEFAULT").write(break_all)

    assert [each.check for each in found.findings] == ["account-balance"] * 2
    assert found.counts == {"account-balance": 6}


async def test_another_store_is_not_looked_at(database: Database) -> None:
    busy = await BusyLedger.open(database, 1)
    await busy.scripted.report(busy.members[0], "purchase", {"total": 20})

    def elsewhere(tx: ReadTransaction) -> Audit:
        return audit(tx.connection, "OTHER", now=busy.scripted.now, program=None)

    found = await busy.scripted.database.store("OTHER").read(elsewhere)

    assert (list(found.findings), set(found.rows.values())) == ([], {0})


async def _kinds(busy: BusyLedger) -> set[str]:
    def read(tx: ReadTransaction) -> set[str]:
        return set(tx.connection.execute(select(transfer.c.kind).distinct()).scalars())

    return await busy.scripted.database.store("DEFAULT").read(read)
