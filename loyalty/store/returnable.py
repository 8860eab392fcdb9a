"""A member's returnable and reversible history, with what is needed to take it back exactly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loyalty.store.contributions import Contribution
from loyalty.store.events import EventState, StoredEvent
from loyalty.store.reversals import ReversibleEvent, StoredReversal
from loyalty.store.transactions import StoredTransaction


@dataclass(frozen=True, slots=True)
class ReturnableEvent:
    """An event that can be returned, returns another, or was caused by one of these.

    `facts`: what its decision read; None: it was not stored. `contributions`: what it added to achievements and limits.
    """

    event: StoredEvent
    facts: Mapping[str, Any] | None = None
    contributions: Sequence[Contribution] = ()


@dataclass(frozen=True, slots=True)
class ReturnablePast:
    """The returnable events of one member in the order of receipt, and which of them returns which."""

    events: Sequence[ReturnableEvent] = ()
    transactions: Sequence[StoredTransaction] = ()
    reversals: Sequence[StoredReversal] = ()
    reversible: Sequence[ReversibleEvent] = ()
    waiting: Sequence[EventState] = ()
    """Events outside the queue, whose reversed events are not known yet."""


NO_PAST = ReturnablePast()
