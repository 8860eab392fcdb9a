"""Liability of past days: by hand, and as a property of stores in which much happens."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from database import Database, ReadTransaction
from database.analytics.liability import read_liability
from database.liability import scan_liability
from database.programs import Programs
from loyalty.calendar import local_day
from loyalty.points.cancelling import CancelTransfer, cancel_transfer
from loyalty.points.holds import HoldPoints, hold_points
from loyalty.points.liability import NO_FIGURES, Figures, Liability, LiabilityRequest
from loyalty.points.operations import AddPoints, SpendPoints, TransferPoints, add_points, spend_points, transfer_points
from loyalty.program.wallets import ONE
from tests.kit.amounts import points
from tests.kit.busy_ledger import BusyLedger
from tests.kit.figures import count_all

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def today(busy: BusyLedger) -> date:
    return local_day(busy.scripted.now, busy.scripted.program.zone)


async def at_end_of(
    busy: BusyLedger, day: date, first: date | None = None, last: date | None = None, breakage: Any = 0
) -> Liability:
    """The liability of a day, with movements between two days; figures and a scan of the ledger say the same."""
    request, zone = LiabilityRequest(day, first or day, last or day, Decimal(breakage)), busy.scripted.program.zone

    def read(tx: ReadTransaction) -> Liability:
        found = read_liability(tx.connection, "DEFAULT", request, zone)
        assert found == scan_liability(tx.connection, "DEFAULT", request, zone)
        return found

    return await busy.scripted.database.store("DEFAULT").read(read)


def units(figures: Figures) -> Mapping[str, Any]:
    """Figures in units, without those that are 0."""
    names = [*Figures.__dataclass_fields__, "outstanding"]
    parts = {name: getattr(figures, name) for name in names if name != "cost"}
    return {name: amount // ONE for name, amount in parts.items() if amount}


async def test_points_are_shown_by_wallet_and_month_with_what_moved_them(database: Database) -> None:
    busy = await BusyLedger.open(database, 1)
    ann, bob, _ = busy.members
    scripted = busy.scripted
    await busy.operate(add_points, AddPoints(ann, 100, never_expires=True))
    await busy.operate(add_points, AddPoints(ann, 7, expires_at=scripted.now + timedelta(days=10)))
    await scripted.wait(35)  # March is over
    await busy.operate(add_points, AddPoints(ann, 50, never_expires=True))
    await busy.operate(add_points, AddPoints(ann, 9, pending_until=scripted.now + timedelta(days=5)))
    spent = await busy.operate(spend_points, SpendPoints(ann, 30))
    await busy.operate(spend_points, SpendPoints(ann, 5))
    await busy.operate(hold_points, HoldPoints(ann, 20))
    await busy.operate(transfer_points, TransferPoints(ann, bob, 4))
    await busy.operate(cancel_transfer, CancelTransfer(spent))

    found = await at_end_of(busy, today(busy), MARCH, today(busy), "0.25")

    (wallet,) = found.wallets
    assert wallet.wallet == "points"
    assert units(wallet.months[MARCH]) == {
        "active": 71, "held": 20, "outstanding": 91, "issued": 107, "spent": 5, "expired": 7, "transferred": -4,
    }  # fmt: skip
    assert units(wallet.months[APRIL]) == {
        "active": 54, "pending": 9, "outstanding": 63, "issued": 59, "transferred": 4,
    }  # fmt: skip
    assert wallet.total.cost == Decimal("0.02") * 154
    assert wallet.total.expected_cost(Decimal("0.25")) == Decimal("2.31")


async def test_what_members_owe_is_shown_as_of_the_day(database: Database) -> None:
    busy = await BusyLedger.open(database, 1)
    ann, _, _ = busy.members
    award = await busy.operate(add_points, AddPoints(ann, 40))
    await busy.operate(spend_points, SpendPoints(ann, 40))
    await busy.operate(cancel_transfer, CancelTransfer(award))
    first = today(busy)
    await busy.scripted.wait(1)
    await busy.operate(add_points, AddPoints(ann, 15))
    second = today(busy)

    owing = [(await at_end_of(busy, day)).wallets[0] for day in (first, second)]

    assert [each.owed for each in owing] == [points(40), points(25)]
    assert units(owing[1].total) == {"issued": 15, "paid_debt": 15}


async def test_points_keep_the_cost_that_their_wallet_had_when_they_were_awarded(database: Database) -> None:
    busy = await BusyLedger.open(database, 1)
    ann, _, _ = busy.members
    await busy.scripted.report(ann, "purchase", {"total": 100})
    await redeploy(busy, cost="0.05")
    await busy.scripted.report(ann, "purchase", {"total": 10})

    found = await at_end_of(busy, today(busy))

    stars, wallet = sorted(found.wallets, key=lambda each: each.wallet != "stars")
    assert wallet.total.cost == 100 * Decimal("0.02") + 10 * Decimal("0.05")
    assert wallet.total.uncosted == 0
    assert (stars.total.cost, stars.total.uncosted) == (None, stars.total.outstanding)


async def redeploy(busy: BusyLedger, *, cost: str) -> None:
    """Deploy the program with another cost of points; the store goes on under it."""
    deployed = Programs(busy.scripted.database)
    files = dict(await deployed.files("DEFAULT", busy.scripted.revision))
    files["program.yaml"] = files["program.yaml"].replace(b"cost: 0.02", f"cost: {cost}".encode())
    busy.scripted.program, busy.scripted.revision, _ = await deployed.deploy(files, by="test")


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_past_figures_stay_whatever_is_booked_later_and_movements_explain_the_difference(
    database: Database, seed: int
) -> None:
    busy = await BusyLedger.open(database, seed)
    noted: dict[date, Liability] = {}
    for number in range(6):
        await busy.some_steps(12)
        if number % 2:
            await count_all(database, busy.scripted.program.zone, limit=7)
        day = today(busy)
        await busy.scripted.wait(1)
        noted[day] = await at_end_of(busy, day, MARCH)

    for day, before in noted.items():
        assert await at_end_of(busy, day, MARCH) == before
    days = list(noted)
    for earlier, later in pairwise(days):
        moved = await at_end_of(busy, later, earlier + timedelta(days=1), later)
        assert _by_month(moved, "outstanding") == _explained(noted[earlier], moved)
    await _agrees_with_accounts(busy, await at_end_of(busy, today(busy)))
    assert busy.done


def _by_month(found: Liability, name: str) -> Mapping[tuple[str, date], int]:
    figures = {(w.wallet, month): getattr(each, name) for w in found.wallets for month, each in w.months.items()}
    return {key: amount for key, amount in figures.items() if amount}


def _explained(before: Liability, moved: Liability) -> Mapping[tuple[str, date], int]:
    """What was outstanding, and what was added and taken since."""
    sums: dict[tuple[str, date], int] = defaultdict(int, _by_month(before, "outstanding"))
    signs = {"issued": 1, "transferred": 1, "spent": -1, "expired": -1, "cancelled": -1, "paid_debt": -1}
    for name, sign in signs.items():
        for key, amount in _by_month(moved, name).items():
            sums[key] += sign * amount
    return {key: amount for key, amount in sums.items() if amount}


async def _agrees_with_accounts(busy: BusyLedger, found: Liability) -> None:
    """What is outstanding now, and owed, is what accounts hold."""

    def read(tx: ReadTransaction) -> Any:
        parts = ("active", "pending", "held", "owed")
        accounts = [tx.ledger.account(member, wallet) for member in busy.members for wallet in ("points", "stars")]
        held = [each for each in accounts if each is not None]
        return {
            wallet: tuple(sum(getattr(each.balance, part) for each in held if each.wallet == wallet) for part in parts)
            for wallet in ("points", "stars")
        }

    accounts = await busy.scripted.database.store("DEFAULT").read(read)
    by_wallet = {each.wallet: each for each in found.wallets}
    for wallet, sums in accounts.items():
        each = by_wallet.get(wallet)
        total = NO_FIGURES if each is None else each.total
        assert (total.active, total.pending, total.held, 0 if each is None else each.owed) == sums
