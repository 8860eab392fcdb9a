"""The ledger: lots, balances, and one entry for every change of a balance."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from database.queries import Queries, WriteQueries, columns_of
from database.sqlite_fast_path import Prepared
from database.tables import balance, entry, lot
from loyalty.ids import new_id
from loyalty.program.wallets import Points
from loyalty.store.members import Balance
from loyalty.store.points import EntryKind, LedgerEntry, Lot, Posted, balance_change


def _with_member(member_id: str, *columns: Any) -> tuple[Lot, str]:
    return Lot(*columns), member_id


_LOT = Prepared(
    select(lot.c.member, *columns_of(Lot, lot)).where(
        lot.c.store == bindparam("in_store"), lot.c.id == bindparam("the_id")
    ),
    _with_member,
)
_UNSPENT = Prepared(
    select(*columns_of(Lot, lot)).where(
        lot.c.store == bindparam("in_store"), lot.c.member == bindparam("the_member"), lot.c.remaining > 0
    ),
    Lot,
)


class LedgerQueries(Queries):
    """Reads the ledger of one store."""

    def lot(self, lot_id: str) -> tuple[Lot, str] | None:
        """Return a lot and the id of its member."""
        return _LOT.first(self.connection, {"in_store": self.store, "the_id": lot_id})

    def spendable(self, member_id: str, wallet: str, *, now: datetime) -> list[Lot]:
        """Return the active, unexpired lots of a member with points left."""
        lots = [each for each in self.lots(member_id) if each.wallet == wallet and each.active_from is None]
        return [each for each in lots if each.expires_at is None or each.expires_at > now]

    def lots(self, member_id: str) -> list[Lot]:
        """Return every lot of a member with points left."""
        return _UNSPENT.all(self.connection, {"in_store": self.store, "the_member": member_id})

    def entries_of(self, event_id: str) -> list[LedgerEntry]:
        """Return what one event posted, in order."""
        return self.find_all(LedgerEntry, entry, ("id",), event=event_id)


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
                "active_from": new.active_from,
                "expires_at": new.expires_at,
                "expiry": new.expiry,
                "event": event_id,
                "created_at": now,
            },
        )

    def change_lot(self, changed: Lot) -> None:
        """Store what remains of a lot, when it becomes active and when it expires."""
        self.update(
            lot,
            {"id": changed.id},
            remaining=changed.remaining,
            active_from=changed.active_from,
            expires_at=changed.expires_at,
            expiry=changed.expiry,
        )

    def post(
        self,
        kind: EntryKind,
        *,
        member_id: str,
        wallet: str,
        points: Points,
        pending: bool = False,
        lot_id: str | None,
        event_id: str,
        source: str,
        now: datetime,
    ) -> Posted:
        """Write one entry and change the balance by it; return the balance before and after."""
        changed = balance_change(kind, points, pending=pending)
        row = {"member": member_id, "wallet": wallet, **changed._asdict()}
        after = self.upsert_adding_and_return(Balance, balance, row, sums=Balance._fields)
        self.insert(
            entry,
            {
                "id": new_id(),
                "member": member_id,
                "wallet": wallet,
                "kind": kind,
                "points": points,
                "balance": after.active,
                "lot": lot_id,
                "event": event_id,
                "source": source,
                "at": now,
            },
        )
        return Posted(wallet, after.minus(changed), after)
