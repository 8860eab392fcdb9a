"""Members on the wire."""

from datetime import date
from typing import Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from api.errors import InputFault
from api.requests import Body, Identifying
from api.responses import Id, Instant, JsonObject, Number, Total

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1024

_PROFILE = {
    "first_name",
    "last_name",
    "gender",
    "birth_date",
    "address",
    "company",
    "labels",
    "agreement1",
    "agreement2",
    "agreement3",
}


class Address(Body):
    """Where a member lives."""

    street: str | None = Field(default=None, max_length=255)
    address1: str | None = Field(default=None, max_length=255)
    address2: str | None = Field(default=None, max_length=255)
    postal: str | None = Field(default=None, max_length=255)
    city: str | None = Field(default=None, max_length=255)
    province: str | None = Field(default=None, max_length=255)
    country: str | None = Field(default=None, max_length=255)


class Company(Body):
    """Whom a member buys for."""

    name: str | None = Field(default=None, max_length=255)
    nip: str | None = Field(default=None, max_length=255)


class Pair(Body):
    """A key and its value."""

    key: str = Field(min_length=1, max_length=255)
    value: str = Field(max_length=255)


class NewCustomer(Body):
    """A member to register: at least an email, a phone or a card number. With a password they can log in."""

    email: Identifying | None = None
    phone: Identifying | None = None
    loyalty_card_number: Identifying | None = None
    first_name: str | None = Field(default=None, max_length=255)
    last_name: str | None = Field(default=None, max_length=255)
    gender: Literal["male", "female", "not_disclosed"] | None = None
    birth_date: str | None = Field(default=None, max_length=64)
    registered_at: str | None = Field(default=None, max_length=64)
    address: Address | None = None
    company: Company | None = None
    labels: list[Pair] | None = Field(default=None, max_length=100)
    custom_attributes: list[Pair] | None = Field(default=None, max_length=100)
    agreement1: bool | None = None
    agreement2: bool | None = None
    agreement3: bool | None = None
    level_id: str | None = Field(default=None, min_length=1, max_length=255)
    plain_password: str | None = Field(
        default=None, min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD, repr=False
    )

    def profile(self) -> dict[str, Any]:
        """What only people read."""
        return self.model_dump(include=_PROFILE, by_alias=True, exclude_none=True)

    def attributes(self) -> dict[str, str]:
        """What rules may read."""
        return {pair.key: pair.value for pair in self.custom_attributes or []}


class PostMember(Body):
    """A member to register."""

    customer: NewCustomer


class MemberId(TypedDict):
    """A registered member."""

    customerId: Id
    email: str | None


class Level(TypedDict):
    """A tier."""

    levelId: Id
    name: str


class Customer(TypedDict):
    """A member."""

    customerId: Id
    registeredAt: Instant
    active: bool
    createdAt: Instant
    updatedAt: Instant
    storeCode: str
    email: NotRequired[str]
    phone: NotRequired[str]
    loyaltyCardNumber: NotRequired[str]
    firstName: NotRequired[str]
    lastName: NotRequired[str]
    gender: NotRequired[str]
    birthDate: NotRequired[str]
    address: NotRequired[JsonObject]
    company: NotRequired[JsonObject]
    agreement1: bool
    agreement2: bool
    agreement3: bool
    labels: list[JsonObject]
    customAttributes: list[JsonObject]
    defaultAccount: JsonObject
    levelAchievementDate: NotRequired[Instant]
    currentLevel: NotRequired[Level]


class Customers(TypedDict):
    """A page of members."""

    items: list[Customer]
    total: Total


class AchievementStatus(TypedDict):
    """How far a member is with an achievement, today."""

    achievementId: Id
    name: str
    title: str
    completedCount: int
    value: Number
    goal: Number
    window: str
    limitReached: bool


class CustomerStatus(TypedDict):
    """Where a member stands: points are of the default wallet unless they stand in `wallets`."""

    customerId: Id
    storeCode: str
    firstName: NotRequired[str]
    lastName: NotRequired[str]
    activePoints: Number
    earnedPoints: Number
    spentPoints: Number
    expiredPoints: Number
    lockedPoints: Number
    blockedPoints: Number
    transferredPoints: Number
    levelName: NotRequired[str]
    levelConditionValue: NotRequired[Number]
    nextLevelName: NotRequired[str]
    nextLevelConditionValue: NotRequired[Number]
    pointsToNextLevel: NotRequired[Number]
    levelAchievementDate: NotRequired[Instant]
    pointsExpiringNextMonth: Number
    pointsExpiringBreakdown: dict[str, Number]
    createdAt: Instant
    registeredAt: Instant
    tier: str | None
    tierUntil: NotRequired[Instant]
    points: Number
    wallets: dict[str, JsonObject]
    achievements: list[AchievementStatus]
    badges: list[JsonObject]


class Listed(TypedDict):
    """A page of what a member has."""

    items: list[JsonObject]
    total: Total


def date_fault(text: str | None, path: str) -> list[InputFault]:
    """What is wrong with a date of birth: a day, with or without a time."""
    try:
        if text is not None:
            date.fromisoformat(text[:10])
    except ValueError:
        return [InputFault(f"{text!r} is no date: write it as 1990-12-31", "invalidDate", path)]
    return []
