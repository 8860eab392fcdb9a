"""The ledger: lots, balances, and one entry for every balance_change of a balance."""

from datetime import datetime

from sqlalchemy import bindparam, select

from database.members import as_balance
from database.queries import Queries, prepared
from database.tables import balance, entry, lot
from loyalty.ids import new_id
from loyalty.program.wallets import Points
from loyalty.store.members import Balance
from loyalty.store.points import EntryKind, Lot, Posted, balance_change
from loyalty.store.rows import Row

_LEFT = select(lot).where(
    lot.c.store == bindparam("in_store"), lot.c.member == bindparam("the_member"), lot.c.remaining > 0
)


class Ledger(Queries):
    """Points of one store's members."""

    def add_lot(self, new: Lot, *, member_id: str, event_id: str, now: datetime) -> None:
        """Keep a new lot."""
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
                "event": event_id,
                "created_at": now,
            },
        )

    def lot(self, lot_id: str) -> tuple[Lot, str] | None:
        """A lot and its member's id."""
        row = self.first(lot, id=lot_id)
        return (_as_lot(row), row["member"]) if row else None

    def spendable(self, member_id: str, wallet: str, *, now: datetime) -> list[Lot]:
        """The lots a member may spend from now."""
        lots = [each for each in self.lots(member_id) if each.wallet == wallet and each.active_from is None]
        return [each for each in lots if each.expires_at is None or each.expires_at > now]

    def lots(self, member_id: str) -> list[Lot]:
        """Every lot of a member with points left."""
        rows = prepared(_LEFT).all(self.connection, {"in_store": self.store, "the_member": member_id})
        return [_as_lot(row) for row in rows]

    def change_lot(self, changed: Lot) -> None:
        """Keep what is left of a lot, and when it is active from."""
        self.alter(lot, {"id": changed.id}, remaining=changed.remaining, active_from=changed.active_from)

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
        """Write one entry and move the balance with it."""
        changed = balance_change(kind, points, pending=pending)
        row = {"member": member_id, "wallet": wallet, **changed._asdict()}
        after = as_balance(self.add_up(balance, row, sums=Balance._fields))
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

    def entries_of(self, event_id: str) -> list[Row]:
        """What one event wrote, in order."""
        return self.rows(entry, ("id",), event=event_id)


def _as_lot(row: Row) -> Lot:
    return Lot(
        id=row["id"],
        wallet=row["wallet"],
        points=Points(row["points"]),
        remaining=Points(row["remaining"]),
        active_from=row["active_from"],
        expires_at=row["expires_at"],
    )
