"""A ledger in memory with two members, for tests of operations on points."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from loyalty.engine.due_items import run_due_item
from loyalty.events.operations import OperationContext
from loyalty.points.cancelling import Cancellation, CancelTransfer, cancel_transfer
from loyalty.points.holds import HoldPoints, capture_points, hold_points, release_points
from loyalty.points.operations import (
    AddPoints,
    SpendPoints,
    TransferPoints,
    activate_points,
    add_points,
    expire_points,
    spend_points,
    transfer_points,
)
from loyalty.program.wallets import ONE, Points
from loyalty.references import EventRef
from loyalty.store.members import Member
from loyalty.store.memory.member_state import MemberState
from loyalty.store.memory.store import InMemoryStore
from loyalty.store.points import Lot, Transfer
from program_files import read_program

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ANN, BOB = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"

WALLETS = """\
store: DEFAULT
title: Points
timezone: UTC
unknown_members: register
wallets:
  points: {default: true}
  bounded: {debt: {up_to: 20}, transfers: {limits: [{every: year, points: 100}]}}
"""


def points(amount: int) -> Points:
    """Return whole units as points."""
    return Points(amount * ONE)


class Ledger:
    """Two members, and the operations on their points. `now` is moved by the test."""

    def __init__(self) -> None:
        self.program = read_program({"program.yaml": WALLETS.encode()})
        self.store = InMemoryStore(self.program.store)
        self.now = NOW
        self.recorded: list[EventRef] = []
        for member_id in (ANN, BOB):
            self.store.load(MemberState(Member(member_id, NOW)))

    def add(self, amount: Any, *, member: str = ANN, **more: Any) -> str:
        return self._run(add_points, AddPoints(member, amount, **{"never_expires": True} | more))

    def spend(self, amount: Any, *, member: str = ANN, **more: Any) -> str:
        return self._run(spend_points, SpendPoints(member, amount, **more))

    def hold(self, amount: Any, *, member: str = ANN, **more: Any) -> str:
        return self._run(hold_points, HoldPoints(member, amount, **more))

    def send(self, amount: Any, *, sender: str = ANN, receiver: str = BOB, **more: Any) -> str:
        return self._run(transfer_points, TransferPoints(sender, receiver, amount, **more))

    def release(self, hold: str) -> str:
        return self._run(release_points, hold)

    def capture(self, hold: str, amount: Decimal | int | None = None) -> str:
        return self._run(capture_points, hold, amount)

    def cancel(self, transfer: str, **more: Any) -> Cancellation:
        cancelled: Cancellation = self._run(cancel_transfer, CancelTransfer(transfer, **more))
        return cancelled

    def expire(self, transfer: str) -> None:
        self._run(expire_points, transfer)

    def activate(self, transfer: str) -> None:
        self._run(activate_points, transfer)

    def run_due_items(self) -> None:
        """Run what is due now."""
        while items := self.store.due_items.due(now=self.now, limit=100):
            for item in items:
                run_due_item(self.store, self.program, 1, item, now=self.now)

    def balance(self, member: str = ANN, *, wallet: str = "points") -> Mapping[str, int]:
        """The parts of a balance that are not 0, in whole units; `qualifying` is left out."""
        account = self.store.ledger.account(member, wallet)
        parts = {} if account is None else account.balance._asdict()
        return {name: each // ONE for name, each in parts.items() if each and name != "qualifying"}

    def transfers(self) -> Sequence[Transfer]:
        """Every transfer, in order."""
        return self.store.transfers

    def about(self, transfer: str, kind: str) -> str:
        """The id of the transfer of a kind that is related to one."""
        (found,) = [each.id for each in self.store.ledger.transfers_about(transfer) if each.kind == kind]
        return found

    def taken(self, transfer: str) -> Mapping[str, int]:
        """What a transfer took of each lot, in whole units."""
        return {each.lot: each.taken // ONE for each in self.store.ledger.allocations_of(transfer)}

    def lots(self, member: str = ANN) -> Sequence[Lot]:
        """The lots of a member with points left, or held."""
        return list(self.store.members_by_id[member].lots.values())

    def left(self, member: str = ANN) -> Mapping[str, int]:
        """What is left of each lot, in whole units."""
        return {lot.id: lot.remaining // ONE for lot in self.lots(member) if lot.remaining}

    def lot(self, lot_id: str) -> Lot:
        found = self.store.ledger.lot(lot_id)
        assert found is not None
        return found[0]

    def _run(self, operation: Any, *arguments: Any) -> Any:
        context = OperationContext(self.store, self.program, 1, self.now, "admin")
        result = operation(context, *arguments)
        self.recorded += context.to_start
        return result
