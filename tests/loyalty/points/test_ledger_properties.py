"""Whatever is done with points, in whatever order, the ledger adds up."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from loyalty.points.refusals import PointsRefusal
from loyalty.program.wallets import Points
from loyalty.store.members import NO_POINTS, Balance
from tests.kit.ledger import ANN, BOB, Ledger

_AMOUNTS = st.integers(1, 60)
_DAYS = st.one_of(st.none(), st.integers(1, 20))


@dataclass(frozen=True)
class Call:
    """One operation; `which` picks one of the transfers so far."""

    name: str
    amount: int
    days: int | None
    which: int
    member: str


_CALLS = st.builds(
    Call,
    st.sampled_from(
        ["add", "pend", "spend", "hold", "release", "capture", "send", "cancel", "expire", "activate", "wait"]
    ),
    _AMOUNTS,
    _DAYS,
    st.integers(0, 30),
    st.sampled_from([ANN, BOB]),
)


def _do(ledger: Ledger, call: Call) -> Any:
    transfers = ledger.transfers()
    transfer = transfers[call.which % len(transfers)].id if transfers else "none"
    date = None if call.days is None else ledger.now + timedelta(days=call.days)
    other = BOB if call.member == ANN else ANN
    match call.name:
        case "add":
            return ledger.add(call.amount, member=call.member, expires_at=date)
        case "pend":
            return ledger.add(call.amount, member=call.member, pending_until=date)
        case "spend":
            return ledger.spend(call.amount, member=call.member)
        case "hold":
            return ledger.hold(call.amount, member=call.member, until=date)
        case "release":
            return ledger.release(transfer)
        case "capture":
            return ledger.capture(transfer, call.amount)
        case "send":
            return ledger.send(call.amount, sender=call.member, receiver=other)
        case "cancel":
            return ledger.cancel(transfer, by="shop" if call.which % 2 else "member", expires_at=date)
        case "expire":
            return ledger.expire(transfer)
        case "activate":
            return ledger.activate(transfer)
        case _:
            ledger.now += timedelta(days=call.days or 1)
            return ledger.run_due_items() if call.which % 2 else None


def _check(ledger: Ledger) -> None:
    sums: dict[str, Balance] = defaultdict(lambda: NO_POINTS)
    for number, each in enumerate(ledger.transfers()):
        sums[each.member] = sums[each.member].plus(each.change)
        assert each.points >= 0, f"transfer {number} of {each.points}"
    for member in (ANN, BOB):
        account = ledger.store.ledger.account(member, "points")
        balance = NO_POINTS if account is None else account.balance
        assert balance == sums[member], "a balance is the sum of its transfers"
        assert min(balance.active, balance.pending, balance.held, balance.owed) >= 0
        lots = ledger.lots(member)
        assert balance.active == sum(lot.remaining for lot in lots if lot.active_from is None)
        assert balance.pending == sum(lot.remaining for lot in lots if lot.active_from is not None)
        assert balance.held == sum(lot.held for lot in lots)
        overdue = ledger.store.ledger.overdue(member, "points", now=ledger.now)
        assert balance.owed == 0 or balance.active == overdue, "active points pay open debt"
        for lot in lots:
            moved = [each for _, each in ledger.store.ledger.allocations_to(lot.id)]
            assert lot.remaining == lot.points + sum(each.points for each in moved)
            assert lot.held == sum(each.held for each in moved)
            assert 0 <= lot.remaining + lot.held <= lot.points


@given(st.lists(_CALLS, min_size=1, max_size=25))
def test_the_ledger_adds_up_after_every_operation(calls: list[Call]) -> None:
    ledger = Ledger()

    for call in calls:
        before = len(ledger.transfers())
        try:
            _do(ledger, call)
        except PointsRefusal:
            assert len(ledger.transfers()) == before, "a refusal changes nothing"
        _check(ledger)


@given(st.lists(st.tuples(_AMOUNTS, st.booleans()), min_size=1, max_size=12), st.randoms())
def test_undoing_everything_in_any_order_leaves_nothing(moves: list[tuple[int, bool]], order: Any) -> None:
    ledger = Ledger()
    done: list[str] = []
    for amount, is_addition in moves:
        try:
            done.append(ledger.add(amount) if is_addition else ledger.spend(amount))
        except PointsRefusal:
            continue
    order.shuffle(done)

    for transfer in done:
        ledger.cancel(transfer)

    assert ledger.balance() == {}
    assert ledger.left() == {}
    assert Points(sum(each.change.net for each in ledger.transfers())) == 0
