"""The ledger: lots, balances, and one entry for every change of a balance."""

from datetime import datetime
from typing import Literal

from sqlalchemy import RowMapping, select, update

from database.queries import Queries
from database.tables import balance, entry, lot
from loyalty.effects import Points
from loyalty.ids import new_id
from loyalty.ledger import Lot

EntryKind = Literal["award", "deduct", "activate", "expire"]


class Ledger(Queries):
    """Points of one store's members."""

    def add_lot(self, new: Lot, *, member_id: str, event_id: str, now: datetime) -> None:
        """Keep a new lot."""
        self.connection.execute(
            lot.insert().values(
                id=new.id,
                store=self.store,
                member=member_id,
                wallet=new.wallet,
                points=new.points,
                remaining=new.remaining,
                active_from=new.active_from,
                expires_at=new.expires_at,
                event=event_id,
                created_at=now,
            )
        )

    def lot(self, lot_id: str) -> tuple[Lot, str] | None:
        """A lot and its member's id."""
        statement = select(lot).where(lot.c.store == self.store, lot.c.id == lot_id)
        row = self.connection.execute(statement).mappings().first()
        return (_as_lot(row), row["member"]) if row else None

    def spendable(self, member_id: str, wallet: str, *, now: datetime) -> list[Lot]:
        """The lots a member may spend from now."""
        rows = self.connection.execute(
            select(lot).where(
                lot.c.store == self.store,
                lot.c.member == member_id,
                lot.c.wallet == wallet,
                lot.c.remaining > 0,
                lot.c.active_from.is_(None),
            )
        ).mappings()
        lots = [_as_lot(row) for row in rows]
        return [each for each in lots if each.expires_at is None or each.expires_at > now]

    def lots(self, member_id: str) -> list[Lot]:
        """Every lot of a member with points left."""
        rows = self.connection.execute(
            select(lot).where(lot.c.store == self.store, lot.c.member == member_id, lot.c.remaining > 0)
        ).mappings()
        return [_as_lot(row) for row in rows]

    def change_lot(self, changed: Lot) -> None:
        """Keep what is left of a lot, and when it is active from."""
        here = update(lot).where(lot.c.store == self.store, lot.c.id == changed.id)
        self.connection.execute(here.values(remaining=changed.remaining, active_from=changed.active_from))

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
    ) -> RowMapping:
        """Write one entry and move the balance with it; answer the balance after it."""
        changes = _changes(kind, points, pending=pending)
        row = {"member": member_id, "wallet": wallet, "store": self.store, "active": 0, "pending": 0}
        row |= {"earned": 0, "spent": 0, "expired": 0} | changes
        after = (
            self.connection.execute(
                self.insert(balance)
                .values(row)
                .on_conflict_do_update(
                    index_elements=[balance.c.member, balance.c.wallet],
                    set_={name: balance.c[name] + change for name, change in changes.items()},
                )
                .returning(balance)
            )
            .mappings()
            .one()
        )
        self.connection.execute(
            entry.insert().values(
                id=new_id(),
                store=self.store,
                member=member_id,
                wallet=wallet,
                kind=kind,
                points=points,
                balance=after["active"],
                lot=lot_id,
                event=event_id,
                source=source,
                at=now,
            )
        )
        return after

    def entries_of(self, event_id: str) -> list[RowMapping]:
        """What one event wrote, in order."""
        statement = select(entry).where(entry.c.store == self.store, entry.c.event == event_id).order_by(entry.c.id)
        return list(self.connection.execute(statement).mappings())


def _changes(kind: EntryKind, points: Points, *, pending: bool) -> dict[str, int]:
    """How an entry moves a balance."""
    match kind:
        case "award":
            return {"pending" if pending else "active": points, "earned": points}
        case "deduct":
            return {"active": -points, "spent": points}
        case "activate":
            return {"pending": -points, "active": points}
        case "expire":
            return {"active": -points, "expired": points}


def _as_lot(row: RowMapping) -> Lot:
    return Lot(
        id=row["id"],
        wallet=row["wallet"],
        points=Points(row["points"]),
        remaining=Points(row["remaining"]),
        active_from=row["active_from"],
        expires_at=row["expires_at"],
    )
