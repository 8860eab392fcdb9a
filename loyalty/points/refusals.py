"""Refusals of operations on points, as a tree. Amounts are in units of the wallet.

PointsRefusal               points are not moved
├── InvalidAmount           an amount is not above zero, too large, or finer than the wallet's decimals
├── UnknownWallet           the program has no such wallet; `wallets` are those it has
├── NotEnoughPoints         the member has fewer points than are needed
├── UnknownTransfer         the store has no transfer of this id
├── TransferIdReused        the client used this id for another transfer
├── NotCancellable          transfers of this kind cannot be cancelled
├── AlreadyCancelled        the transfer was cancelled before
├── PartlyReturned          a return has taken, or given back, a part of the transfer
├── NewDateNeeded           points that expired come back only with a new date
├── NotHeld                 the transfer is not a hold, or no points are held any more
├── MoreThanHeld            more is captured than is held
├── NotPending              the transfer has no pending points
├── NothingLeft             nothing is left of what the transfer added
├── SameMember              a member sends points to themselves
├── TransferLimitReached    a member has sent as much, or as often, as the wallet allows in a calendar period
└── DateInPast              a date lies in the past
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal, TypeAlias

from loyalty.calendar import Period
from loyalty.refusals import Refusal

Amount: TypeAlias = Decimal | int


class PointsRefusal(Refusal):
    """Points are not moved."""


class InvalidAmount(PointsRefusal):
    """An amount is not above zero, too large, or finer than the wallet's decimals."""

    def __init__(self, why: str) -> None:
        super().__init__(why)


class UnknownWallet(PointsRefusal):
    """The program has no such wallet."""

    def __init__(self, wallet: str, wallets: Sequence[str]) -> None:
        super().__init__(f"there is no wallet {wallet[:80]}; there are {', '.join(wallets)}")
        self.wallet, self.wallets = wallet, wallets


class NotEnoughPoints(PointsRefusal):
    """The member has fewer points than are needed; pending, held and owed points cannot be used."""

    def __init__(self, wallet: str, balance: Amount, needed: Amount) -> None:
        super().__init__(f"the member can use {balance} {wallet}, and {needed} are needed: ask for {balance} at most")
        self.wallet, self.balance, self.needed = wallet, balance, needed


class UnknownTransfer(PointsRefusal):
    """The store has no transfer of this id."""

    def __init__(self, transfer_id: str) -> None:
        super().__init__(f"no transfer {transfer_id[:80]} in this store")
        self.transfer_id = transfer_id


class TransferIdReused(PointsRefusal):
    """The client used this id for another transfer."""

    def __init__(self, transfer_id: str) -> None:
        super().__init__(f"this id was used for another transfer, {transfer_id}: give each transfer an id of its own")
        self.transfer_id = transfer_id


class NotCancellable(PointsRefusal):
    """Transfers of this kind cannot be cancelled."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"a transfer of kind {kind} is not cancelled: cancel the one that it is about")
        self.kind = kind


class AlreadyCancelled(PointsRefusal):
    """The transfer was cancelled before."""

    def __init__(self, transfer_id: str) -> None:
        super().__init__("the transfer is cancelled already: a transfer is cancelled once")
        self.transfer_id = transfer_id


class PartlyReturned(PointsRefusal):
    """A return has taken, or given back, a part of the transfer."""

    def __init__(self, transfer_id: str) -> None:
        super().__init__(f"a return has undone a part of transfer {transfer_id[:80]}: add or spend the rest by hand")


class NewDateNeeded(PointsRefusal):
    """Points that expired come back only with a new date."""

    def __init__(self) -> None:
        super().__init__("the points have expired: say when they expire now, by a date in the future")


class NotHeld(PointsRefusal):
    """The transfer is not a hold, or no points are held any more."""

    def __init__(self, transfer_id: str) -> None:
        super().__init__("nothing is held by this transfer: it is not a hold, or it was captured or released")
        self.transfer_id = transfer_id


class MoreThanHeld(PointsRefusal):
    """More is captured than is held."""

    def __init__(self, held: Amount, asked: Amount) -> None:
        super().__init__(f"{held} are held, and {asked} were asked for: capture {held} at most")
        self.held, self.asked = held, asked


class NotPending(PointsRefusal):
    """The transfer has no pending points."""

    def __init__(self, transfer_id: str) -> None:
        super().__init__("the transfer has no pending points: only pending points are activated")
        self.transfer_id = transfer_id


class NothingLeft(PointsRefusal):
    """Nothing is left of what the transfer added."""

    def __init__(self, transfer_id: str) -> None:
        super().__init__("nothing is left of what the transfer added: only what is left expires")
        self.transfer_id = transfer_id


class SameMember(PointsRefusal):
    """A member sends points to themselves."""

    def __init__(self) -> None:
        super().__init__("sender and receiver are the same member: name another receiver")


class TransferLimitReached(PointsRefusal):
    """A member has sent as much, or as often, as the wallet allows in a calendar period."""

    def __init__(self, sent: Amount, most: Amount, every: Period, unit: Literal["times", "points"]) -> None:
        when = "ever" if every == "ever" else f"in one {every}"
        left = max(Decimal(0), Decimal(most) - Decimal(sent))
        super().__init__(f"{sent} of {most} {unit} were sent, more is not allowed {when}: {left:f} {unit} are left")
        self.sent, self.most, self.every, self.unit = sent, most, every, unit


class DateInPast(PointsRefusal):
    """A date lies in the past."""

    def __init__(self, date: datetime) -> None:
        super().__init__(f"{date.isoformat()} lies in the past: name a moment in the future")
        self.date = date
