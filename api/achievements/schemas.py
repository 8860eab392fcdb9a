"""Achievements and badges: request bodies and responses."""

from decimal import Decimal
from typing import Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from api.http.requests import RequestModel
from api.http.responses import ExactNumber, Id, Instant, JsonObject, Total
from loyalty.achievements.funnel import Step

MAX_COUNT = 1_000_000_000


class RuleProgress(RequestModel):
    """Progress of the rule of an achievement.

    For a streak it is `completedConsecutivePeriods`. Today is one of these days, so that the next one is tomorrow; with
    `currentPeriodValue` 0 it is not, and an event of today adds one.
    """

    achievement_rule_id: str = Field(min_length=1, max_length=255)
    current_period_value: Decimal | int | None = None
    completed_consecutive_periods: int | None = Field(default=None, ge=0, le=MAX_COUNT)


class MemberProgress(RequestModel):
    """How often a member has completed an achievement, and their progress now; absent fields are left unchanged."""

    completed_count: int | None = Field(default=None, ge=0, le=MAX_COUNT)
    rules: list[RuleProgress] = Field(default_factory=list, max_length=1)


class PatchProgress(RequestModel):
    """The progress of a member to set."""

    member_progress: MemberProgress


class BadgeCount(RequestModel):
    """How many times a member has a badge; 0 removes it."""

    completed_count: int = Field(ge=0, le=MAX_COUNT)


class PutBadge(RequestModel):
    """The badges of a member to set."""

    badge: BadgeCount


class AchievementBasics(TypedDict):
    """An achievement of the program in force, in short."""

    achievementId: Id
    name: str
    active: bool
    createdAt: Instant
    badgeTypeId: NotRequired[Id]


class Achievements(TypedDict):
    """A page of achievements."""

    items: list[AchievementBasics]
    total: Total


class AchievementRule(TypedDict):
    """The rule of an achievement. `condition` and `measure` are as in program files."""

    achievementRuleId: Id
    translations: JsonObject
    trigger: str
    event: str
    type: str
    completeRule: JsonObject
    aggregation: JsonObject
    uniqueReferee: bool


class Achievement(TypedDict):
    """An achievement of the program in force. `limit` is absent if it can be completed any number of times."""

    achievementId: Id
    name: str
    translations: JsonObject
    active: bool
    activity: JsonObject
    rules: list[AchievementRule]
    limit: NotRequired[dict[str, Any]]
    badgeTypeId: NotRequired[Id]


class AchievementTrigger(TypedDict):
    """An event that counted for an achievement of a member."""

    achievementId: Id
    achievementName: str
    ruleId: Id
    ruleName: str
    triggerId: Id
    createdAt: Instant


class AchievementTriggers(TypedDict):
    """A page of events that counted for achievements of a member."""

    items: list[AchievementTrigger]
    total: Total


class BadgeType(TypedDict):
    """A kind of badge. `badge` is the name that program files use."""

    badgeTypeId: Id
    name: str
    badge: str
    createdAt: Instant
    updatedAt: Instant


class BadgeTypes(TypedDict):
    """A page of kinds of badges."""

    items: list[BadgeType]
    total: Total


class FunnelStep(TypedDict):
    """A stage, and how many members reached it."""

    step: Step
    members: int


class AchievementFunnel(TypedDict):
    """The number of members at each stage of an achievement; each stage includes the members of all later ones."""

    achievementId: Id
    achievement: str
    name: str
    goal: ExactNumber
    items: list[FunnelStep]
