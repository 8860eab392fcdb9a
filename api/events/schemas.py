"""Custom events: request bodies and responses."""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict

from api.http.requests import Identifier, RequestModel
from api.http.responses import ExactNumber, Id, Instant, JsonObject, Listed, UnreadableItem
from loyalty.calendar import Period
from loyalty.decisions.decision import Verdict


class CustomerData(RequestModel):
    """The member of the event, by any of these; if several are given, they must name one member."""

    customer_id: str | None = Field(default=None, min_length=1, max_length=255)
    email: Identifier | None = None
    phone: Identifier | None = None
    loyalty_card_number: Identifier | None = None


class EventReport(RequestModel):
    """An event that happened. A date and time without an offset is on the store's clock."""

    type: str = Field(min_length=1, max_length=255)
    event_date: str = Field(max_length=64)
    event_id: str | None = Field(default=None, min_length=1, max_length=255)
    customer_data: CustomerData | None = None
    body: dict[str, Any] | None = None


class PostRetry(RequestModel):
    """How to retry an event."""

    revision: Literal["accepted", "current"] = Field(
        default="accepted",
        description="Whether undecided rules use the revision in force, or that of the acceptance.",
    )


class PostCustomEvent(RequestModel):
    """A custom event to report."""

    event: EventReport


EventInList = Annotated[Any, WithJsonSchema({"$ref": "#/components/schemas/EventReport"})]
"""An event in a list: a malformed one is refused alone."""


class PostCustomEvents(RequestModel):
    """Custom events to report, in the order in which they are accepted."""

    events: list[EventInList] = Field(min_length=1, max_length=1000)


class ReceiptVerdict(TypedDict):
    """The verdict of one reactor or achievement, in short."""

    source: str
    verdict: Verdict
    because: str


class WalletChange(TypedDict):
    """What an event gave to a wallet and took from it, and its balance now."""

    given: ExactNumber
    taken: ExactNumber
    balance: ExactNumber
    pending: ExactNumber


class Receipt(TypedDict):
    """The outcome of an event and of all that it caused, for its member. `error`: why it failed."""

    status: Literal["applied", "failed"]
    decision: list[ReceiptVerdict]
    wallets: dict[str, WalletChange]
    achievements: list[JsonObject]
    badges: list[JsonObject]
    rewards: list[JsonObject]
    error: NotRequired[str]


class CustomEventId(TypedDict):
    """The id of an accepted event; with `Prefer: wait`, also its outcome."""

    customEventId: Id
    outcome: NotRequired[Receipt]


class BatchItem(TypedDict):
    """The response for one of many events: its id, or its faults."""

    customEventId: NotRequired[Id]
    errors: NotRequired[list[JsonObject]]


class BatchReceipt(TypedDict):
    """The responses for many events, in their order, and how many were accepted and refused."""

    items: list[BatchItem]
    accepted: int
    refused: int


class CustomEvent(TypedDict):
    """A custom event as it was reported."""

    customEventId: Id
    customerId: Id
    type: str
    eventName: str
    customerData: JsonObject
    body: JsonObject
    eventDate: Instant
    createdAt: Instant
    eventId: NotRequired[str]
    status: str
    removedAt: NotRequired[Instant]
    """When body, decision and deliveries of an old event were removed; then they are empty."""


class LedgerEntry(TypedDict):
    """One entry of the ledger."""

    kind: str
    wallet: str
    points: ExactNumber
    balance: ExactNumber
    source: str
    at: Instant


class EventOutcome(TypedDict):
    """The outcome of an event: ledger entries, and the events it caused, with their outcomes."""

    did: list[str]
    entries: list[LedgerEntry]
    caused: list[JsonObject]
    achievements: list[JsonObject]
    badges: list[JsonObject]
    rewards: list[JsonObject]


class FailedPart(TypedDict):
    """A part of a condition that made it false; of several, any one would have sufficed to make it true."""

    place: str
    actual: NotRequired[JsonObject]
    needed: NotRequired[str]
    within: NotRequired[list[str]]


# The functional syntax, because `from` is a keyword of Python.
DecisionReason = TypedDict(
    "DecisionReason",
    {
        "leaves": NotRequired[list[FailedPart]],
        "more": NotRequired[int],
        "from": NotRequired[Instant],
        "until": NotRequired[Instant],
        "used": NotRequired[ExactNumber],
        "most": NotRequired[ExactNumber],
        "unit": NotRequired[Literal["times", "points"]],
        "per": NotRequired[Literal["member", "program"]],
        "every": NotRequired[Period],
        "before": NotRequired[ExactNumber],
        "after": NotRequired[ExactNumber],
        "goal": NotRequired[ExactNumber],
        "completed": NotRequired[int],
    },
)
DecisionReason.__doc__ = """The facts behind a verdict.

False condition: `leaves` (`more`: how many others there are). Dates: `from` or `until`. Limit: `used` of `most`
`unit`, `per`, `every`. Progress: `before`, `after` and `goal`. Completed: `completed` of `most` times.
"""


class DecisionEntry(TypedDict):
    """The verdict of one reactor or achievement: `because` is a sentence, `place` is `file:line:column`."""

    source: str
    verdict: Verdict
    because: str
    place: str
    effects: list[JsonObject]
    reason: NotRequired[DecisionReason]


class Reversed(TypedDict):
    """The reversal by an event: the reversed event and share are unknown while it waits for that event."""

    type: str
    state: Literal["waiting", "joined"]
    customEventId: NotRequired[Id]
    share: NotRequired[ExactNumber]


class ReversedBy(TypedDict):
    """An event that reverses a share of another, from 0 to 1."""

    customEventId: Id
    share: ExactNumber


class CustomEventDetails(CustomEvent):
    """An event with its decision, its outcome and its deliveries."""

    error: str | None
    unreadable: NotRequired[str]
    revision: int
    revisionHash: str
    workflowId: str
    workflowUrl: NotRequired[str]
    reverses: NotRequired[Reversed]
    reversedBy: NotRequired[list[ReversedBy]]
    decision: list[DecisionEntry] | None
    outcome: EventOutcome
    deliveries: list[JsonObject]


class CustomEvents(Listed):
    """A page of custom events."""

    items: list[CustomEvent | UnreadableItem]


DETAILS: dict[str, Any] = {
    "customEventId": "0199c0de-7a11-7c0f-8e57-000000000001",
    "customerId": "0199c0de-7a11-7c0f-8e57-000000000002",
    "type": "purchase",
    "eventName": "A purchase at the till",
    "customerData": {"email": "anna@example.com"},
    "body": {"total": 12, "channel": "web"},
    "eventDate": "2026-05-01T09:00:00.000+02:00",
    "createdAt": "2026-05-01T09:00:02.114+02:00",
    "status": "applied",
    "eventId": "receipt-4711",
    "revision": 3,
    "revisionHash": "9f2c1d0e7b3a4c55d6e8f90112233445566778899aabbccddeeff0011223344f",
    "workflowId": "event/DEFAULT/0199c0de-7a11-7c0f-8e57-000000000001",
    "error": None,
    "decision": [
        {
            "source": "reactor/double-on-web",
            "verdict": "condition_false",
            "because": "event.body.total is 12, needed >= 20",
            "place": "reactors/double-on-web.yaml:1:1",
            "effects": [],
            "reason": {
                "leaves": [
                    {
                        "place": "reactors/double-on-web.yaml:4:14",
                        "actual": {"event.body.total": 12},
                        "needed": ">= 20",
                    }
                ]
            },
        },
        {
            "source": "reactor/welcome-back",
            "verdict": "limit_reached",
            "because": "limit reached: 7 of 7 this week, per member",
            "place": "reactors/welcome-back.yaml:1:1",
            "effects": [],
            "reason": {"used": 7, "most": 7, "unit": "times", "per": "member", "every": "week"},
        },
        {
            "source": "reactor/coffee-for-points",
            "verdict": "not_enough_points",
            "because": "not enough points: 120 of the 150 points that it takes",
            "place": "reactors/coffee-for-points.yaml:1:1",
            "effects": [],
            "reason": {"wallet": "points", "balance": 120, "needed": 150},
        },
        {
            "source": "achievement/regular",
            "verdict": "counted",
            "because": "progress 2 to 3 of 10",
            "place": "achievements/regular.yaml:1:1",
            "effects": [],
            "reason": {"before": 2, "after": 3, "goal": 10},
        },
    ],
    "outcome": {"did": ["regular 3/10"], "entries": [], "caused": [], "achievements": [], "badges": [], "rewards": []},
    "deliveries": [],
}
"""The example of an event in the OpenAPI document."""
