"""Points that a member is given in a store, without an event that decides it."""

from datetime import datetime

from loyalty.ids import new_id
from loyalty.program.wallets import Points
from loyalty.store.members import Balance
from loyalty.store.points import Lot, NewTransfer
from loyalty.store.repositories import StoreRepositories


def award(
    tx: StoreRepositories,
    member_id: str,
    points: Points,
    *,
    now: datetime,
    event_id: str = "",
    source: str = "reactor/x",
    active_from: datetime | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Add one lot to the wallet `points`, by a transfer as rules make it."""
    id_, event = new_id(), event_id or new_id()
    lot = Lot(id_, "points", points, points, active_from, expires_at, transfer=id_)
    tx.ledger.add_lot(lot, member_id=member_id, event_id=event, now=now)
    change = Balance(active=points) if active_from is None else Balance(pending=points)
    change = change._replace(earned=points, qualifying=points)
    new = NewTransfer(id_, member_id, "points", "award", points, change, event, source, lot=id_)
    tx.ledger.post(new, now=now)
