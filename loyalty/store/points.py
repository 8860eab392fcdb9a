"""Lots and ledger entries, and their repository."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

from loyalty.program.expiry import Expiry
from loyalty.program.wallets import Points
from loyalty.store.members import Balance
from rules.frozen import frozen_at_type_check

EntryKind = Literal["award", "deduct", "activate", "expire"]


@frozen_at_type_check
class Lot:
    """Points of one award. Instants are UTC; the lot is pending until `active_from`, if that is given.

    `expiry` is the rule by which `expires_at` is computed again if a pending lot becomes active early; None: it stays.
    """

    id: str
    wallet: str
    points: Points
    remaining: Points
    active_from: datetime | None
    expires_at: datetime | None
    expiry: Expiry | None = None


@frozen_at_type_check
class Posted:
    """A balance before and after an entry."""

    wallet: str
    before: Balance
    after: Balance


@frozen_at_type_check
class LedgerEntry:
    """One line of a ledger; `balance` is the active balance after it."""

    member: str
    wallet: str
    kind: EntryKind
    points: Points
    balance: Points
    lot: str | None
    """The lot that the points belong to; None: a deduction, which may take from several."""
    event: str
    source: str
    """What caused it: `reactor/NAME`, `achievement/NAME` or `clock`."""
    at: datetime


def balance_change(kind: EntryKind, points: Points, *, pending: bool) -> Balance:
    """Return what an entry adds to each part of a balance."""
    less = Points(-points)
    match kind:
        case "award":
            return Balance(pending=points, earned=points) if pending else Balance(active=points, earned=points)
        case "deduct":
            return Balance(active=less, spent=points)
        case "activate":
            return Balance(pending=less, active=points)
        case "expire":
            return Balance(active=less, expired=points)


class LedgerReader(Protocol):
    """Reads the ledger of a store."""

    def lot(self, lot_id: str) -> tuple[Lot, str] | None:
        """Return a lot and the id of its member."""

    def spendable(self, member_id: str, wallet: str, *, now: datetime) -> Sequence[Lot]:
        """Return the active, unexpired lots of a member with points left."""


class LedgerRepository(LedgerReader, Protocol):
    """The ledger of a store."""

    def add_lot(self, new: Lot, *, member_id: str, event_id: str, now: datetime) -> None:
        """Store a new lot."""

    def change_lot(self, changed: Lot) -> None:
        """Store what remains of a lot, when it becomes active and when it expires."""

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
