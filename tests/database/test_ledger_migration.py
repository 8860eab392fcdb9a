"""The migration to transfers keeps every amount, and works out what deductions took from lots."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Table, create_engine, inspect, select

from database.audit import audit
from database.migrate import config
from database.tables import account, allocation, lot, member, transfer
from loyalty.store.points import account_id
from tests.kit.old_ledger import BALANCE, ENTRY, LOT, MEMBER, START, OldLedger, insert_member, insert_store

THIS = next(
    each
    for each in ScriptDirectory.from_config(config()).walk_revisions()
    if each.path.endswith("_ledger_of_transfers.py")
)
ANN, BOB, EVE = (f"00000000-0000-4000-8000-00000000000{digit}" for digit in "abe")
PARTS = ("active", "pending", "earned", "spent", "expired", "held", "owed", "qualifying")
SHOP = "wallets:\n  points: {default: true}\n  caps: {decimals: 2}\n"
BANK = "wallets:\n  gems: {}\n  coins: {decimals: 1, default: true}\n"
FACTORS = {"points": 10**6, "caps": 10**4, "coins": 10**5, "gone": 10**6}


@dataclass
class Migrated:
    """A database with data from before, and what was written into it."""

    engine: Engine
    ledgers: dict[tuple[str, str], OldLedger]

    def upgrade(self) -> None:
        self._migrate(command.upgrade, THIS.revision)

    def downgrade(self) -> None:
        self._migrate(command.downgrade, str(THIS.down_revision))

    def rows(self, table: Table) -> list[Any]:
        there = {column["name"] for column in inspect(self.engine).get_columns(table.name)}
        with self.engine.connect() as connection:
            return sorted(connection.execute(select(*(each for each in table.c if each.name in there))).all(), key=str)

    def transfers(self, ledger: OldLedger) -> list[Any]:
        found = [row for row in self.rows(transfer) if (row.member, row.wallet) == (ledger.member, ledger.wallet)]
        return sorted(found, key=lambda row: row.number)

    def shares(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for row in self.rows(allocation):
            found[row.transfer][row.lot] = -row.points
        return found

    def insert(self, ledger: OldLedger) -> None:
        with self.engine.begin() as connection:
            ledger.insert(connection)
        self.ledgers[ledger.member, ledger.wallet] = ledger

    def _migrate(self, migrate: Any, revision: str) -> None:
        with self.engine.begin() as connection:
            settings = config()
            settings.attributes["connection"] = connection
            migrate(settings, revision)


@pytest.fixture
def old(database_url: str) -> Iterator[Migrated]:
    """A database of the migration before, with two stores and three members."""
    migrated = Migrated(create_engine(database_url), {})
    migrated.downgrade()
    with migrated.engine.begin() as connection:
        _insert_stores(connection)
    yield migrated
    migrated.engine.dispose()


def _insert_stores(connection: Connection) -> None:
    insert_store(connection, "A", SHOP.replace("decimals: 2", "decimals: 0"), SHOP)
    insert_store(connection, "B", BANK)
    insert_member(connection, "A", ANN, tier_base=500)
    insert_member(connection, "A", BOB)
    insert_member(connection, "B", EVE, tier_base=25)


def new_ledger(member_id: str, wallet: str, seed: int = 1) -> OldLedger:
    return OldLedger("B" if member_id == EVE else "A", member_id, wallet, Random(seed))


def busy(ledger: OldLedger) -> OldLedger:
    """Lots with and without expiry, of equal expiry, pending and activated; deductions over several of them."""
    never = ledger.award(200)
    soon, late = ledger.award(70, expires=30), ledger.award(120, expires=60)
    waiting, ledger.now = ledger.award(40, expires=90, pending=2), ledger.now
    ledger.deduct(100)
    ledger.activate(waiting)
    same = [ledger.award(25), ledger.award(25), ledger.award(25)]
    ledger.deduct(150)
    ledger.award(90, expires=400, pending=300)
    gone = ledger.award(33, expires=0)
    ledger.expire(gone)
    ledger.deduct(230)
    assert ledger.lots[soon]["remaining"] == ledger.lots[late]["remaining"] == 0
    assert 0 < sum(ledger.lots[each]["remaining"] for each in [never, *same]) < 275
    return ledger


def fill(old: Migrated) -> None:
    for number, (member_id, wallet) in enumerate(((ANN, "points"), (ANN, "caps"), (ANN, "gone"), (EVE, "coins"))):
        old.insert(busy(new_ledger(member_id, wallet, number)))


def assert_adds_up(old: Migrated) -> None:
    """Accounts are the sums of their transfers, and lots are their points and all allocations."""
    accounts, lots = {row.id: row for row in old.rows(account)}, {row.id: row for row in old.rows(lot)}
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * len(PARTS))
    numbers = defaultdict(list)
    for row in old.rows(transfer):
        sums[row.account] = [a + getattr(row, part) for a, part in zip(sums[row.account], PARTS, strict=True)]
        numbers[row.account].append(row.number)
    assert sums == {id_: [getattr(row, part) for part in PARTS] for id_, row in accounts.items()}
    assert {id_: sorted(each) for id_, each in numbers.items()} == {
        id_: list(range(1, row.transfers + 1)) for id_, row in accounts.items()
    }
    changes: dict[str, int] = defaultdict(int)
    for row in old.rows(allocation):
        changes[row.lot] += row.points
    assert {id_: row.points + changes[id_] for id_, row in lots.items()} == {
        id_: row.remaining for id_, row in lots.items()
    }
    for row in accounts.values():
        own = [each for each in lots.values() if (each.member, each.wallet) == (row.member, row.wallet)]
        assert row.active == sum(each.remaining for each in own if each.active_from is None)
        assert row.pending == sum(each.remaining for each in own if each.active_from is not None)


def test_amounts_are_kept_in_millionths_and_add_up(old: Migrated) -> None:
    fill(old)
    old.upgrade()

    assert_adds_up(old)
    for row in old.rows(account):
        before, factor = old.ledgers[row.member, row.wallet].balance, FACTORS[row.wallet]
        assert row.id == account_id(row.member, row.wallet)
        assert {part: getattr(row, part) for part in PARTS[:5]} == {part: before[part] * factor for part in PARTS[:5]}
        assert (row.held, row.owed, row.qualifying) == (0, 0, before["earned"] * factor)
    for row in old.rows(lot):
        known = old.ledgers[row.member, row.wallet].lots[row.id]
        factor = FACTORS[row.wallet]
        assert (row.points, row.remaining) == (known["points"] * factor, known["remaining"] * factor)
        assert (row.transfer, row.held, row.active_from) == (row.id, 0, known["active_from"])
    assert {row.id: row.tier_base for row in old.rows(member)} == {ANN: 500 * 10**6, BOB: 0, EVE: 25 * 10**5}


def test_each_deduction_has_the_shares_that_the_rule_of_that_time_took(old: Migrated) -> None:
    fill(old)
    old.upgrade()

    shares = old.shares()
    for ledger in old.ledgers.values():
        for entry, taken in ledger.taken.items():
            assert shares[entry] == {id_: share * FACTORS[ledger.wallet] for id_, share in taken.items()}
    assert max(len(taken) for ledger in old.ledgers.values() for taken in ledger.taken.values()) > 2
    deductions = {entry for ledger in old.ledgers.values() for entry in ledger.taken}
    assert {row.id for row in old.rows(transfer) if row.estimated} == deductions


def test_entries_become_transfers_in_their_order(old: Migrated) -> None:
    fill(old)
    old.upgrade()

    for ledger in old.ledgers.values():
        factor = FACTORS[ledger.wallet]
        transfers = old.transfers(ledger)
        assert [
            (row.id, row.kind, row.points, row.balance, row.event, row.source, row.at, row.lot) for row in transfers
        ] == [
            (
                each["lot"] if each["kind"] == "award" else each["id"],
                each["kind"],
                each["points"] * factor,
                each["balance"] * factor,
                each["event"],
                each["source"],
                each["at"],
                each["lot"],
            )
            for each in ledger.entries
        ]
        assert [row.related for row in transfers] == [None if row.kind == "award" else row.lot for row in transfers]
        assert {(row.comment, row.external_id, row.ends_at) for row in transfers} == {("", None, None)}


@pytest.mark.parametrize("seed", range(6))
def test_entries_of_one_millisecond_are_put_in_order_by_their_balances(old: Migrated, seed: int) -> None:
    ledger = new_ledger(BOB, "points", seed)
    ledger.award(10)
    ledger.deduct(10, at_once=True)
    ledger.award(20)
    ledger.deduct(5, at_once=True)
    ledger.deduct(15, at_once=True)
    old.insert(ledger)

    old.upgrade()

    assert [(row.kind, row.balance // 10**6) for row in old.transfers(ledger)] == [
        (each["kind"], each["balance"]) for each in ledger.entries
    ]
    assert_adds_up(old)


def test_points_that_expired_while_pending_leave_the_pending_balance(old: Migrated) -> None:
    ledger = new_ledger(BOB, "caps")
    ledger.award(300)
    ledger.expire(ledger.award(120, expires=1, pending=2))
    ledger.deduct(50)
    old.insert(ledger)
    assert (ledger.balance["active"], ledger.balance["pending"]) == (130, 120)

    old.upgrade()

    (row,) = old.rows(account)
    assert (row.active, row.pending, row.expired) == (250 * 10**4, 0, 120 * 10**4)
    assert [each.balance // 10**4 for each in old.transfers(ledger)] == [300, 300, 300, 250]
    assert_adds_up(old)


def test_what_was_migrated_is_the_same_after_a_downgrade(old: Migrated) -> None:
    fill(old)
    tables = (BALANCE, LOT, MEMBER)
    before, entries = [old.rows(table) for table in tables], old.rows(ENTRY)

    old.upgrade()
    old.downgrade()

    def named(rows: list[Any]) -> list[dict[str, Any]]:
        """The entries with the ids that awards have in transfers: those of lots."""
        with_ids = [row._asdict() | ({"id": row.lot} if row.kind == "award" else {}) for row in rows]
        return sorted(with_ids, key=lambda row: str(row["id"]))

    assert [old.rows(table) for table in tables] == before
    assert named(old.rows(ENTRY)) == named(entries)


@pytest.mark.parametrize("change", [-4, 3, 90])
def test_a_lot_that_was_changed_by_hand_still_is_its_points_less_allocations(old: Migrated, change: int) -> None:
    ledger = busy(new_ledger(ANN, "points"))
    changed = next(each for each in ledger.lots.values() if each["remaining"] and each["expires_at"] is None)
    changed["remaining"] += change
    old.insert(ledger)

    old.upgrade()

    assert_adds_up(old)
    correction = old.transfers(ledger)[-1]
    assert (correction.source, correction.kind) == ("migration", "add" if change > 0 else "take_back")
    assert (correction.points, correction.active) == (abs(change) * 10**6, change * 10**6)
    shares = old.shares()
    assert all(sum(shares[id_].values()) == sum(taken.values()) * 10**6 for id_, taken in ledger.taken.items())


def test_shares_are_moved_to_other_lots_where_what_is_left_of_them_says_so(old: Migrated) -> None:
    ledger = new_ledger(ANN, "points")
    first, second = ledger.award(50, expires=10), ledger.award(50, expires=20)
    deduction = ledger.deduct(30)
    ledger.lots[first]["remaining"], ledger.lots[second]["remaining"] = 45, 25
    old.insert(ledger)

    old.upgrade()

    assert old.shares()[deduction] == {first: 5 * 10**6, second: 25 * 10**6}
    assert len(old.transfers(ledger)) == 3
    assert_adds_up(old)


def test_the_audit_finds_nothing_in_a_migrated_ledger_but_that_these_tests_have_no_events_and_due_items(
    old: Migrated,
) -> None:
    for member_id, wallet, seed in ((ANN, "points", 1), (ANN, "caps", 2), (BOB, "points", 3)):
        old.insert(busy(new_ledger(member_id, wallet, seed)))

    old.upgrade()
    old._migrate(command.upgrade, "head")

    with old.engine.connect() as connection:
        found = audit(connection, "A", now=START, program=None)
    assert found.rows["transfers"] > 30
    assert set(found.counts) == {"transfer-event", "lot-due"}
