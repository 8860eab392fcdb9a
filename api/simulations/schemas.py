"""Simulations: request body and response."""

from typing import Any, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from api.events.schemas import DecisionEntry, EventOutcome, EventReport
from api.http.requests import RequestModel
from api.http.responses import ExactNumber, Id, Instant, JsonObject
from api.programs.schemas import MAX_FILES, MAX_REVISION
from api.transactions.schemas import ReportedTransaction


class PostSimulation(RequestModel):
    """An event to simulate, as `POST customEvent` takes it, or a `transaction`, as `POST transaction` does.

    `member` is an ad-hoc one, in place of `customerData`; `now` is when the event is reported. `files` is a program
    that need not be deployed, `revision` a deployed one, `draft` the one that you edit.
    """

    event: EventReport | None = None
    transaction: ReportedTransaction | None = None
    member: dict[str, Any] | None = None
    now: str | None = Field(default=None, max_length=64)
    files: dict[str, str] | None = Field(default=None, min_length=1, max_length=MAX_FILES)
    revision: int | None = Field(default=None, ge=1, le=MAX_REVISION)
    draft: bool = False


class SimulatedEvent(TypedDict):
    """An event that would happen, with its decision and outcome."""

    type: str
    body: JsonObject
    eventDate: Instant
    createdAt: Instant
    error: str | None
    decision: list[DecisionEntry]
    outcome: EventOutcome


class SimulatedAmounts(TypedDict):
    """Points of one wallet."""

    active: ExactNumber
    pending: ExactNumber
    earned: ExactNumber
    spent: ExactNumber
    expired: ExactNumber


class SimulatedProgress(TypedDict):
    """A member's progress with an achievement, and how often they completed it."""

    completed: int
    progress: ExactNumber
    goal: ExactNumber


class SimulatedStanding(TypedDict):
    """The state of a member."""

    tier: str | None
    tiers: NotRequired[dict[str, str | None]]
    wallets: dict[str, SimulatedAmounts]
    badges: dict[str, int]
    attributes: JsonObject
    achievements: dict[str, SimulatedProgress]


class SimulatedMessage(TypedDict):
    """A message to subscriptions, in the current format; one with a `url` is a reactor's call (`call_webhook`)."""

    name: str
    event: str
    url: str | None
    body: JsonObject


class Simulation(TypedDict):
    """The result of a simulated event.

    `meanwhile`: what is due before it; `customerId`: null if the member does not exist.
    """

    revision: int | Literal["undeployed"]
    revisionHash: str
    customerId: Id | None
    now: Instant
    meanwhile: list[SimulatedEvent]
    events: list[SimulatedEvent]
    before: SimulatedStanding
    after: SimulatedStanding
    messages: list[SimulatedMessage]
