"""The messages between workflows and activities: ids, dates and amounts, never personal data.

They are written into workflow histories: add a field with a default, never rename or remove one.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from rules.frozen import frozen_at_type_check

NOBODY: Final = ""
"""The member of an event that belongs to no member."""


@frozen_at_type_check
class EventRef:
    """A stored event."""

    store: str
    id: str
    type: str
    member: str
    revision: int
    """The program in force when the event was accepted; it decides the event, whatever is deployed later."""

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
    """The endpoint has been failing, so the first attempt must not delay a workflow task."""

    @property
    def workflow_id(self) -> str:
        """The id of the workflow that continues the delivery after the first minute."""
        return f"delivery/{self.store}/{self.id}"


@dataclass(frozen=True)
class ResendRef:
    """A job that resends many deliveries of a store."""

    store: str
    id: str

    @property
    def workflow_id(self) -> str:
        """The id of the workflow that runs the job."""
        return f"resend/{self.store}/{self.id}"


@dataclass(frozen=True)
class ResendProgress:
    """The progress of a resend job, out of `total`, which was counted before it began."""

    total: int
    looked_at: int
    resent: int
    is_done: bool
    """Whether the job is done or cancelled."""


@dataclass(frozen=True)
class NoticeProgress:
    """The progress of a store's job that moves notices after a change of their days."""

    looked_at: int = 0
    moved: int = 0
    again_in_seconds: float | None = None
    """How long to wait before the next page; None: all notices are moved."""


def notices_workflow_id(store: str) -> str:
    """Return the id of the workflow that moves the notices of a store."""
    return f"notices/{store}"


@dataclass(frozen=True)
class StepResult:
    """The result of one step of an event, and what it leaves to do."""

    did: list[str] = field(default_factory=list)
    """What the step did, in words, for readers of the history: `+100 points`, `seven-days 3/7`."""
    caused: list[EventRef] = field(default_factory=list)
    """The events that the step caused; the same workflow processes them."""
    deliveries: list[DeliveryRef] = field(default_factory=list)
    wakes_clock: bool = False
    """Whether the store's clock must wake up earlier than planned."""
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
    """The progress of one pass over the old events of a store."""

    store: str
    begin_at: datetime | None = None
    """Where the pass began in the order of receipt; None: at the oldest event."""
    after_at: datetime | None = None
    after_id: str = ""
    """The last event that was examined, by its time of receipt and its id."""
    removed: int = 0
    """Events whose details this pass removed."""
    first_kept_at: datetime | None = None
    """When the first event that is still needed was received; the next pass begins there."""
    is_done: bool = False
    is_off: bool = False
    """Whether everything is kept for ever."""


@dataclass(frozen=True)
class ErasurePass:
    """The progress of erasing a member's personal data."""

    store: str
    member: str
    rows: int = 0
    """How many rows were erased."""
    waits: bool = False
    """Whether events accepted before the member was closed are still in flight."""
    is_done: bool = False


@dataclass(frozen=True)
class BatchOptions:
    """How a batch runs its events."""

    by_member: bool = True
    """Run members side by side, each one's events in order; retry what waits, and leave it to the relay at the end."""


@dataclass(frozen=True)
class BatchResult:
    """The result of one activity of a batch, and what it left."""

    did: list[str] = field(default_factory=list)
    """What each event did, in words."""
    deliveries: list[DeliveryRef] = field(default_factory=list)
    wakes_clock: bool = False
    """Whether the store's clock must wake up earlier than planned."""
    left: list[str] = field(default_factory=list)
    """The ids of the events that were not run: time ran out, or an event before them is still in a queue."""


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
    """Whether the page was full, so that there may be another one."""
    waits: bool = False
    """Whether every due item waits for events of its member, or for the database, so that none was run."""
    next_at: datetime | None = None
    """If nothing was run, when another item is due."""


@dataclass(frozen=True)
class NextDue:
    """When the store's next item is due; None: there is none."""

    at: datetime | None = None


@dataclass(frozen=True)
class MergeRef:
    """A merge of two members."""

    store: str
    id: str


@dataclass(frozen=True)
class MergeOutcome:
    """The status of a merge: `waiting`, `done` or `refused`."""

    status: str


_MERGE = "merge/"


def merge_workflow_id(store: str, merge_id: str) -> str:
    """Return the id of the workflow of a merge, which owns the events that hold up both queues."""
    return f"{_MERGE}{store}/{merge_id}"


def is_held_by_merge(owner: str | None) -> bool:
    """Return whether an event with this owner holds up a queue until a merge is done: no other workflow may run it."""
    return owner is not None and owner.startswith(_MERGE)


@dataclass(frozen=True)
class ImportRef:
    """A stored import."""

    store: str
    id: str


@dataclass(frozen=True)
class ImportProgress:
    """The progress of an import: its status, lines and bytes."""

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
    """The progress of an export: its status, and rows."""

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
