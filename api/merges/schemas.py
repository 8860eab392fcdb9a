"""Merges of members: request bodies and responses."""

from typing import Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from api.http.requests import RequestModel
from api.http.responses import ExactNumber, Id, Instant, Total, UnreadableItem


class PostMerge(RequestModel):
    """The member to merge into the one of the path."""

    merged_customer: str = Field(
        min_length=1,
        max_length=255,
        description="A customerId, or `email=...`, `phone=...` or `loyaltyCardNumber=...`.",
    )
    comment: str | None = Field(default=None, max_length=1000, description="The reason, shown with the merge.")


class MergeId(TypedDict):
    """The id of a requested merge."""

    mergeId: Id


class MergedLot(TypedDict):
    """Points that move, with their dates."""

    lot: Id
    points: ExactNumber
    activeFrom: str | None
    expiresAt: str | None


class MergedWallet(TypedDict):
    """What moves in one wallet, and the survivor's balance afterwards."""

    wallet: str
    own: ExactNumber
    merged: ExactNumber
    after: ExactNumber
    pending: ExactNumber
    blocked: ExactNumber
    owed: ExactNumber
    lots: list[MergedLot]


class MergedTier(TypedDict):
    """The tiers of both, and the higher one of them."""

    own: str | None
    merged: str | None
    after: str | None


class MergedAchievement(TypedDict):
    """How often an achievement is completed afterwards. `dropped`: completions beyond what one member may have."""

    achievement: str
    completed: int
    dropped: int


class MergedBadge(TypedDict):
    """How many times the survivor has a badge afterwards."""

    badge: str
    times: int


class MergedIdentities(TypedDict):
    """Parts of identities that the survivor gets, and further parts that find the survivor."""

    moved: list[str]
    leadToSurvivor: list[str]


class MergedFields(TypedDict):
    """Names of fields that the survivor gets, and of those whose value is dropped."""

    moved: list[str]
    dropped: list[str]


class MergedCounts(TypedDict):
    """How much belonged to the merged member."""

    events: int
    transactions: int
    rewards: int
    referrals: int


class MergeReport(TypedDict):
    """What a merge moves, and what it leaves behind."""

    wallets: list[MergedWallet]
    tier: MergedTier
    achievements: list[MergedAchievement]
    badges: list[MergedBadge]
    identities: MergedIdentities
    attributes: MergedFields
    profile: MergedFields
    moved: MergedCounts


class MergeDetails(TypedDict):
    """A merge. `refusal` and `because` give the reason of a refused one."""

    mergeId: Id
    customerId: Id
    mergedCustomerId: Id
    status: Literal["waiting", "done", "refused"]
    requestedAt: Instant
    requestedBy: str
    finishedAt: NotRequired[Instant]
    refusal: NotRequired[str]
    because: NotRequired[str]
    comment: NotRequired[str]
    customEventId: Id
    result: NotRequired[MergeReport]


class Merges(TypedDict):
    """A page of merges."""

    items: list[MergeDetails | UnreadableItem]
    total: Total
