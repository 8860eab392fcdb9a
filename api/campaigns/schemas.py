"""Campaigns: request bodies and responses."""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel
from typing_extensions import TypedDict

from api.http.requests import Identifier, RequestModel
from api.http.responses import ExactNumber, Id, Instant, JsonObject, Total
from loyalty.campaigns.codes import MAX_CODES

Trigger = Literal[
    "custom_event",
    "custom_event_unique_code",
    "internal_event",
    "transaction",
    "return_transaction",
    "achievement",
]


class SimulatedCustomer(RequestModel):
    """The member of a simulation: one of the store, by id, email, phone or card, or an ad-hoc one."""

    model_config = ConfigDict(strict=True, frozen=True, extra="allow", alias_generator=to_camel)

    id: Identifier | None = None
    email: Identifier | None = None
    phone: Identifier | None = None
    loyalty_card_number: Identifier | None = None
    level_id: str | None = Field(default=None, min_length=1, max_length=255)
    active_points: Any = None
    registered_date: str | None = Field(default=None, max_length=64)


class SimulatedCustomEvent(RequestModel):
    """The event of a simulation."""

    type: str = Field(min_length=1, max_length=255)
    event_date: str = Field(max_length=64)
    body: dict[str, Any] = Field(default_factory=dict)


class CampaignSimulation(RequestModel):
    """What to simulate: an event of one of the program's types."""

    trigger: str = Field(min_length=1, max_length=64)
    customer: SimulatedCustomer = Field(default_factory=SimulatedCustomer)
    custom_event: SimulatedCustomEvent | None = Field(default=None, alias="custom_event")


class PostCampaignSimulation(RequestModel):
    """A simulation of campaigns."""

    simulate: CampaignSimulation


class Activity(TypedDict):
    """When a campaign is active. `endsAt` is absent if it has no end."""

    startsAt: Instant
    endsAt: NotRequired[Instant]


class LimitInterval(TypedDict):
    """The calendar period of a limit; `value` of them."""

    type: str
    value: int


class CampaignLimit(TypedDict):
    """A limit. Without an interval it counts for ever."""

    value: ExactNumber
    interval: NotRequired[LimitInterval]


class LimitUse(TypedDict):
    """What is used of a limit in its present period."""

    currentValue: ExactNumber
    limitValue: ExactNumber
    remaining: ExactNumber
    interval: NotRequired[LimitInterval]


class CampaignLimits(TypedDict):
    """The limits of a campaign; of several of one kind, that with the shortest period."""

    points: NotRequired[CampaignLimit]
    executions: NotRequired[CampaignLimit]
    pointsPerMember: NotRequired[CampaignLimit]
    executionsPerMember: NotRequired[CampaignLimit]


class LimitUses(TypedDict):
    """The used parts of the limits: of those per member only where the response is about one."""

    points: NotRequired[LimitUse]
    executions: NotRequired[LimitUse]
    pointsPerMember: NotRequired[LimitUse]
    executionsPerMember: NotRequired[LimitUse]


class Campaign(TypedDict):
    """A reactor of the program in force. `reactor` is its name in program files, `event` its event type."""

    campaignId: Id
    name: str
    reactor: str
    description: str
    type: str
    trigger: Trigger
    event: str
    activity: Activity
    active: bool
    createdAt: Instant
    displayOrder: int
    rules: list[JsonObject]
    limits: CampaignLimits
    limitUsages: LimitUses
    labels: list[JsonObject]
    translations: list[JsonObject]
    visibility: JsonObject


class Campaigns(TypedDict):
    """A page of campaigns."""

    items: list[Campaign]
    total: Total


class MemberCampaign(Campaign):
    """A campaign, with what is left of its limits for one member."""

    limitReached: bool


class MemberCampaigns(TypedDict):
    """A page of the campaigns of a member."""

    items: list[MemberCampaign]
    total: Total


class VisibleCampaign(TypedDict):
    """A campaign, in short."""

    campaignId: Id
    name: str
    description: str
    active: bool
    activity: Activity
    translations: list[JsonObject]
    createdAt: Instant
    type: str
    trigger: Trigger


class VisibleCampaigns(TypedDict):
    """A page of campaigns, in short."""

    items: list[VisibleCampaign]
    total: Total


class SimulatedEffect(TypedDict):
    """An effect that a campaign would have."""

    type: str
    campaign: JsonObject
    target: str
    points: NotRequired[ExactNumber]
    wallet: NotRequired[str]
    rewardId: NotRequired[Id]


class SimulatedMember(TypedDict):
    """The member after the simulation."""

    memberId: NotRequired[Id]
    wallets: list[JsonObject]


class SimulatedCampaigns(TypedDict):
    """The simulated effects of the campaigns."""

    effects: list[SimulatedEffect]
    evaluationWarnings: list[JsonObject]
    simulatedMember: SimulatedMember


class GeneratedCodes(RequestModel):
    """How many codes to generate."""

    model_config = ConfigDict(alias_generator=to_camel)

    number_of_codes: int = Field(ge=1, le=MAX_CODES)


class PostGeneratedCodes(RequestModel):
    """Codes to generate."""

    generate: GeneratedCodes


class PostCampaignCodes(RequestModel):
    """Codes to add."""

    codes: list[Annotated[str, Field(max_length=255)]] = Field(min_length=1, max_length=MAX_CODES)


class CampaignCode(TypedDict):
    """A redemption code. `status` is `active` or `used`; `uses` counts, and the other fields are of the last use."""

    codeId: Id
    code: str
    status: str
    uses: int
    usedAt: Instant | None
    usedByMemberId: Id | None
    createdAt: Instant
    createdBy: str


class CampaignCodes(TypedDict):
    """A page of redemption codes."""

    items: list[CampaignCode]
    total: Total
