"""Custom events as answers show them."""

from typing import NotRequired

from typing_extensions import TypedDict

from api.answers import Id, Instant, JsonObject, Number, Total


class CustomEventId(TypedDict):
    """The id of an accepted event."""

    customEventId: Id


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


class LedgerEntry(TypedDict):
    """One line of the ledger."""

    kind: str
    wallet: str
    points: Number
    balance: Number
    source: str
    at: Instant


class Outcome(TypedDict):
    """What came of an event: ledger lines, and the events it caused, with what came of them."""

    did: list[str]
    entries: list[LedgerEntry]
    caused: list[JsonObject]
    achievements: list[JsonObject]
    badges: list[JsonObject]
    rewards: list[JsonObject]


class CustomEventDetails(CustomEvent):
    """An event with its decision, its outcome and its deliveries."""

    error: str | None
    revision: int
    workflowId: str
    workflowUrl: NotRequired[str]
    decision: list[JsonObject] | None
    outcome: Outcome
    deliveries: list[JsonObject]


class CustomEvents(TypedDict):
    """A page of custom events."""

    items: list[CustomEvent]
    total: Total
