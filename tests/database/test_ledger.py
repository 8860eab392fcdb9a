"""The ledger of a store, in a database of each kind and in memory."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias, TypeVar

import pytest
from sqlalchemy.exc import IntegrityError

from database import Database, Transaction
from loyalty.ids import new_id, numbered_id
from loyalty.program.wallets import Points
from loyalty.store.conflicts import ConcurrentInsert
from loyalty.store.members import NO_POINTS, NOTHING, Balance, Identity, Member
from loyalty.store.memory.member_state import MemberState
from loyalty.store.memory.store import InMemoryStore
from loyalty.store.points import Allocation, Lot, NewTransfer, Posted, TransferKind, account_id
from loyalty.store.repositories import StoreRepositories
from tests.kit.amounts import points

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
ANN, BOB = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"
EVENT = numbered_id(900)

T = TypeVar("T")
Run: TypeAlias = Callable[[Callable[[StoreRepositories], T]], Any]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def run(request: pytest.FixtureRequest) -> AsyncIterator[Run[Any]]:
    """Runs work on the repositories of a store with Ann and Bob, as one unit of work."""
    if request.param == "memory":
        yield in_memory()
        return
    database = Database.open(request.getfixturevalue(f"{request.param}_database_url"))
    await database.store("A").write(_open_store)
    yield database.store("A").write
    database.close()


def in_memory() -> Run[Any]:
    store = InMemoryStore("A")
    for member_id in (ANN, BOB):
        store.load(MemberState(Member(member_id, NOW)))

    async def run(work: Callable[[StoreRepositories], T]) -> T:
        return work(store)

    return run


def _open_store(tx: Transaction) -> None:
    tx.revisions.open_store(secret="whsec_x", now=NOW)
    for member_id in (ANN, BOB):
        tx.members.register(
            Identity(email=f"{member_id}@example.com"),
            member_id=member_id,
            profile={},
            attributes={},
            tier=None,
            password_hash=None,
            registered_at=NOW,
            now=NOW,
        )


def lot(number: int, amount: int, *, days: int | None = None, wallet: str = "points", **more: Any) -> Lot:
    """A lot that expires in some days."""
    ends = None if days is None else NOW + timedelta(days=days)
    id_ = numbered_id(number)
    given = {"active_from": None, "expires_at": ends, "transfer": id_, "created_at": NOW} | more
    return Lot(id=id_, wallet=wallet, points=points(amount), remaining=points(amount), **given)


def moved(
    kind: TransferKind, amount: int, change: Balance, *, member_id: str = ANN, wallet: str = "points", **more: Any
) -> NewTransfer:
    given = {"id": new_id(), "event": EVENT, "source": "reactor/r"} | more
    return NewTransfer(member=member_id, wallet=wallet, kind=kind, points=points(amount), change=change, **given)


def add(tx: StoreRepositories, *lots: Lot, member_id: str = ANN, **more: Any) -> Posted:
    """Add lots by one transfer, whose id is that of the first unless it is given."""
    for each in lots:
        tx.ledger.add_lot(each, member_id=member_id, event_id=EVENT, now=NOW)
    active = Points(sum(each.points for each in lots if each.active_from is None))
    total = Points(sum(each.points for each in lots))
    change = Balance(active=active, pending=Points(total - active), earned=total, qualifying=total)
    given = {"id": lots[0].id, "event": EVENT, "source": "reactor/r"} | more
    new = NewTransfer(member=member_id, wallet=lots[0].wallet, kind="award", points=total, change=change, **given)
    return tx.ledger.post(new, now=NOW)


def take(tx: StoreRepositories, amount: int, *shares: tuple[Lot, int], **more: Any) -> Posted:
    less, allocations = points(-amount), [Allocation(each.id, points(-share)) for each, share in shares]
    return tx.ledger.post(
        moved("spend", amount, Balance(active=less, spent=points(amount)), **more), allocations, now=NOW
    )


def ids(lots: Iterable[Lot]) -> list[str]:
    return [each.id for each in lots]


async def test_transfers_are_numbered_within_their_account_and_change_its_balance(run: Run[Any]) -> None:
    old, other = lot(1, 100, days=3), lot(2, 5, wallet="caps")

    first, second, elsewhere, theirs = await run(
        lambda tx: (add(tx, old), take(tx, 30, (old, 30)), add(tx, other), add(tx, lot(3, 7), member_id=BOB))
    )

    numbers = [each.transfer.number for each in (first, second, elsewhere, theirs)]
    assert numbers == [1, 2, 1, 1]
    assert first.before == NO_POINTS
    assert second.before == first.after == Balance(points(100), earned=points(100), qualifying=points(100))
    assert second.after == first.after._replace(active=points(70), spent=points(30))
    known = await run(lambda tx: tx.ledger.account(ANN, "points"))
    assert (known.id, known.member, known.wallet) == (account_id(ANN, "points"), ANN, "points")
    assert (known.balance, known.transfers) == (second.after, 2)
    assert await run(lambda tx: tx.ledger.account(BOB, "caps")) is None


async def test_a_transfer_is_read_as_it_was_posted(run: Run[Any]) -> None:
    owing = moved(
        "hold",
        3,
        Balance(active=points(-3), held=points(3), owed=points(8)),
        related=numbered_id(1),
        comment="at the till",
        external_id="till-7",
        ends_at=NOW + timedelta(days=1),
        lot=numbered_id(1),
    )

    posted = await run(lambda tx: (add(tx, lot(1, 10)), tx.ledger.post(owing, now=NOW))[1])

    read = await run(lambda tx: tx.ledger.transfer(owing.id))
    assert read == posted.transfer
    assert (read.balance, read.change, read.at, read.estimated) == (points(-1), owing.change, NOW, False)
    assert (read.comment, read.external_id, read.ends_at, read.lot) == (
        "at the till",
        "till-7",
        owing.ends_at,
        owing.lot,
    )
    assert await run(lambda tx: tx.ledger.reported_transfer("till-7")) == read
    assert await run(lambda tx: tx.ledger.reported_transfer("till-8")) is None
    assert await run(lambda tx: tx.ledger.transfer(new_id())) is None


async def test_allocations_change_lots_and_are_read_by_transfer_and_by_lot(run: Run[Any]) -> None:
    first, second = lot(1, 40), lot(2, 60)
    hold = moved("hold", 50, Balance(active=points(-50), held=points(50)), id=numbered_id(11))
    held = [Allocation(second.id, points(-10), points(10)), Allocation(first.id, points(-40), points(40))]
    capture = moved("capture", 40, Balance(held=points(-40), spent=points(40)), id=numbered_id(10), related=hold.id)
    captured = [Allocation(first.id, NOTHING, points(-40))]

    def work(tx: StoreRepositories) -> None:
        add(tx, first)
        add(tx, second)
        tx.ledger.post(hold, held, now=NOW)
        tx.ledger.post(capture, captured, now=NOW)

    await run(work)

    emptied, owner = await run(lambda tx: tx.ledger.lot(first.id))
    assert (emptied, owner) == (replace(first, remaining=NOTHING), ANN)
    assert (await run(lambda tx: tx.ledger.lot(second.id)))[0] == replace(second, remaining=points(50), held=points(10))
    of_hold = await run(lambda tx: tx.ledger.allocations_of(hold.id))
    assert sorted(of_hold, key=lambda each: each.lot) == held[::-1]
    assert list(await run(lambda tx: tx.ledger.allocations_of(new_id()))) == []
    assert list(await run(lambda tx: tx.ledger.allocations_to(first.id))) == [
        (capture.id, captured[0]),
        (hold.id, held[1]),
    ]
    assert [each.taken for each in (*captured, *held)] == [points(40), 0, 0]


async def test_points_come_back_to_a_lot_that_was_empty(run: Run[Any]) -> None:
    only = lot(1, 10)

    def work(tx: StoreRepositories) -> list[Lot]:
        add(tx, only)
        take(tx, 10, (only, 10))
        tx.ledger.post(moved("cancel", 4, Balance(active=points(4))), [Allocation(only.id, points(4))], now=NOW)
        return list(tx.ledger.spendable(ANN, "points", now=NOW, enough=points(9)))

    assert await run(work) == [replace(only, remaining=points(4))]


@pytest.mark.parametrize("count", [19, 20, 21, 120, 121, 260])
async def test_spendable_lots_expire_first_or_are_the_oldest_whatever_their_number(run: Run[Any], count: int) -> None:
    never = [lot(number, 1) for number in range(1, 26)]
    sooner = [lot(1000 - number, 1, days=1 + number // 2) for number in range(count)]

    def work(tx: StoreRepositories) -> list[Lot]:
        for each in (*never, *sooner):
            tx.ledger.add_lot(each, member_id=ANN, event_id=EVENT, now=NOW)
        return list(tx.ledger.spendable(ANN, "points", now=NOW, enough=points(10_000)))

    found = await run(work)

    assert ids(found) == ids([*sorted(sooner, key=lambda each: (each.expires_at, each.id)), *never])
    some = await run(lambda tx: list(tx.ledger.spendable(ANN, "points", now=NOW, enough=points(count + 3))))
    assert some == found[: count + 3]


async def test_transfers_that_cancel_take_back_or_pay_debt_are_read_in_order(run: Run[Any]) -> None:
    def work(tx: StoreRepositories) -> list[str]:
        add(tx, lot(1, 100))
        for kind in ("settle", "spend", "take_back", "cancel"):
            tx.ledger.post(moved(kind, 1, Balance(active=points(-1))), now=NOW)
        tx.ledger.post(moved("cancel", 1, NO_POINTS, member_id=BOB), now=NOW)
        return [each.kind for each in tx.ledger.debt_transfers(ANN, "points")]

    assert await run(work) == ["settle", "take_back", "cancel"]


@pytest.mark.parametrize("days", [None, 9])
async def test_of_points_that_expire_together_the_oldest_are_spent_first(run: Run[Any], days: int | None) -> None:
    newest, oldest, middle = (lot(number, 10, days=days) for number in (1, 2, 3))

    def work(tx: StoreRepositories) -> list[str]:
        for each, day in ((middle, 1), (newest, 2), (oldest, 0)):
            tx.ledger.add_lot(each, member_id=ANN, event_id=EVENT, now=NOW + timedelta(days=day))
        return ids(tx.ledger.spendable(ANN, "points", now=NOW, enough=points(30)))

    assert await run(work) == ids([oldest, middle, newest])


async def test_no_more_lots_are_read_than_hold_enough(run: Run[Any]) -> None:
    lots = [lot(1, 10, days=1), lot(2, 10, days=2), lot(3, 10)]
    await run(lambda tx: [add(tx, each) for each in lots])

    for enough, count in ((0, 0), (1, 1), (10, 1), (11, 2), (25, 3), (99, 3)):
        found = await run(lambda tx, enough=enough: tx.ledger.spendable(ANN, "points", now=NOW, enough=points(enough)))
        assert ids(found) == ids(lots[:count])


async def test_only_active_points_that_are_left_of_this_wallet_and_member_can_be_spent(run: Run[Any]) -> None:
    usable, empty = lot(1, 5, days=2), lot(2, 6)
    later = lot(6, 8, active_from=NOW + timedelta(days=1))

    def work(tx: StoreRepositories) -> list[Lot]:
        for each in (usable, empty, lot(3, 7, days=0), lot(4, 7, days=-1), lot(5, 7, wallet="caps"), later):
            add(tx, each)
        add(tx, lot(7, 9), member_id=BOB)
        take(tx, 6, (empty, 6))
        return list(tx.ledger.spendable(ANN, "points", now=NOW, enough=points(1000)))

    assert await run(work) == [usable]


async def test_points_are_overdue_from_the_moment_they_expire_until_they_are_expired(run: Run[Any]) -> None:
    now_due, past, pending = lot(1, 5, days=0), lot(2, 6, days=-1), lot(3, 7, days=-1, active_from=NOW)

    def work(tx: StoreRepositories) -> Points:
        for each in (now_due, past, pending, lot(4, 8, days=1), lot(5, 9), lot(6, 10, days=-2, wallet="caps")):
            add(tx, each)
        return tx.ledger.overdue(ANN, "points", now=NOW)

    assert await run(work) == points(11)
    await run(lambda tx: take(tx, 6, (past, 6)))
    assert await run(lambda tx: tx.ledger.overdue(ANN, "points", now=NOW)) == points(5)
    assert await run(lambda tx: tx.ledger.overdue(BOB, "points", now=NOW)) == 0


async def test_a_lot_changes_its_dates_and_keeps_its_points(run: Run[Any]) -> None:
    pending = lot(1, 5, days=9, active_from=NOW + timedelta(days=2))
    changed = replace(pending, active_from=None, expires_at=NOW + timedelta(days=7), remaining=points(1))

    def work(tx: StoreRepositories) -> Lot:
        add(tx, pending)
        tx.ledger.change_lot(changed)
        found = tx.ledger.lot(pending.id)
        assert found is not None
        return found[0]

    assert await run(work) == replace(changed, remaining=points(5))


async def test_lots_are_found_by_the_transfer_that_added_them(run: Run[Any]) -> None:
    alone = lot(1, 5)
    together = [lot(number, 5, days=number, transfer=numbered_id(50)) for number in (3, 2)]

    def work(tx: StoreRepositories) -> None:
        add(tx, alone)
        add(tx, *together, id=numbered_id(50))
        take(tx, 5, (together[0], 5))

    await run(work)

    assert await run(lambda tx: list(tx.ledger.lots_of_transfer(alone.id))) == [alone]
    assert await run(lambda tx: list(tx.ledger.lots_of_transfer(numbered_id(50)))) == [
        together[1],
        replace(together[0], remaining=NOTHING),
    ]
    for other in (together[0].id, new_id()):
        assert await run(lambda tx, other=other: list(tx.ledger.lots_of_transfer(other))) == []


async def test_transfers_are_found_by_what_they_are_about_and_by_their_event(run: Run[Any]) -> None:
    first, mine, theirs = lot(1, 50), numbered_id(901), numbered_id(902)

    def work(tx: StoreRepositories) -> None:
        add(tx, first)
        for event, amount in ((mine, 1), (theirs, 2), (mine, 3)):
            take(tx, amount, (first, amount), event=event, related=first.id)
        take(tx, 4, (first, 4), event=mine)

    await run(work)

    about = await run(lambda tx: list(tx.ledger.transfers_about(first.id)))
    assert [(each.number, each.points) for each in about] == [(2, points(1)), (3, points(2)), (4, points(3))]
    of_event = await run(lambda tx: list(tx.ledger.transfers_of(mine)))
    assert [(each.number, each.points) for each in of_event] == [(2, points(1)), (4, points(3)), (5, points(4))]
    assert await run(lambda tx: list(tx.ledger.transfers_about(new_id()))) == []
    assert await run(lambda tx: list(tx.ledger.transfers_of(new_id()))) == []


@pytest.mark.parametrize(
    "change",
    [
        Balance(active=points(-11)),
        Balance(pending=points(-1), active=points(1)),
        Balance(held=points(-1), active=points(1)),
        Balance(owed=points(-1)),
    ],
)
async def test_no_part_of_a_balance_falls_below_zero(run: Run[Any], change: Balance) -> None:
    before = await run(lambda tx: add(tx, lot(1, 10)))

    with pytest.raises((IntegrityError, AssertionError)):
        await run(lambda tx: tx.ledger.post(moved("take_back", 1, change), now=NOW))

    known = await run(lambda tx: tx.ledger.account(ANN, "points"))
    assert (known.balance, known.transfers) == (before.after, 1)


async def test_the_first_transfer_of_an_account_leaves_nothing_below_zero(run: Run[Any]) -> None:
    with pytest.raises((IntegrityError, AssertionError)):
        await run(lambda tx: take(tx, 1))

    assert await run(lambda tx: tx.ledger.account(ANN, "points")) is None


@pytest.mark.parametrize(
    "allocation", [(points(-11), NOTHING), (NOTHING, points(-1)), (points(5), points(-5))], ids=["left", "held", "more"]
)
async def test_no_lot_falls_below_zero(run: Run[Any], allocation: tuple[Points, Points]) -> None:
    only = lot(1, 10)
    await run(lambda tx: (add(tx, only), add(tx, lot(2, 90))))

    with pytest.raises((IntegrityError, AssertionError)):
        await run(lambda tx: tx.ledger.post(moved("spend", 1, NO_POINTS), [Allocation(only.id, *allocation)], now=NOW))

    assert (await run(lambda tx: tx.ledger.lot(only.id)))[0] == only


async def test_a_database_stores_an_external_id_once_in_a_store(database: Database) -> None:
    write = database.store("A").write
    await write(_open_store)
    await write(lambda tx: add(tx, lot(1, 10), external_id="x"))

    with pytest.raises(ConcurrentInsert):
        await write(lambda tx: add(tx, lot(2, 10), external_id="x"))

    assert (await write(lambda tx: tx.ledger.reported_transfer("x"))).id == numbered_id(1)


async def test_another_store_sees_none_of_it(database: Database) -> None:
    await database.store("A").write(_open_store)
    await database.store("A").write(lambda tx: (add(tx, lot(1, 10), external_id="x"), take(tx, 2, (lot(1, 10), 2))))

    def seen(tx: Transaction) -> list[Any]:
        ledger, identity = tx.ledger, numbered_id(1)
        return [
            ledger.account(ANN, "points"),
            ledger.lot(identity),
            ledger.transfer(identity),
            ledger.reported_transfer("x"),
            *ledger.transfers_of(EVENT),
            *ledger.allocations_to(identity),
            *ledger.lots_of_transfer(identity),
            *ledger.spendable(ANN, "points", now=NOW, enough=points(1)),
        ]

    assert await database.store("B").write(seen) == [None, None, None, None]
    assert len(await database.store("A").write(seen)) == 9
