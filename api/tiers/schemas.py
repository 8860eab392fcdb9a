"""Tier sets and tiers: request bodies and responses."""

from typing import Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from api.http.requests import RequestModel
from api.http.responses import ExactNumber, Id, Instant, JsonObject, Total

Attribute = Literal[
    "activeUnits", "totalEarnedUnits", "cumulatedEarnedUnits", "totalSpending", "monthsSinceJoiningProgram"
]


class PostTier(RequestModel):
    """The tier that a member is put into by hand. `until`: when that ends; `pinned`: it holds both ways.

    `tierSetId`: the set of the tier, if its name is ambiguous.
    """

    level_id: str = Field(min_length=1, max_length=255)
    tier_set_id: str | None = Field(default=None, min_length=1, max_length=255)
    until: str | None = Field(default=None, max_length=64)
    pinned: bool = False


class PostRemoveTier(RequestModel):
    """The tier set whose tier by hand is removed; by default the default one."""

    tier_set_id: str | None = Field(default=None, min_length=1, max_length=255)


class TierSetBasics(TypedDict):
    """A tier set, in short."""

    tierSetId: Id
    name: str


class TierSetCondition(TypedDict):
    """How the tiers of a set are reached, and in which wallet."""

    id: Id
    attribute: Attribute
    walletType: str


class TierInSet(TypedDict):
    """A tier of a set, in short."""

    levelId: Id
    name: str
    description: str
    active: bool


class Downgrade(TypedDict):
    """When the tiers of a set are reviewed, as far as the documented fields can express it."""

    mode: Literal["none", "periodic"]
    period: NotRequired[Literal["registration_anniversary", "recalculation_every_month_after_tier_promotion", "yearly"]]
    interval: NotRequired[int]


class TierSet(TypedDict):
    """A tier set of the program in force."""

    tierSetId: Id
    name: str
    description: str
    active: bool
    createdAt: Instant
    updatedAt: Instant
    labels: list[JsonObject]
    conditions: list[TierSetCondition]
    tiers: list[TierInSet]
    translations: JsonObject
    isMigrated: bool
    isDefault: bool
    downgrade: Downgrade


class TierSets(TypedDict):
    """A page of tier sets."""

    items: list[TierSet]
    total: Total


class TierCondition(TypedDict):
    """The amount from which a tier is reached."""

    conditionId: Id
    attribute: Attribute
    value: ExactNumber


class TierOfSet(TypedDict):
    """A tier of a set. Laurel has no rewards and photos of tiers."""

    levelId: Id
    tierSet: TierSetBasics
    name: str
    description: str
    storeCode: str
    active: bool
    rewards: list[JsonObject]
    conditions: list[TierCondition]
    translations: JsonObject
    createdAt: Instant
    updatedAt: Instant
    hasPhoto: bool
    conditionValue: ExactNumber
    isDefault: bool
    sortOrder: int


class TiersOfSet(TypedDict):
    """A page of tiers."""

    items: list[TierOfSet]
    total: Total


class OwnTier(TypedDict):
    """The member's tier."""

    levelId: Id
    name: str
    description: str
    hasPhoto: bool
    storeCode: str
    conditionValue: ExactNumber


class OwnTiers(TypedDict):
    """The member's tiers."""

    items: list[OwnTier]
    total: Total


class MemberTierSet(TypedDict):
    """The member's tier in a tier set. `manually`: it was set by hand."""

    currentTierId: Id
    tierSetId: Id
    tierSetName: str
    currentTierName: str
    manually: bool


class MemberTierSets(TypedDict):
    """The tier sets in which the member has a tier."""

    items: list[MemberTierSet]
    total: Total


class NextTierProgress(TypedDict):
    """The member's progress to the next tier."""

    conditionId: Id
    attribute: Attribute
    currentValue: ExactNumber
    valueGoal: ExactNumber
    walletType: str


class TierByHand(TypedDict):
    """The tier by hand. `direction`: `floor` and `pinned` hold, `ceiling` until the next review."""

    levelId: Id
    direction: Literal["floor", "ceiling", "pinned"]
    until: NotRequired[Instant]


class TierSetProgress(TypedDict):
    """The member's standing in a tier set. `currentProgress` is the part of the way to the next tier, from 0 to 1."""

    tierSetId: Id
    tierSetName: str
    manually: bool
    downgrade: str
    nextTierCurrentProgress: list[NextTierProgress]
    currentTierId: NotRequired[Id]
    currentTierName: NotRequired[str]
    nextTierId: NotRequired[Id]
    nextTierName: NotRequired[str]
    currentProgress: NotRequired[ExactNumber]
    lastPromotionAt: NotRequired[Instant]
    lastDowngradeAt: NotRequired[Instant]
    nextRecalculationAt: NotRequired[Instant]
    byHand: NotRequired[TierByHand]
