"""What is stuck or late: events, due items, deliveries, clocks and files, with the reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

StuckKind: TypeAlias = Literal["event", "due_item", "delivery", "clock", "import", "export"]
StuckState: TypeAlias = Literal["failed", "skipped", "overdue"]
"""`failed`: set aside or given up, until it is retried.

`skipped`: a delivery whose subscription was disabled or removed. `overdue`: it should have continued by now.
"""


@dataclass(frozen=True, slots=True)
class StuckThing:
    """Something that is stuck."""

    kind: StuckKind
    state: StuckState
    id: str
    """Of a due item `SUBJECT/KIND`, of a clock the store's code, of all others their id."""
    name: str
    """The type of the event or the file, the kind of the due item, the name of the message, or the store's code."""
    member: str | None
    event: str | None
    """The event whose message a delivery sends."""
    since: datetime
    """When it failed, or when it was due; of an overdue event, when it was received. Aware UTC."""
    reason: str

    @property
    def can_be_retried(self) -> bool:
        """Whether it only continues after a retry by request."""
        return self.state != "overdue"
