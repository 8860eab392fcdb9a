"""What workflows and activities hand one another: ids, dates and amounts, never personal data.

These are written into workflow histories: fields may be added with a default, never renamed or removed.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rules.frozen import frozen_at_type_check


@frozen_at_type_check
class EventRef:
    """One stored event."""

    store: str
    id: str
    type: str
    member: str
    revision: int
    """The program in force when it was accepted: it answers to that one, whatever is deployed later."""

    @property
    def workflow_id(self) -> str:
        """The id of the workflow that answers it."""
        return f"event/{self.store}/{self.id}"


@dataclass(frozen=True)
class DeliveryRef:
    """One message on its way to one URL."""

    store: str
    id: str
    name: str
    slow: bool = False
    """Its endpoint has been failing: let no quick first attempt wait for it."""

    @property
    def workflow_id(self) -> str:
        """The id of the workflow that goes on with it when its first minute is over."""
        return f"delivery/{self.store}/{self.id}"


@dataclass(frozen=True)
class StepResult:
    """What one step did, and what follows from it."""

    did: list[str] = field(default_factory=list)
    """In words, for whoever reads the history: `+100 points`, `seven-days 3/7`."""
    caused: list[EventRef] = field(default_factory=list)
    deliveries: list[DeliveryRef] = field(default_factory=list)
    wakes_clock: bool = False
    """Something falls due before the store's clock would ring."""
    error: str = ""
    """Why the event cannot be answered to the end."""
    fired: list[str] = field(default_factory=list)
    """Of a decision: the sources that fired, `reactor/NAME` and `achievement/NAME`."""
    steps: list[str] = field(default_factory=list)
    """Of a decision: the activities that apply it, in their order."""

    @property
    def is_nothing(self) -> bool:
        """Whether a step did nothing, and leaves nothing to do."""
        asks = self.caused or self.deliveries or self.steps or self.wakes_clock
        return not (self.did or self.fired or self.error or asks)


@dataclass(frozen=True)
class EventOutcome:
    """The result of an event's workflow, as ops see it."""

    outcome: str
    fired: list[str]
    did: list[str]
    error: str = ""


@dataclass(frozen=True)
class DeliveryAttempt:
    """What one attempt to deliver came to."""

    delivered: bool
    again_in_seconds: float | None = None
    """None: there is no next attempt."""
    because: str = ""


@dataclass(frozen=True)
class DueBatch:
    """What the clock found due."""

    due: list[EventRef] = field(default_factory=list)
    more: bool = False
    """There was more than one page of it."""


@dataclass(frozen=True)
class NextDue:
    """When the clock has to ring next; None: nothing is due at any time."""

    at: datetime | None = None


def to_json(applied: StepResult) -> dict[str, Any]:
    """A step's answer, for the database."""
    return {
        "did": applied.did,
        "caused": [[ref.store, ref.id, ref.type, ref.member, ref.revision] for ref in applied.caused],
        "deliveries": [[ref.store, ref.id, ref.name, ref.slow] for ref in applied.deliveries],
        "wakes_clock": applied.wakes_clock,
        "error": applied.error,
        "fired": applied.fired,
        "steps": applied.steps,
    }


def from_json(stored: dict[str, Any]) -> StepResult:
    """The answer that `to_json` wrote."""
    return StepResult(
        did=stored["did"],
        caused=[EventRef(*ref) for ref in stored["caused"]],
        deliveries=[DeliveryRef(*ref) for ref in stored["deliveries"]],
        wakes_clock=stored["wakes_clock"],
        error=stored["error"],
        fired=stored["fired"],
        steps=stored["steps"],
    )
