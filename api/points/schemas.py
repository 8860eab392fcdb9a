"""Points: request bodies and responses."""

from decimal import Decimal
from typing import Annotated, Any, Literal, NotRequired

from pydantic import BeforeValidator, Field, WithJsonSchema
from typing_extensions import TypedDict

from api.http.requests import RequestModel, exact_number
from api.http.responses import ExactNumber, Id, Instant, Listed, Scroll, UnreadableItem
from api.wallets.schemas import WalletType
from loyalty.points.amounts import MAX_AMOUNT
from loyalty.store.points import TransferKind
from loyalty.webhooks.messages import UnitsTransferKind

MAX_DAYS = 36_500


def _exact(value: Any) -> Decimal:
    return Decimal(exact_number(value))


Amount = Annotated[
    Decimal, BeforeValidator(_exact), WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": MAX_AMOUNT})
]
"""An amount in units of a wallet; the operation checks its size and its decimals."""

MemberName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=300,
        description="A customerId, or `email=...`, `phone=...` or `loyaltyCardNumber=...`.",
    ),
]


class Transfer(RequestModel):
    """The fields of all movements of points. `externalTransferId` is your own id, which makes the request idempotent.

    `requestedAt` is validated and ignored: the time of booking counts.
    """

    points: Amount
    wallet_code: str | None = Field(default=None, min_length=1, max_length=255)
    comment: str = Field(default="", max_length=255)
    external_transfer_id: str | None = Field(default=None, min_length=1, max_length=255)
    requested_at: str | None = Field(default=None, max_length=64)


class NewPoints(Transfer):
    """Points to add. `expiresInDays` counts from when they can be spent; if absent, the wallet decides.

    `lockedUntilDays` 0: they can be spent at once. `qualifies`: they count for tiers.
    """

    customer: MemberName
    expires_in_days: int | None = Field(default=None, ge=1, le=MAX_DAYS)
    locked_until_days: int | None = Field(default=None, ge=0, le=MAX_DAYS)
    qualifies: bool = False


class SpentPoints(Transfer):
    """Points to take."""

    customer: MemberName


class BlockedPoints(Transfer):
    """Points to set aside `until` a moment, or the end of a day; without it until they are captured or released."""

    customer: MemberName
    until: str | None = Field(default=None, max_length=64)


class MovedPoints(Transfer):
    """Points to move from one member to another, with the dates of their lots."""

    sender: MemberName
    receiver: MemberName


class SentPoints(Transfer):
    """Points of the calling member to send to another."""

    receiver: Annotated[str, Field(min_length=1, max_length=255, description="A customerId.")]


class PostAdd(RequestModel):
    """Points to add."""

    transfer: NewPoints


class PostSpend(RequestModel):
    """Points to take."""

    transfer: SpentPoints


class PostBlock(RequestModel):
    """Points to set aside."""

    transfer: BlockedPoints


class PostTransfer(RequestModel):
    """Points to move between members."""

    transfer: MovedPoints


class PostMemberTransfer(RequestModel):
    """Points to send to another member."""

    transfer: SentPoints


class CapturedPoints(RequestModel):
    """How many of the blocked points to spend; without `points` all of them. The rest can be spent again."""

    points: Amount | None = None
    comment: str = Field(default="", max_length=255)


class PostCapture(RequestModel):
    """Blocked points to spend."""

    transfer: CapturedPoints = CapturedPoints()


class Reason(RequestModel):
    """Why a transfer is changed."""

    comment: str = Field(default="", max_length=255)


class PostReason(RequestModel):
    """Why a transfer is changed; optional."""

    transfer: Reason = Reason()


class Cancellation(Reason):
    """Why a transfer is cancelled. `expiresAt` is the new date of points that expired, needed to cancel an expiry."""

    expires_at: str | None = Field(default=None, max_length=64)


class PostCancel(RequestModel):
    """Why a transfer is cancelled; optional."""

    transfer: Cancellation = Cancellation()


class TransferId(TypedDict):
    """The id of a transfer."""

    transferId: Id


class CancelledTransfer(TransferId):
    """A cancellation that could not take back everything: `shortfall` is what the wallet's bound of debt forgives."""

    shortfall: ExactNumber


class ActionCause(TypedDict):
    """What caused a transfer. `transactionId`: the sale or the return behind it."""

    campaignId: str | None
    customerId: Id
    transactionId: str | None
    customEventId: str | None
    internalEventName: str | None
    performedAt: Instant


class TransferDetails(TypedDict):
    """One movement of points. `cancelled`: it was undone; for `blocked`: the points were captured or released.

    `value` is always above zero, and `type` and `kind` give the direction; `balance` is the spendable points after it.
    """

    transferId: Id
    type: UnitsTransferKind | None
    kind: TransferKind
    accountId: Id
    customerId: Id
    number: int
    storeId: Id
    value: ExactNumber
    balance: ExactNumber
    comment: str
    createdBy: str
    cancelled: bool
    pending: bool
    createdAt: Instant
    actionCause: ActionCause
    walletType: NotRequired[WalletType]
    lockedUntil: NotRequired[Instant]
    unlockedAt: NotRequired[Instant]
    expiresAt: NotRequired[Instant]
    blockedUntil: NotRequired[Instant]
    relatedTransferId: NotRequired[Id]
    externalTransferId: NotRequired[str]


class Transfers(Listed):
    """A page of transfers."""

    items: list[TransferDetails | UnreadableItem]


class ExpiringIdentity(TypedDict):
    """The identity of a member; empty for a caller who may not read members."""

    email: NotRequired[str]
    phone: NotRequired[str]
    loyaltyCardNumber: NotRequired[str]


class ExpiringLotDetails(TypedDict):
    """Points of one member that expire at one moment."""

    lotId: Id
    expiresAt: Instant
    walletTypeCode: str
    points: ExactNumber
    customerId: Id
    customerData: ExpiringIdentity


class ExpiringPoints(TypedDict):
    """A page of points that expire."""

    items: list[ExpiringLotDetails | UnreadableItem]
    scroll: Scroll


PointType = Literal["spent", "earned", "expired", "pending"]
