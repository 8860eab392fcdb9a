"""The messages between workflows and activities: ids, dates and amounts, never personal data.

They are written into workflow histories: add a field with a default, never rename or remove one.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from rules.frozen import frozen_at_type_check

NOBODY: Final = ""
"""The member of an event that belongs to none."""


@frozen_at_type_check
class EventRef:
    """A stored event."""

    store: str
    id: str
    type: str
    member: str
    revision: int
    """The program in force when the event was accepted; it is decided by that one, whatever is deployed later."""

    @property
    def workflow_id(self) -> str:
        """The id of the workflow that processes it."""
        return f"event/{self.store}/{self.id}"


@dataclass(frozen=True)
class DeliveryRef:
    """A stored delivery: one message to one URL."""

    store: str
    id: str
    name: str
    slow: bool = False
    """The endpoint has been failing, so the first attempt must not hold up a workflow task."""

    @property
    def workflow_id(self) -> str:
        """The id of the workflow that continues it after the first minute."""
        return f"delivery/{self.store}/{self.id}"


@dataclass(frozen=True)
class ResendRef:
    """A job that sends many deliveries of a store again."""

    store: str
    id: str

    @property
    def workflow_id(self) -> str:
        """The id of the workflow that does it."""
        return f"resend/{self.store}/{self.id}"


@dataclass(frozen=True)
class ResendProgress:
    """How far a job has come that sends deliveries again: of `total`, which were counted before it began."""

    total: int
    looked_at: int
    resent: int
    is_done: bool
    """It is done or cancelled."""


@dataclass(frozen=True)
class NoticeProgress:
    """How far the job of a store has come that moves notices after a change of their days."""

    looked_at: int = 0
    moved: int = 0
    again_in_seconds: float | None = None
    """How long to wait before the next page; None: all are where they belong."""


def notices_workflow_id(store: str) -> str:
    """Return the id of the workflow that moves the notices of a store."""
    return f"notices/{store}"


@dataclass(frozen=True)
class StepResult:
    """What one step of an event did, and what it leaves to do."""

    did: list[str] = field(default_factory=list)
    """What the step did, in words, for readers of the history: `+100 points`, `seven-days 3/7`."""
    caused: list[EventRef] = field(default_factory=list)
    """The events that the step caused; they are processed by the same workflow."""
    deliveries: list[DeliveryRef] = field(default_factory=list)
    wakes_clock: bool = False
    """The store's clock must wake up earlier than it knows."""
    error: str = ""
    """Why the event fails; empty if it does not."""
    fired: list[str] = field(default_factory=list)
    """Of the step `decide`: the sources that fired, `reactor/NAME` and `achievement/NAME`."""
    steps: list[str] = field(default_factory=list)
    """Of the step `decide`: the activities that apply the decision, in order."""
    waits: bool = False
    """Of the step `decide`: nothing was done, since an event before it is still in the member's queue."""
    owner: str = ""
    """The id of the workflow that runs the event instead of this one: nothing was done. Empty: this one runs it."""

    @property
    def is_nothing(self) -> bool:
        """Whether the step did nothing, and leaves nothing to do."""
        leaves = self.caused or self.deliveries or self.steps or self.wakes_clock
        return not (self.did or self.fired or self.error or leaves)


@dataclass(frozen=True)
class RetentionPass:
    """How far one pass over the old events of a store has come."""

    store: str
    begin_at: datetime | None = None
    """Where the pass began in the order of receipt; None: at the oldest event."""
    after_at: datetime | None = None
    after_id: str = ""
    """The last event that was looked at, by when it was received and its id."""
    removed: int = 0
    """Events whose details this pass removed."""
    first_kept_at: datetime | None = None
    """When the first event was received that is still needed; the next pass begins there."""
    is_done: bool = False
    is_off: bool = False
    """Everything is kept for ever."""


@dataclass(frozen=True)
class ErasurePass:
    """How far the erasing of what is personal of a member has come."""

    store: str
    member: str
    rows: int = 0
    """How many rows were erased."""
    waits: bool = False
    """Events that were accepted before the member was closed are under way."""
    is_done: bool = False


@dataclass(frozen=True)
class BatchOptions:
    """How a batch runs its events."""

    by_member: bool = True
    """Members side by side, each one's events in order; what waits is tried again, and left to the relay at the end."""


@dataclass(frozen=True)
class BatchResult:
    """What one activity of a batch did, and what it left."""

    did: list[str] = field(default_factory=list)
    """What each event did, in words."""
    deliveries: list[DeliveryRef] = field(default_factory=list)
    wakes_clock: bool = False
    """The store's clock must wake up earlier than it knows."""
    left: list[str] = field(default_factory=list)
    """The ids of the events that were not run: there was no time, or an event before them is still in a queue."""


@dataclass(frozen=True)
class EventOutcome:
    """The result of an event's workflow. `outcome` is `applied`, `nothing`, `failed` or `handed_over`."""

    outcome: str
    fired: list[str]
    did: list[str]
    error: str = ""


@dataclass(frozen=True)
class DeliveryAttempt:
    """The result of one attempt to deliver; `because` is empty if it succeeded."""

    delivered: bool
    again_in_seconds: float | None = None
    """The wait before the next attempt; None: there is none."""
    because: str = ""


@dataclass(frozen=True)
class DueBatch:
    """The events of one page of due items."""

    due: list[EventRef] = field(default_factory=list)
    more: bool = False
    """The page was full, so there may be another one."""
    waits: bool = False
    """Nothing was run: every item that is due waits for events of its member, or for the database."""
    next_at: datetime | None = None
    """If nothing was run, when another item is due."""


@dataclass(frozen=True)
class NextDue:
    """When the store's next item is due; None: nothing is."""

    at: datetime | None = None


@dataclass(frozen=True)
class MergeRef:
    """A merge of two members."""

    store: str
    id: str


@dataclass(frozen=True)
class MergeOutcome:
    """What became of a merge: `waiting`, `done` or `refused`."""

    status: str


_MERGE = "merge/"


def merge_workflow_id(store: str, merge_id: str) -> str:
    """The id of the workflow of a merge, which owns the events that hold up both queues."""
    return f"{_MERGE}{store}/{merge_id}"


def is_held_by_merge(owner: str | None) -> bool:
    """Return whether an event with this owner holds up a queue until a merge is done: nothing else may run it."""
    return owner is not None and owner.startswith(_MERGE)


@dataclass(frozen=True)
class ImportRef:
    """A stored import."""

    store: str
    id: str


@dataclass(frozen=True)
class ImportProgress:
    """How far an import is: its status, lines and bytes."""

    status: str
    read: int = 0
    done: int = 0
    repeated: int = 0
    refused: int = 0
    offset: int = 0
    size: int = 0


@dataclass(frozen=True)
class ExportRef:
    """A stored export."""

    store: str
    id: str


@dataclass(frozen=True)
class ExportProgress:
    """How far an export is: its status, and rows."""

    status: str
    rows: int = 0


def to_json(result: StepResult) -> dict[str, Any]:
    """Return a step's result as the database stores it."""
    return {
        "did": result.did,
        "caused": [[ref.store, ref.id, ref.type, ref.member, ref.revision] for ref in result.caused],
        "deliveries": [[ref.store, ref.id, ref.name, ref.slow] for ref in result.deliveries],
        "wakes_clock": result.wakes_clock,
        "error": result.error,
        "fired": result.fired,
        "steps": result.steps,
    }


def from_json(stored: dict[str, Any]) -> StepResult:
    """Return the result that `to_json` wrote."""
    return StepResult(
        did=stored["did"],
        caused=[EventRef(*ref) for ref in stored["caused"]],
        deliveries=[DeliveryRef(*ref) for ref in stored["deliveries"]],
        wakes_clock=stored["wakes_clock"],
        error=stored["error"],
        fired=stored["fired"],
        steps=stored["steps"],
    )
