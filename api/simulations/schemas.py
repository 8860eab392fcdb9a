"""Simulations as answers show them."""

from typing import Literal

from typing_extensions import TypedDict

from api.events.schemas import Answer, Outcome
from api.responses import Id, Instant, JsonObject, Number


class SimulatedEvent(TypedDict):
    """An event that would happen, with what would come of it."""

    type: str
    body: JsonObject
    eventDate: Instant
    createdAt: Instant
    error: str | None
    decision: list[Answer]
    outcome: Outcome


class SimulatedAmounts(TypedDict):
    """Points of one wallet."""

    active: Number
    pending: Number
    earned: Number
    spent: Number
    expired: Number


class SimulatedProgress(TypedDict):
    """How far a member is with an achievement, and how often they completed it."""

    completed: int
    progress: Number
    goal: Number


class SimulatedStanding(TypedDict):
    """Where a member stands."""

    tier: str | None
    wallets: dict[str, SimulatedAmounts]
    badges: dict[str, int]
    attributes: JsonObject
    achievements: dict[str, SimulatedProgress]


class SimulatedMessage(TypedDict):
    """A message in the current format, for whoever subscribed to it; `url`: of what a reactor sends by itself."""

    name: str
    event: str
    url: str | None
    body: JsonObject


class Simulation(TypedDict):
    """What an event would do. `meanwhile`: what falls due before; `customerId`: null of somebody there is not."""

    revision: int | Literal["undeployed"]
    revisionHash: str
    customerId: Id | None
    now: Instant
    meanwhile: list[SimulatedEvent]
    events: list[SimulatedEvent]
    before: SimulatedStanding
    after: SimulatedStanding
    messages: list[SimulatedMessage]
