"""Operations of the past, and how to repeat them on another state."""

from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias, assert_never

from loyalty.events.operations import OperationContext
from loyalty.members.freezing import freeze_member, unfreeze_member
from loyalty.points.amounts import wallet_of
from loyalty.points.cancelling import CancelledBy, CancelTransfer, cancel_transfer
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
from loyalty.rewards.operations import (
    BuyReward,
    GiveReward,
    buy_reward,
    cancel_reward,
    find_issued,
    give_reward,
    reissue_coupon,
    use_coupon,
)
from loyalty.rewards.refusals import UnknownCoupon


@dataclass(frozen=True, slots=True)
class CapturePoints:
    """Spend held points, and release the rest."""

    hold: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ReleasePoints:
    """Give back what is still held."""

    hold: str


@dataclass(frozen=True, slots=True)
class ExpirePoints:
    """Expire what is left of the lots that a transfer added."""

    transfer: str


@dataclass(frozen=True, slots=True)
class ActivatePoints:
    """Make the pending lots that a transfer added active."""

    transfer: str


PointsRequest: TypeAlias = (
    AddPoints
    | SpendPoints
    | HoldPoints
    | CapturePoints
    | ReleasePoints
    | TransferPoints
    | CancelTransfer
    | ExpirePoints
    | ActivatePoints
)


@dataclass(frozen=True, slots=True)
class UseReward:
    """Mark the coupon of an issued reward as used."""

    issued: str


@dataclass(frozen=True, slots=True)
class ReissueReward:
    """Mark the coupon of an issued reward as unused."""

    issued: str


@dataclass(frozen=True, slots=True)
class CancelReward:
    """Cancel an issued reward."""

    issued: str
    by: CancelledBy = "shop"


@dataclass(frozen=True, slots=True)
class Freeze:
    """Freeze the member."""


@dataclass(frozen=True, slots=True)
class Unfreeze:
    """Unfreeze the member."""


MemberRequest: TypeAlias = Freeze | Unfreeze
RewardRequest: TypeAlias = BuyReward | GiveReward | UseReward | ReissueReward | CancelReward


@dataclass(frozen=True, slots=True)
class PastOperation:
    """An operation as it was requested; `source` is the requester.

    `transfer` is the id of the transfer that it posted, or of the reward that it issued; `wallet` is empty if it is
    about a reward, and both are if it is about the member. `id` is that of the event that reports it; ids of one moment
    sort by time.
    """

    id: str
    transfer: str
    member: str
    received_at: datetime
    source: str
    wallet: str
    request: PointsRequest | RewardRequest | MemberRequest
    partner: str | None = None
    """The other member of a transfer between two."""
    lot: str | None = None
    """The lot that expired, if that expiry is cancelled."""

    @property
    def members(self) -> tuple[str, ...]:
        """Every member whose points it moves."""
        return (self.member,) if self.partner is None else (self.member, self.partner)


Ids: TypeAlias = MutableMapping[str, str]
"""Map the ids of past transfers, lots and rewards to those of the repetition; other ids stay the same."""


def repeat(operation: OperationContext, past: PastOperation, ids: Ids) -> None:
    """Repeat an operation; `ids` finds its subject, and gets the id of its new transfer.

    Raise the refusals of the operation.
    """
    if past.wallet:
        wallet_of(operation.program, past.wallet)
    match past.request:
        case Freeze():
            freeze_member(operation, past.member, "")
            return
        case Unfreeze():
            unfreeze_member(operation, past.member)
            return
        case request:
            done = _do(operation, past.member, past.lot, request, ids)
    if done is not None:
        ids[past.transfer] = done


def _do(
    operation: OperationContext, member_id: str, lot_id: str | None, asked: PointsRequest | RewardRequest, ids: Ids
) -> str | None:
    """Return the id of the transfer; None: no later operation refers to it."""
    match asked:
        case AddPoints() as request:
            return add_points(operation, request)
        case SpendPoints() as request:
            return spend_points(operation, request)
        case HoldPoints() as request:
            return hold_points(operation, request)
        case TransferPoints() as request:
            return transfer_points(operation, request)
        case CapturePoints(hold, amount):
            return capture_points(operation, ids.get(hold, hold), amount)
        case ReleasePoints(hold):
            release_points(operation, ids.get(hold, hold))
        case CancelTransfer(transfer) as request:
            cancel_transfer(operation, replace(request, transfer=_cancelled(operation, transfer, lot_id, ids)))
        case ExpirePoints(transfer):
            expire_points(operation, ids.get(transfer, transfer))
        case ActivatePoints(transfer):
            activate_points(operation, ids.get(transfer, transfer))
        case BuyReward() | GiveReward() | UseReward() | ReissueReward() | CancelReward():
            return _do_about_reward(operation, member_id, asked, ids)
        case _:
            assert_never(asked)
    return None


def _do_about_reward(operation: OperationContext, member_id: str, request: RewardRequest, ids: Ids) -> str | None:
    """Return the id of the reward if one is issued, else None."""
    match request:
        case BuyReward():
            return _bought(operation, request)
        case GiveReward():
            return give_reward(operation, request)[0]
        case UseReward(issued):
            use_coupon(operation, member_id, _coupon(operation, ids.get(issued, issued)))
        case ReissueReward(issued):
            reissue_coupon(operation, member_id, _coupon(operation, ids.get(issued, issued)))
        case CancelReward(issued, by):
            cancel_reward(operation, ids.get(issued, issued), by=by)
        case _:
            assert_never(request)
    return None


def _bought(operation: OperationContext, request: BuyReward) -> str:
    """Buy a reward at its present price, or at the price that the member chose. Return the id of the reward."""
    reward = operation.program.rewards.get(request.reward)
    price = None if reward is None else reward.price
    chosen = request.points if price is not None and price.step is not None else None
    return buy_reward(operation, replace(request, points=chosen))[0]


def _coupon(operation: OperationContext, issued_id: str) -> str:
    """Return the code of an issued reward; raise UnknownIssuedReward, or UnknownCoupon if it has none."""
    coupon = find_issued(operation, issued_id).coupon
    if coupon is None:
        raise UnknownCoupon
    return coupon


def _cancelled(operation: OperationContext, transfer_id: str, lot_id: str | None, ids: Ids) -> str:
    """Return the id of the transfer to cancel; an expiry by the clock is found by its lot, since its id may differ."""
    found = ids.get(transfer_id, transfer_id)
    if lot_id is None or operation.tx.ledger.transfer(found) is not None:
        return found
    lot = operation.tx.ledger.lot(ids.get(lot_id, lot_id))
    about = [] if lot is None else operation.tx.ledger.transfers_about(lot[0].transfer or lot[0].id)
    expired = [each.id for each in about if each.kind == "expire" and lot is not None and each.lot == lot[0].id]
    return expired[-1] if expired else found
