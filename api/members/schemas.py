"""Members: request bodies and responses."""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field, WithJsonSchema
from pydantic.alias_generators import to_camel
from typing_extensions import TypedDict

from api.http.requests import Identifier, RequestModel
from api.http.responses import ExactNumber, Id, Instant, JsonObject, Listed, Total, UnreadableItem

MIN_PASSWORD_LENGTH = 8
MAX_PASSWORD_LENGTH = 1024
MAX_ATTRIBUTE_TEXT = 255

_PROFILE_FIELDS = {
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


class Address(RequestModel):
    """Where a member lives."""

    street: str | None = Field(default=None, max_length=255)
    address1: str | None = Field(default=None, max_length=255)
    address2: str | None = Field(default=None, max_length=255)
    postal: str | None = Field(default=None, max_length=255)
    city: str | None = Field(default=None, max_length=255)
    province: str | None = Field(default=None, max_length=255)
    country: str | None = Field(default=None, max_length=255)


class Company(RequestModel):
    """The company a member buys for."""

    name: str | None = Field(default=None, max_length=255)
    nip: str | None = Field(default=None, max_length=255)


class KeyValue(RequestModel):
    """A key and its value."""

    key: str = Field(min_length=1, max_length=255)
    value: str = Field(max_length=255)


AttributeValue = Annotated[
    Any,
    WithJsonSchema({"type": ["string", "number", "boolean", "array", "object"], "maxLength": MAX_ATTRIBUTE_TEXT}),
]
"""The value as the program declares the attribute; a text if it does not."""


class AttributeToSet(RequestModel):
    """A custom attribute and its value; null removes it."""

    key: str = Field(min_length=1, max_length=255)
    value: AttributeValue | None


class CustomField(RequestModel):
    """A declared custom attribute, by its name or the id derived from it; null removes it."""

    custom_field_schema_id: str = Field(min_length=1, max_length=255)
    value: AttributeValue | None = None


class CustomerFields(RequestModel):
    """The identity and the profile of a member."""

    email: Identifier | None = None
    phone: Identifier | None = None
    loyalty_card_number: Identifier | None = None
    first_name: str | None = Field(default=None, max_length=255)
    last_name: str | None = Field(default=None, max_length=255)
    gender: Literal["male", "female", "not_disclosed"] | None = None
    birth_date: str | None = Field(default=None, max_length=64)
    registered_at: str | None = Field(default=None, max_length=64)
    address: Address | None = None
    company: Company | None = None
    labels: list[KeyValue] | None = Field(default=None, max_length=100)
    custom_attributes: list[AttributeToSet] | None = Field(default=None, max_length=100)
    custom_fields_data: list[CustomField] | None = Field(default=None, max_length=100)
    agreement1: bool | None = None
    agreement2: bool | None = None
    agreement3: bool | None = None
    level_id: str | None = Field(default=None, min_length=1, max_length=255)

    def profile(self) -> dict[str, Any]:
        """The fields that only people read."""
        return self.model_dump(include=_PROFILE_FIELDS, by_alias=True, exclude_none=True)


class NewCustomer(CustomerFields):
    """A member to register: at least an email, a phone or a card number. With a password they can log in.

    `referrerToken` is the `referralToken` of the referrer. `test`: a test member, excluded from figures and budgets.
    """

    referrer_token: str | None = Field(default=None, min_length=1, max_length=255)
    channel_id: str | None = Field(default=None, min_length=1, max_length=255)
    test: bool = False

    plain_password: str | None = Field(
        default=None, min_length=MIN_PASSWORD_LENGTH, max_length=MAX_PASSWORD_LENGTH, repr=False
    )


class ChangedCustomer(CustomerFields):
    """The changes of a member; absent fields are left unchanged, and null removes a field.

    `address`, `company` and `labels` are replaced as a whole; of `customAttributes` those that are sent are set.
    """

    test: bool | None = None

    def changed_profile(self) -> dict[str, Any]:
        """Return the profile fields that are sent; None for one to remove."""
        kept = self.profile()
        return {to_camel(name): kept.get(to_camel(name)) for name in _PROFILE_FIELDS & self.model_fields_set}


class PostMember(RequestModel):
    """A member to register."""

    customer: NewCustomer


NewPassword = Annotated[str, Field(min_length=MIN_PASSWORD_LENGTH, max_length=MAX_PASSWORD_LENGTH, repr=False)]


class SelfRegistration(CustomerFields):
    """A member who registers by themselves, inactive until they use a code."""

    email: Identifier
    referrer_token: str | None = Field(default=None, min_length=1, max_length=255)
    agreement1: bool
    plain_password: NewPassword = Field(repr=False)


class PostRegistration(RequestModel):
    """A member who registers by themselves."""

    customer: SelfRegistration


class PostPhone(RequestModel):
    """The phone of a member who waits for activation."""

    phone: Identifier


class PostUsername(RequestModel):
    """The email, phone or card number of a member."""

    username: Identifier


class PasswordOnly(RequestModel):
    """The new password."""

    plain_password: NewPassword = Field(repr=False)


class PostMemberReset(RequestModel):
    """The new password, and the code that permits it; a `codeNumber` needs the member's `username`, too."""

    reset: PasswordOnly
    token: str = Field(min_length=1, max_length=255, repr=False)
    username: Identifier | None = None


class PutOwnPassword(RequestModel):
    """The present password, and the new one."""

    current_password: str = Field(min_length=1, max_length=MAX_PASSWORD_LENGTH, repr=False)
    plain_password: NewPassword = Field(repr=False)


class PostMemberChannel(RequestModel):
    """The channel to give to a member."""

    channel_id: str = Field(min_length=1, max_length=255)


class PostReferral(RequestModel):
    """The referrer of a member: a customerId."""

    referrer_id: str = Field(min_length=1, max_length=255)


class PutMember(RequestModel):
    """The changes of a member."""

    customer: ChangedCustomer


class PutAttributes(RequestModel):
    """Attributes to set; others stay."""

    custom_attributes: list[AttributeToSet] = Field(min_length=1, max_length=100)


class NamedAttribute(RequestModel):
    """An attribute to remove; if a value is sent, the attribute must have it."""

    key: str = Field(min_length=1, max_length=255)
    value: str | None = Field(default=None, max_length=255)


class DeleteAttributes(RequestModel):
    """Attributes to remove."""

    custom_attributes: list[NamedAttribute] = Field(min_length=1, max_length=100)


class CustomerId(TypedDict):
    """The id of a member."""

    customerId: Id


class Collision(TypedDict):
    """A member whose email or phone collides with another member's."""

    customerId: Id
    field: Literal["email", "phone"]
    otherCustomerId: Id


class Collisions(TypedDict):
    """A page of members who share an email or a phone."""

    items: list[Collision]
    total: Total


class FoundTotal(TypedDict):
    """The number of members found."""

    total: int


class MemberId(TypedDict):
    """The id of a registered member."""

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
    test: bool
    frozen: bool
    frozenAt: NotRequired[Instant]
    frozenReason: NotRequired[str]
    createdAt: Instant
    updatedAt: Instant
    storeCode: str
    referralToken: str
    channelId: NotRequired[Id]
    channelIdentifier: NotRequired[str]
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


class Customers(Listed):
    """A page of members."""

    items: list[Customer | UnreadableItem]


class AchievementStatus(TypedDict):
    """A member's progress with an achievement, as of today."""

    achievementId: Id
    name: str
    title: str
    completedCount: int
    value: ExactNumber
    goal: ExactNumber
    window: str
    limitReached: bool


class CustomerStatus(TypedDict):
    """The status of a member. Points outside `wallets` are of the default wallet."""

    customerId: Id
    storeCode: str
    firstName: NotRequired[str]
    lastName: NotRequired[str]
    activePoints: ExactNumber
    earnedPoints: ExactNumber
    spentPoints: ExactNumber
    expiredPoints: ExactNumber
    lockedPoints: ExactNumber
    blockedPoints: ExactNumber
    transferredPoints: ExactNumber
    levelName: NotRequired[str]
    levelConditionValue: NotRequired[ExactNumber]
    nextLevelName: NotRequired[str]
    nextLevelConditionValue: NotRequired[ExactNumber]
    pointsToNextLevel: NotRequired[ExactNumber]
    levelAchievementDate: NotRequired[Instant]
    pointsExpiringNextMonth: ExactNumber
    pointsExpiringBreakdown: dict[str, ExactNumber]
    createdAt: Instant
    registeredAt: Instant
    tier: str | None
    tierUntil: NotRequired[Instant]
    points: ExactNumber
    wallets: dict[str, JsonObject]
    achievements: list[AchievementStatus]
    badges: list[JsonObject]


class ItemPage(TypedDict):
    """A page of a member's achievements, badges or wallets."""

    items: list[JsonObject]
    total: Total
