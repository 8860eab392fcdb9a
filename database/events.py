"""Events: accepted, decided, applied or failed."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, bindparam, exists, select, update

from database.pages import PageRequest, PageResult, find_page
from database.queries import Queries, WriteQueries, columns_of
from database.sqlite_fast_path import Prepared
from database.tables import event, step, store, subscription
from loyalty.decisions.decision import Decision
from loyalty.decisions.decision_json import to_json as decision_to_json
from loyalty.references import EventRef, StepResult
from loyalty.references import to_json as step_result_to_json
from loyalty.store.events import EventState, NewEvent, ReportedId, StoredEvent

RELAY_DELAY = timedelta(seconds=5)
"""How long the relay leaves a new event to the process that accepted it."""

STALLED_AFTER = timedelta(minutes=5)
"""How long it leaves a decided event to its workflow."""

_LIVE = exists().where(subscription.c.store == event.c.store, subscription.c.disabled_at.is_(None))
_STATE = Prepared(
    select(
        event.c.id,
        event.c.type,
        event.c.member,
        event.c.time,
        event.c.body,
        event.c.revision,
        event.c.external_id,
        event.c.parent,
        event.c.depth,
        event.c.received_at,
        event.c.status,
        event.c.decision,
        step.c.result.label("step_result"),
        store.c.clock_rings_at.label("clock_due_at"),
        _LIVE.label("has_subscribers"),
    )
    .join(store, store.c.code == event.c.store)
    .outerjoin(step, and_(step.c.event == event.c.id, step.c.name == bindparam("the_step")))
    .where(event.c.store == bindparam("in_store"), event.c.id == bindparam("the_event")),
    EventState,
)
_REPORTED = Prepared(
    select(*columns_of(ReportedId, event)).where(
        event.c.store == bindparam("in_store"), event.c.external_id == bindparam("the_external_id")
    ),
    ReportedId,
)


class EventQueries(Queries):
    """Reads the events of one store."""

    def get(self, event_id: str) -> StoredEvent | None:
        """Return one event."""
        return self.find_one(StoredEvent, event, id=event_id)

    def by_external_id(self, external_id: str) -> StoredEvent | None:
        """Return the event to which a client gave this id."""
        return self.find_one(StoredEvent, event, external_id=external_id)

    def reported_as(self, external_id: str) -> ReportedId | None:
        """Return the id of the event to which a client gave this id."""
        return _REPORTED.first(self.connection, {"in_store": self.store, "the_external_id": external_id})

    def caused_by(self, event_id: str) -> list[StoredEvent]:
        """Return the events that one caused, in the order in which it caused them."""
        return self.find_all(StoredEvent, event, ("received_at", "id"), parent=event_id)

    def page(self, page: PageRequest, *, without: Iterable[str]) -> PageResult[StoredEvent]:
        """Return a page of the events of all but some types, in the order they were received."""
        within = and_(event.c.store == self.store, event.c.type.not_in(list(without)))
        return find_page(self.connection, StoredEvent, event, page, within=within, order_by=event.c.received_at)

    def state(self, event_id: str, step: str) -> EventState | None:
        """Return an event with all that the named step of it starts from."""
        return _STATE.first(self.connection, {"in_store": self.store, "the_event": event_id, "the_step": step})

    def settled(self, ids: Iterable[str]) -> set[str]:
        """Return those of these events that are applied or failed."""
        is_settled = event.c.status.in_(("applied", "failed"))
        here = select(event.c.id).where(event.c.store == self.store, event.c.id.in_(list(ids)), is_settled)
        return set(self.connection.execute(here).scalars())

    def log_of(self, event_id: str) -> list[str]:
        """Return what the steps of an event did, in words: `+100 points`, `seven-days 3/7`."""
        here = select(step.c.result).where(step.c.store == self.store, step.c.event == event_id).order_by(step.c.name)
        return [line for result in self.connection.execute(here).scalars() for line in result["did"]]


class Events(EventQueries, WriteQueries):
    """The events of one store."""

    def add(self, new: NewEvent, *, now: datetime) -> bool:
        """Store an event; return False if its id, or its external id, is stored already."""
        return self.insert_if_absent(
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
                # The workflow of an event also processes what it causes: the relay starts no workflow for those.
                "start_after": None if new.parent else now + RELAY_DELAY,
            },
        )

    def set_decided(self, event_id: str, decision: Decision, *, now: datetime) -> None:
        """Store the decision on an event. Its workflow runs, so the relay leaves it alone for a while."""
        stored = decision_to_json(decision)
        self.update(event, {"id": event_id}, status="decided", decision=stored, start_after=now + STALLED_AFTER)

    def set_applied(self, event_id: str, *, now: datetime, decision: Decision | None = None) -> None:
        """Mark an event as applied; store `decision` if a step has added to it."""
        changed = {} if decision is None else {"decision": decision_to_json(decision)}
        self.update(event, {"id": event_id}, status="applied", settled_at=now, start_after=None, **changed)

    def set_failed(self, event_id: str, error: str, *, now: datetime) -> None:
        """Mark an event as failed, with the reason."""
        self.update(event, {"id": event_id}, status="failed", error=error, settled_at=now, start_after=None)

    def set_step(self, event_id: str, name: str, result: StepResult) -> None:
        """Store the result of a step, so that running it again returns the same."""
        self.insert(step, {"event": event_id, "name": name, "result": step_result_to_json(result)})


def take_unstarted(connection: Connection, *, now: datetime, limit: int, again_after: timedelta) -> list[EventRef]:
    """Return events of any store whose workflow should have been started by now, and hide them for a while.

    Events that another process takes at the same time are skipped.
    """
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
    return [EventRef(*row) for row in connection.execute(statement)]
