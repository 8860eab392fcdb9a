"""The context of one due item, as the clock runs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loyalty.ids import caused_id
from loyalty.program.program import Program
from loyalty.references import EventRef
from loyalty.store.due_items import DueKind
from loyalty.store.events import NewEvent
from loyalty.store.repositories import StoreRepositories

CLOCK = "clock"
"""The source of ledger entries and messages that come from due items."""


@dataclass(frozen=True, slots=True)
class DueItemContext:
    """One due item: the store's repositories, the program in force, and the item's subject and time."""

    tx: StoreRepositories
    program: Program
    revision: int
    now: datetime
    subject: str
    due_at: datetime

    def record(self, type_: str, member_id: str, body: Mapping[str, Any], *, name: str = "") -> EventRef:
        """Store the built-in event that reports the item: one of a type for each subject, or for each `name`."""
        event_id = caused_id(self.subject, f"{type_}/{name}" if name else type_)
        new = NewEvent(event_id, type_, member_id, self.due_at, body, self.revision)
        self.tx.events.add(new, now=self.now)
        return EventRef(self.tx.store, new.id, type_, member_id, self.revision)

    def set_next(self, due: tuple[datetime, DueKind] | None) -> None:
        """Store the next due item of the subject; None: there is none."""
        if due is None:
            self.tx.due_items.clear(self.subject)
        else:
            self.tx.due_items.set(self.subject, due[1], due[0])
