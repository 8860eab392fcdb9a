"""Writes of the ledger: lots, and transfers with their allocations."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, update

from database.ledger_queries import LedgerQueries
from database.queries import WriteQueries, columns_of, first_column
from database.sqlite_fast_path import Prepared
from database.tables import account, allocation, lot, transfer
from loyalty.program.wallets import Points
from loyalty.store.conflicts import ConcurrentInsert
from loyalty.store.members import Balance
from loyalty.store.points import (
    Allocation,
    Lot,
    NewTransfer,
    Posted,
    account_id,
    require_within_range,
    transfer_of,
)


class _Sums(NamedTuple):
    """An account's balance and the number of its last transfer, after a change."""

    active: Points
    pending: Points
    earned: Points
    spent: Points
    expired: Points
    held: Points
    owed: Points
    qualifying: Points
    transfers: int


_ALLOCATE: Prepared[str] = Prepared(
    update(lot)
    .where(lot.c.store == bindparam("in_store"), lot.c.id == bindparam("the_lot"))
    .values(remaining=lot.c.remaining + bindparam("more"), held=lot.c.held + bindparam("more_held"))
    .returning(lot.c.id),
    first_column,
)


_CHANGE = Prepared(
    update(account)
    .where(account.c.store == bindparam("in_store"), account.c.id == bindparam("the_account"))
    .values(
        {part: account.c[part] + bindparam(f"more_{part}") for part in Balance._fields}
        | {"transfers": account.c.transfers + 1}
    )
    .returning(*columns_of(_Sums, account)),
    _Sums,
)


class Ledger(LedgerQueries, WriteQueries):
    """The ledger of one store."""

    def add_lot(self, new: Lot, *, member_id: str, event_id: str, now: datetime) -> None:
        """Store a new lot."""
        self.insert(
            lot,
            {
                "id": new.id,
                "member": member_id,
                "wallet": new.wallet,
                "points": new.points,
                "remaining": new.remaining,
                "held": new.held,
                "active_from": new.active_from,
                "expires_at": new.expires_at,
                "expiry": new.expiry,
                "qualifies": new.qualifies,
                "event": event_id,
                "transfer": new.transfer or new.id,
                "created_at": now,
            },
        )

    def change_lot(self, changed: Lot) -> None:
        """Store when a lot becomes active and when it expires."""
        self.update(lot, {"id": changed.id}, active_from=changed.active_from, expires_at=changed.expires_at)

    def post(self, new: NewTransfer, allocations: Sequence[Allocation] = (), *, now: datetime) -> Posted:
        """Post a transfer with its allocations, and update the balance and the lots; return what was written.

        Raise SumTooLarge, or ConcurrentInsert if a concurrent transaction has used the client's id.
        """
        sums = self._change_account(new)
        after = Balance(*sums[:-1])
        require_within_range(new.wallet, after)
        posted = transfer_of(new, number=sums.transfers, after=after, now=now)
        self._insert_transfer(
            {
                "id": posted.id,
                "account": posted.account,
                "number": posted.number,
                "member": posted.member,
                "wallet": posted.wallet,
                "kind": posted.kind,
                "points": posted.points,
                "balance": posted.balance,
                "event": posted.event,
                "source": posted.source,
                "related": posted.related,
                "comment": posted.comment,
                "external_id": posted.external_id,
                "ends_at": posted.ends_at,
                "lot": posted.lot,
                "at": now,
                "counts_at": posted.counts_at,
                **new.change._asdict(),
            },
        )
        for each in allocations:
            self._allocate(new.id, each)
        return Posted(posted, after.minus(new.change), after)

    def _insert_transfer(self, row: dict[str, Any]) -> None:
        if row["external_id"] is None:
            self.insert(transfer, row)
        elif not self.insert_if_absent(transfer, row):
            raise ConcurrentInsert("transfer")

    def _change_account(self, new: NewTransfer) -> _Sums:
        """Add to the balance. Not an upsert: a database checks that no part is negative before it finds the row."""
        changes = {f"more_{part}": more for part, more in new.change._asdict().items()}
        here = {"in_store": self.store, "the_account": account_id(new.member, new.wallet)}
        sums = _CHANGE.first(self.connection, here | changes)
        if sums is not None:
            return sums
        row = {"id": here["the_account"], "member": new.member, "wallet": new.wallet, "transfers": 1}
        self.insert(account, row | new.change._asdict())
        return _Sums(*new.change, 1)

    def _allocate(self, transfer_id: str, change: Allocation) -> None:
        row = {"transfer": transfer_id, "lot": change.lot, "points": change.points, "held": change.held}
        self.insert(allocation, row)
        more = {"the_lot": change.lot, "in_store": self.store, "more": change.points, "more_held": change.held}
        found = _ALLOCATE.first(self.connection, more)
        assert found is not None, "points are allocated to lots of this store"
