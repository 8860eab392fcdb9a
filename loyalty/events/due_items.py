"""One thing that is due, as the clock does it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loyalty.ids import caused_id
from loyalty.program.program import Program
from loyalty.references import EventRef
from loyalty.store.repositories import Books, NewEvent


@dataclass(frozen=True, slots=True)
class Ring:
    """One thing that is due."""

    tx: Books
    program: Program
    revision: int
    now: datetime
    subject: str
    due_at: datetime

    def event(self, type_: str, member_id: str, body: Mapping[str, Any], *, name: str = "") -> EventRef:
        """Store the event that tells of it: one of a kind for each subject, or for each `name` of one."""
        event_id = caused_id(self.subject, f"{type_}/{name}" if name else type_)
        new = NewEvent(event_id, type_, member_id, self.due_at, body, self.revision)
        self.tx.events.add(new, now=self.now)
        return EventRef(self.tx.store, new.id, type_, member_id, self.revision)

    def then(self, deadline: tuple[datetime, str] | None) -> None:
        """What of it falls due next."""
        if deadline is None:
            self.tx.deadlines.clear(self.subject)
        else:
            self.tx.deadlines.set(self.subject, deadline[1], deadline[0])
