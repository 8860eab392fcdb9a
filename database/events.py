"""Events: accepted, decided, applied."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, bindparam, exists, select, update

from database.pages import Found, Page, find
from database.queries import Queries, prepared
from database.tables import event, step, store, subscription
from loyalty.decisions.decision import Decision
from loyalty.decisions.decision_json import to_json as decision_to_json
from loyalty.references import StepResult
from loyalty.references import to_json as applied_to_json
from loyalty.store.events import EventState, NewEvent
from loyalty.store.rows import Row

FIRST_RELAY = timedelta(seconds=5)
"""How long the relay leaves a new event to whoever accepted it."""

WORKED_ON = timedelta(minutes=5)
"""How long it leaves one that is decided to its workflow."""


class Events(Queries):
    """Events of one store."""

    def add(self, new: NewEvent, *, now: datetime) -> bool:
        """Store an event; False where it, or one of the same external id, is there already."""
        return self.insert_once(
            event,
            {
                "id": new.id,
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

    def get(self, event_id: str) -> Row | None:
        """One event's row."""
        return self.first(event, id=event_id)

    def by_external_id(self, external_id: str) -> Row | None:
        """The event that a client gave an id of its own."""
        return self.first(event, external_id=external_id)

    def caused_by(self, event_id: str) -> list[Row]:
        """The events that one caused, in the order of their causing."""
        return self.rows(event, ("received_at", "id"), parent=event_id)

    def page(self, page: Page, *, without: Iterable[str]) -> Found:
        """Events of all but some types, in the order they were received."""
        within = and_(event.c.store == self.store, event.c.type.not_in(list(without)))
        return find(self.connection, event, page, within=within, by=event.c.received_at)

    def state(self, event_id: str, step: str) -> EventState | None:
        """Return an event with all that the named step of it starts from."""
        here = {"in_store": self.store, "the_event": event_id, "the_step": step}
        row = prepared(_STATE).first(self.connection, here)
        return None if row is None else EventState(*[row[name] for name in _STATE_COLUMNS])

    def set_decided(self, event_id: str, decision: Decision, *, now: datetime) -> None:
        """Keep the decision. A workflow is at work: the relay need not look for a while."""
        relay_at = now + WORKED_ON
        kept = decision_to_json(decision)
        self.alter(event, {"id": event_id}, status="decided", decision=kept, start_after=relay_at)

    def set_applied(self, event_id: str, *, now: datetime, decision: Decision | None = None) -> None:
        """Everything the decision caused is done; `decision`: with what was added to it."""
        kept = {} if decision is None else {"decision": decision_to_json(decision)}
        self.alter(event, {"id": event_id}, status="applied", settled_at=now, start_after=None, **kept)

    def set_failed(self, event_id: str, error: str, *, now: datetime) -> None:
        """The event cannot be answered; the error says why."""
        self.alter(event, {"id": event_id}, status="failed", error=error, settled_at=now, start_after=None)

    def set_step(self, event_id: str, name: str, result: StepResult) -> None:
        """Keep what a step answered, so that a second run of it gives the same answer."""
        self.insert(step, {"event": event_id, "name": name, "result": applied_to_json(result)})

    def step_results(self, event_id: str) -> list[Any]:
        """What the steps that are done answered."""
        return [row["result"] for row in self.rows(step, ("name",), event=event_id)]


_LIVE = exists().where(subscription.c.store == event.c.store, subscription.c.disabled_at.is_(None))
_STATE_COLUMNS = tuple(field.name for field in fields(EventState))
_STATE = (
    select(
        event,
        step.c.result.label("step_result"),
        store.c.clock_rings_at.label("clock_due_at"),
        _LIVE.label("has_subscribers"),
    )
    .join(store, store.c.code == event.c.store)
    .outerjoin(step, and_(step.c.event == event.c.id, step.c.name == bindparam("the_step")))
    .where(event.c.store == bindparam("in_store"), event.c.id == bindparam("the_event"))
)


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
