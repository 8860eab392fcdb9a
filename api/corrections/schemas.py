"""Corrections: request bodies and answers."""

from decimal import Decimal
from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from access import CorrectionKind
from api.http.requests import RequestModel
from api.http.responses import ExactNumber, Id, Instant, JsonObject, Listed, UnreadableItem
from api.points.schemas import MAX_DAYS, Amount, MemberName
from loyalty.store.corrections import CorrectionStatus

MAX_COMMENT = 1000
MAX_REASONS = 100
MAX_COUNT = 1_000_000

Name = Annotated[str, Field(min_length=1, max_length=255)]
Comment = Annotated[str, Field(max_length=MAX_COMMENT)]
Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]


class CorrectedPoints(RequestModel):
    """Points to add to a wallet or to subtract; `expiresInDays` counts from when they can be spent.

    `qualifies`: added points count for tiers, subtracted ones as spent.
    """

    type: Literal["add", "subtract"]
    points: Amount
    wallet_code: Name | None = None
    expires_in_days: int | None = Field(default=None, ge=1, le=MAX_DAYS)
    locked_until_days: int | None = Field(default=None, ge=0, le=MAX_DAYS)
    qualifies: bool = False


class CorrectedTier(RequestModel):
    """The tier that a member is put into by hand; null: a tier by hand is taken back.

    `tierSetId`: the set of the tier, where its name alone does not say it.
    """

    level_id: Name | None
    tier_set_id: Name | None = None
    until: str | None = Field(default=None, max_length=64)
    pinned: bool = False


class CorrectedReward(RequestModel):
    """A reward to give, for no points."""

    reward_id: Name
    quantity: int = Field(default=1, ge=1, le=50)
    coupon_value: Amount | None = None
    date_valid: str | None = Field(default=None, max_length=64)


class CorrectedProgress(RequestModel):
    """Progress towards an achievement, and how often it was completed; what is left out stays."""

    achievement_id: Name
    progress: Decimal | int | None = None
    completed_count: Count | None = None


class CorrectedBadge(RequestModel):
    """How many times a member has a badge; 0 takes it away."""

    badge_type_id: Name
    completed_count: Count


class NewCorrection(RequestModel):
    """What is corrected, exactly one of `points`, `tier`, `reward`, `progress` and `badge`, and why.

    `reason` is the code of one that the store lists; `customEventId` is the event that is put right.
    """

    customer: MemberName
    reason: Name
    comment: Comment = ""
    custom_event_id: Name | None = None
    points: CorrectedPoints | None = None
    tier: CorrectedTier | None = None
    reward: CorrectedReward | None = None
    progress: CorrectedProgress | None = None
    badge: CorrectedBadge | None = None


class PostCorrection(RequestModel):
    """A correction to make."""

    correction: NewCorrection


class PostPreview(RequestModel):
    """A correction to try."""

    correction: NewCorrection


class Decision(RequestModel):
    """What is said of a correction."""

    comment: Comment = ""


class PostDecision(RequestModel):
    """What is said of a correction; may be left out."""

    correction: Decision = Decision()


class ReasonForm(RequestModel):
    """A reason that corrections may name. `needsComment`: with a comment only; not `active`: by new ones no longer."""

    code: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    title: str = Field(min_length=1, max_length=255)
    needs_comment: bool = False
    active: bool = True


class CorrectionSettings(RequestModel):
    """What a store asks of corrections; what is left out stays.

    `required`: other routes that change the same by hand need the header `Correction-Reason`, and hold the bounds.
    """

    reasons: list[ReasonForm] | None = Field(default=None, min_length=1, max_length=MAX_REASONS)
    required: bool | None = None


class PutCorrectionSettings(RequestModel):
    """What a store asks of corrections."""

    settings: CorrectionSettings


class ReasonView(TypedDict):
    """A reason that corrections may name."""

    code: str
    title: str
    needsComment: bool
    active: bool


class CorrectionSettingsView(TypedDict):
    """What a store asks of corrections."""

    reasons: list[ReasonView]
    required: bool


class ActView(TypedDict):
    """An action on a correction: the administrator, the time, and the comment."""

    adminId: Id
    username: str
    at: Instant
    comment: str


class Standing(TypedDict):
    """How a member stands: the tier, and of the tier set, wallet, achievement or badge what there is.

    `tierOfSet`: the tier of the set that is corrected, if it is another than the default one.
    """

    levelId: Id | None
    tier: str | None
    tierOfSet: NotRequired[str | None]
    activeUnits: NotRequired[ExactNumber]
    pendingUnits: NotRequired[ExactNumber]
    owedUnits: NotRequired[ExactNumber]
    progress: NotRequired[ExactNumber]
    completedCount: NotRequired[int]


class RecordedEvent(TypedDict):
    """A built-in event that reports what was done."""

    customEventId: Id
    type: str


class Outcome(TypedDict):
    """What a correction did: how the member stood before and after, and what it made."""

    before: Standing
    after: Standing
    events: list[RecordedEvent]
    transferId: NotRequired[Id]
    lockedUntil: NotRequired[Instant]
    expiresAt: NotRequired[Instant]
    issuedRewardIds: NotRequired[list[Id]]


class CorrectionView(TypedDict):
    """A correction. `unit` is the wallet, tier, reward, achievement or badge, as program files name it."""

    correctionId: Id
    customerId: Id
    kind: CorrectionKind
    unit: str
    amount: ExactNumber
    change: JsonObject
    reason: str
    customEventId: Id | None
    status: CorrectionStatus
    createdAt: Instant
    asked: ActView
    decided: ActView | None
    undone: ActView | None
    doneAt: Instant | None
    outcome: Outcome | None
    undoOutcome: Outcome | None


class BoundInForce(TypedDict):
    """The bound that a correction is above: at once, in a day, and what was done today, if that is why."""

    once: ExactNumber | None
    day: ExactNumber | None
    used: ExactNumber | None


class CorrectionPreview(TypedDict):
    """What a correction would do, and the messages that would say so. `bound`: why it would wait for approval."""

    customerId: Id
    kind: CorrectionKind
    unit: str
    amount: ExactNumber
    needsApproval: bool
    bound: BoundInForce | None
    outcome: Outcome
    messages: list[str]


class Corrections(Listed):
    """A page of corrections."""

    items: list[CorrectionView | UnreadableItem]
