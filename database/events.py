"""Events: accepted, decided, applied."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, bindparam, select, update

from database.pages import Found, Page, find
from database.queries import Queries
from database.tables import event, step
from loyalty.member import Event

FIRST_RELAY = timedelta(seconds=5)
"""How long the relay leaves a new event to whoever accepted it."""

_BY_EXTERNAL_ID = select(event).where(event.c.store == bindparam("in_store"), event.c.external_id == bindparam("named"))
"""Built once: building a statement costs more than running it, and every event asks."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to store. `time` is when it happened, `revision` the program in force when it was accepted."""

    id: str
    type: str
    member: str
    time: datetime
    body: Mapping[str, Any]
    revision: int
    external_id: str | None = None
    fingerprint: str | None = None
    customer_data: Mapping[str, Any] | None = None
    parent: str | None = None
    depth: int = 0


class Events(Queries):
    """Events of one store."""

    def add(self, new: NewEvent, *, now: datetime) -> bool:
        """Store an event; False where it, or one of the same external id, is there already."""
        return self.insert_once(
            event,
            {
                "id": new.id,
                "store": self.store,
                "type": new.type,
                "member": new.member,
                "external_id": new.external_id,
                "fingerprint": new.fingerprint,
                "customer_data": new.customer_data,
                "body": new.body,
                "time": new.time,
                "received_at": now,
                "revision": new.revision,
                "parent": new.parent,
                "depth": new.depth,
                "status": "received",
                # What an event causes is answered by its own workflow: the relay starts only first ones.
                "start_after": None if new.parent else now + FIRST_RELAY,
            },
        )

    def get(self, event_id: str) -> RowMapping | None:
        """One event's row."""
        statement = select(event).where(event.c.store == self.store, event.c.id == event_id)
        return self.connection.execute(statement).mappings().first()

    def by_external_id(self, external_id: str) -> RowMapping | None:
        """The event that a client gave an id of its own."""
        found = self.connection.execute(_BY_EXTERNAL_ID, {"in_store": self.store, "named": external_id})
        return found.mappings().first()

    def caused_by(self, event_id: str) -> list[RowMapping]:
        """The events that one caused, in the order of their causing."""
        statement = select(event).where(event.c.store == self.store, event.c.parent == event_id)
        return list(self.connection.execute(statement.order_by(event.c.received_at, event.c.id)).mappings())

    def page(self, page: Page, *, without: Iterable[str]) -> Found:
        """Events of all but some types, in the order they were received."""
        within = and_(event.c.store == self.store, event.c.type.not_in(list(without)))
        return find(self.connection, event, page, within=within, by=event.c.received_at)

    def set_decided(self, event_id: str, decision: list[dict[str, Any]]) -> None:
        """Keep the decision."""
        self._update(event_id, status="decided", decision=decision)

    def set_applied(self, event_id: str, *, now: datetime) -> None:
        """Everything the decision caused is done."""
        self._update(event_id, status="applied", settled_at=now, start_after=None)

    def set_failed(self, event_id: str, error: str, *, now: datetime) -> None:
        """The event cannot be answered; the error says why."""
        self._update(event_id, status="failed", error=error, settled_at=now, start_after=None)

    def step(self, event_id: str, name: str) -> Any:
        """What a step that is done answered; None while it is not."""
        statement = select(step.c.result).where(step.c.event == event_id, step.c.name == name)
        return self.connection.execute(statement).scalar_one_or_none()

    def set_step(self, event_id: str, name: str, result: Any) -> None:
        """Keep what a step answered, so that a second run of it gives the same answer."""
        self.connection.execute(step.insert().values(event=event_id, name=name, result=result))

    def _update(self, event_id: str, **values: Any) -> None:
        here = update(event).where(event.c.store == self.store, event.c.id == event_id)
        self.connection.execute(here.values(values))


def as_event(row: RowMapping) -> Event:
    """An event's row as the core sees it."""
    return Event(row["id"], row["type"], row["member"], row["time"], row["body"], row["depth"])


def waiting(connection: Connection, *, now: datetime, limit: int, again_after: timedelta) -> list[RowMapping]:
    """Events, of any store, whose workflow should have been started by now; asked for again only after a while."""
    due = (
        select(event.c.id)
        .where(event.c.start_after <= now)
        .order_by(event.c.start_after)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(event)
        .where(event.c.id.in_(due.scalar_subquery()))
        .values(start_after=now + again_after)
        .returning(event.c.store, event.c.id, event.c.type, event.c.member, event.c.revision)
    )
    return list(connection.execute(statement).mappings())
