"""Corrections: request bodies and responses."""

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
    """The tier that a member is put into by hand; null: remove a tier by hand.

    `tierSetId`: the set of the tier, if its name is ambiguous.
    """

    level_id: Name | None
    tier_set_id: Name | None = None
    until: str | None = Field(default=None, max_length=64)
    pinned: bool = False


class CorrectedReward(RequestModel):
    """A reward to give for free."""

    reward_id: Name
    quantity: int = Field(default=1, ge=1, le=50)
    coupon_value: Amount | None = None
    date_valid: str | None = Field(default=None, max_length=64)


class CorrectedProgress(RequestModel):
    """Progress towards an achievement, and how often it was completed; absent fields are left unchanged."""

    achievement_id: Name
    progress: Decimal | int | None = None
    completed_count: Count | None = None


class CorrectedBadge(RequestModel):
    """How many times a member has a badge; 0 removes it."""

    badge_type_id: Name
    completed_count: Count


class NewCorrection(RequestModel):
    """What to correct, exactly one of `points`, `tier`, `reward`, `progress` and `badge`, and why.

    `reason` is a code from the store's list; `customEventId` is the event that is corrected.
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
    """A correction to preview."""

    correction: NewCorrection


class Decision(RequestModel):
    """A comment on a correction."""

    comment: Comment = ""


class PostDecision(RequestModel):
    """A comment on a correction; optional."""

    correction: Decision = Decision()


class ReasonForm(RequestModel):
    """A reason for corrections. `needsComment`: a comment is required; not `active`: new corrections cannot use it."""

    code: str = Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")
    title: str = Field(min_length=1, max_length=255)
    needs_comment: bool = False
    active: bool = True


class CorrectionSettings(RequestModel):
    """A store's rules for corrections; absent fields are left unchanged.

    `required`: other routes that make the same changes by hand need the header `Correction-Reason`, and the bounds
    apply.
    """

    reasons: list[ReasonForm] | None = Field(default=None, min_length=1, max_length=MAX_REASONS)
    required: bool | None = None


class PutCorrectionSettings(RequestModel):
    """A store's rules for corrections."""

    settings: CorrectionSettings


class ReasonView(TypedDict):
    """A reason for corrections."""

    code: str
    title: str
    needsComment: bool
    active: bool


class CorrectionSettingsView(TypedDict):
    """A store's rules for corrections."""

    reasons: list[ReasonView]
    required: bool


class ActView(TypedDict):
    """An action on a correction: the administrator, the time, and the comment."""

    adminId: Id
    username: str
    at: Instant
    comment: str


class Standing(TypedDict):
    """The state of a member: the tier, and the corrected tier set, wallet, achievement or badge.

    `tierOfSet`: the tier of the corrected set, if it is not the default one.
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
    """The result of a correction: the state before and after, and what it created."""

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
    """The bound that a correction exceeds: at once, per day, and what was done today, if relevant."""

    once: ExactNumber | None
    day: ExactNumber | None
    used: ExactNumber | None


class CorrectionPreview(TypedDict):
    """The result of a previewed correction, and its messages. `bound`: why it would wait for approval."""

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
