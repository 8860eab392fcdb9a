"""Events: accepted, decided, applied or failed."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, func, or_, select, update

from database.damaged import DamagedInstant
from database.event_pages import find_events
from database.locks import member_lock
from database.pages import PageRequest, PageResult
from database.queries import Queries, WriteQueries, columns_of, insert_into
from database.sqlite_fast_path import Prepared
from database.tables import decision_facts, event, member, step, store, subscription
from database.unreadable import shown, shown_columns_of
from loyalty.decisions.decision import Decision
from loyalty.decisions.decision_json import to_json as decision_to_json
from loyalty.references import NOBODY, StepResult
from loyalty.references import to_json as step_result_to_json
from loyalty.store.conflicts import ConcurrentMerge
from loyalty.store.events import EventState, NewEvent, QueueHead, ReportedId, StoredEvent

RELAY_DELAY = timedelta(seconds=5)
"""How long the relay leaves a new event to the process that accepted it."""

STALLED_AFTER = timedelta(seconds=15)
"""How long it leaves an event to its owning workflow before it checks whether that is gone."""

PARKED_FOR = timedelta(seconds=75)
"""How long it leaves an event to a workflow that waits for its turn; the workflow waits less."""

_earlier = event.alias("earlier")
_IS_NEXT = ~exists().where(_earlier.c.member == event.c.member, _earlier.c.position < event.c.position)
_SUBSCRIBED = exists().where(subscription.c.store == event.c.store)
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
        store.c.clock_due_at,
        _SUBSCRIBED.label("has_subscribers"),
        event.c.owner,
        _IS_NEXT.label("is_next"),
        event.c.position,
        store.c.notice_days,
        member.c.frozen_at.is_not(None).label("is_frozen"),
        func.coalesce(member.c.is_test, false()).label("is_test"),
    )
    .join(store, store.c.code == event.c.store)
    .outerjoin(member, member.c.id == event.c.member)
    .outerjoin(step, and_(step.c.event == event.c.id, step.c.name == bindparam("the_step")))
    .where(event.c.store == bindparam("in_store"), event.c.id == bindparam("the_event")),
    EventState,
)
_HEAD = Prepared(
    select(event.c.id, event.c.status, event.c.owner, event.c.start_after, event.c.member)
    .where(
        event.c.store == bindparam("in_store"),
        event.c.member == bindparam("the_member"),
        event.c.position.is_not(None),
    )
    .order_by(event.c.position)
    .limit(1),
    QueueHead,
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
        """Return one event for display."""
        return self._shown(event.c.id == event_id)

    def by_external_id(self, external_id: str) -> StoredEvent | None:
        """Return the event to which a client gave this id, for display."""
        return self._shown(event.c.external_id == external_id)

    def _shown(self, this: ColumnElement[bool]) -> StoredEvent | None:
        here = select(*shown_columns_of(StoredEvent, event)).where(event.c.store == self.store, this)
        row = self.connection.execute(here).first()
        return None if row is None else StoredEvent(*row)

    def reported_as(self, external_id: str) -> ReportedId | None:
        """Return the id of the event to which a client gave this id."""
        return _REPORTED.first(self.connection, {"in_store": self.store, "the_external_id": external_id})

    def root_of(self, event_id: str) -> str:
        """Return the id of the event without a parent that led to one."""
        found = self.get(event_id)
        while found is not None and found.parent is not None:
            event_id, found = found.parent, self.get(found.parent)
        return event_id

    def facts(self, event_id: str) -> Mapping[str, Any] | None:
        """Return what the decision on an event read; None: it was not stored, or removed."""
        here = select(decision_facts.c.facts).where(
            decision_facts.c.store == self.store, decision_facts.c.event == event_id
        )
        found: Mapping[str, Any] | None = self.connection.execute(here).scalar()
        return found

    def caused_by(self, event_id: str) -> list[StoredEvent]:
        """Return the events that one caused, in the order in which it caused them."""
        here = select(*shown_columns_of(StoredEvent, event)).where(
            event.c.store == self.store, event.c.parent == event_id
        )
        return [StoredEvent(*row) for row in self.connection.execute(here.order_by(event.c.received_at, event.c.id))]

    def newest_of(self, member_id: str, type_: str, *, limit: int) -> list[StoredEvent]:
        """Return the events of a type that a member has, the newest first."""
        here = (event.c.store == self.store, event.c.member == member_id, event.c.type == type_)
        newest = select(*shown_columns_of(StoredEvent, event)).where(*here)
        newest = newest.order_by(event.c.received_at.desc(), event.c.id.desc()).limit(limit)
        return [StoredEvent(*row) for row in self.connection.execute(newest)]

    def before(self, type_: str, place: tuple[datetime, str] | None, *, limit: int) -> list[StoredEvent]:
        """Return the events of a type that were received before one (moment and id), the newest first; None: all."""
        here = [event.c.store == self.store, event.c.type == type_]
        if place is not None:
            here.append(event.c.received_at <= place[0])
            here.append(or_(event.c.received_at < place[0], event.c.id < place[1]))
        newest = select(*shown_columns_of(StoredEvent, event)).where(*here)
        newest = newest.order_by(event.c.received_at.desc(), event.c.id.desc()).limit(limit)
        return [StoredEvent(*row) for row in self.connection.execute(newest)]

    def page(self, page: PageRequest, *, without: Iterable[str]) -> PageResult[StoredEvent]:
        """Return a page of the events of all but some types, in the order of receipt.

        A condition on the status is `in` some of the existing ones.
        """
        return find_events(self.connection, self.store, page, without=without)

    def state(self, event_id: str, step: str) -> EventState | None:
        """Return an event with everything that the named step of it starts from."""
        found = _STATE.first(self.connection, {"in_store": self.store, "the_event": event_id, "the_step": step})
        if found is not None and isinstance(found.clock_due_at, DamagedInstant):
            return replace(found, clock_due_at=None)  # as if the clock knew no due item: it is woken
        return found

    def settled(self, ids: Iterable[str]) -> set[str]:
        """Return which of these events are applied or failed."""
        is_settled = event.c.status.in_(("applied", "failed"))
        here = select(event.c.id).where(event.c.store == self.store, event.c.id.in_(list(ids)), is_settled)
        return set(self.connection.execute(here).scalars())

    def queue_head(self, member_id: str) -> QueueHead | None:
        """Return the first event in a member's queue; None: the queue is empty."""
        return _HEAD.first(self.connection, {"in_store": self.store, "the_member": member_id})

    def queue_state(self, event_id: str) -> QueueHead | None:
        """Return the state and the owner of an event, without its content."""
        return self.find_one(QueueHead, event, id=event_id)

    def log_of(self, event_id: str) -> list[str]:
        """Return what the steps of an event did, in words: `+100 points`, `seven-days 3/7`."""
        here = select(shown(step.c.result)).where(step.c.store == self.store, step.c.event == event_id)
        results = self.connection.execute(here.order_by(step.c.name)).scalars()
        return [line for result in results for line in result.get("did", ())]


class Events(EventQueries, WriteQueries):
    """The events of one store."""

    def add(self, new: NewEvent, *, now: datetime) -> bool:
        """Store an event; return False if its id, or its external id, is stored already.

        An event without a parent is appended to its member's queue. The workflow of an event also processes the events
        that it causes: those are in no queue, and the relay ignores them.
        """
        if new.parent is None:
            return self.enqueue(new, now=now) is not None
        return self.insert_if_absent(event, row_of(new, now) | {"start_after": None})

    def enqueue(self, new: NewEvent, *, now: datetime) -> int | None:
        """Store an event at the end of its member's queue, under the member's lock; return how many are before it.

        Return None if its id, or its external id, is stored already. Raise ConcurrentMerge for a member who was merged.
        """
        if new.member != NOBODY:
            self.lock(member_lock(new.member))
        row = {f"new_{name}": value for name, value in row_of(new, now).items()}
        given = row | {"new_start_after": now + RELAY_DELAY, "in_store": self.store}
        stored = _enqueue(self._dialect).first(self.connection, given)
        if stored is None:
            return None
        ahead, merged_into = stored
        if merged_into is not None:
            raise ConcurrentMerge(new.member)
        return ahead

    def store_outside(self, new: NewEvent, *, now: datetime) -> bool:
        """Store an event outside its member's queue, under the member's lock, where it waits for `join_queue`.

        Return False if its id, or its external id, is stored already.
        """
        self.lock(member_lock(new.member))
        return self.insert_if_absent(event, row_of(new, now) | {"start_after": None})

    def join_queue(self, event_id: str, *, now: datetime) -> None:
        """Put an event that was stored outside at the end of its member's queue."""
        outside = (event.c.store == self.store, event.c.id == event_id, event.c.status == "received")
        last = _last_position(select(event.c.member).where(*outside).scalar_subquery())
        here = update(event).where(*outside, event.c.position.is_(None))
        self.connection.execute(here.values(position=last + 1, start_after=now + RELAY_DELAY))

    def leave_to_relay(self, event_id: str, *, now: datetime) -> None:
        """Let the relay check an event now: no workflow is started for it here, or its owner is gone.

        An event that waits outside its member's queue keeps waiting.
        """
        queued = (event.c.store == self.store, event.c.id == event_id, event.c.position.is_not(None))
        self.connection.execute(update(event).where(*queued).values(start_after=now))

    def leave_queue_to_relay(self, member_id: str, *, now: datetime) -> None:
        """Let the relay check the events without an owner in a member's queue now."""
        waiting = (event.c.member == member_id, event.c.position.is_not(None), event.c.owner.is_(None))
        self.connection.execute(update(event).where(event.c.store == self.store, *waiting).values(start_after=now))

    def set_owner(self, event_id: str, owner: str, *, now: datetime, parked: bool = False) -> None:
        """Store the id of the workflow that runs an event, or waits for its turn (`parked`)."""
        self.update(event, {"id": event_id}, owner=owner, start_after=now + (PARKED_FOR if parked else STALLED_AFTER))

    def set_decided(self, event_id: str, decision: Decision, *, now: datetime, owner: str | None = None) -> None:
        """Store the decision on an event. Its owner runs, so the relay leaves it alone for a while."""
        changed = {"decision": decision_to_json(decision)} | ({} if owner is None else {"owner": owner})
        self.update(event, {"id": event_id}, status="decided", start_after=now + STALLED_AFTER, **changed)

    def set_applied(self, event_id: str, *, now: datetime, decision: Decision | None = None) -> None:
        """Mark an event as applied and take it out of the queue; store `decision` if a step has added to it."""
        changed = {} if decision is None else {"decision": decision_to_json(decision)}
        self.update(event, {"id": event_id}, status="applied", **_end(now), **changed)

    def set_failed(self, event_id: str, error: str, *, now: datetime) -> None:
        """Mark an event as failed, with the reason, and take it out of the queue."""
        self.update(event, {"id": event_id}, status="failed", error=error, **_end(now))

    def requeue(self, failed: StoredEvent, *, now: datetime) -> None:
        """Put a failed event at the end of its member's queue, under the member's lock; the relay has it run.

        It is `decided` if it was decided before, else `received`. Its owner is an id that no workflow has, so that a
        late repetition of the activity that failed it does not fail it again.
        """
        last = _last_position(failed.member)
        status = "received" if failed.decision is None else "decided"
        again = {"status": status, "error": None, "settled_at": None, "start_after": now}
        again["owner"] = f"retry/{self.store}/{failed.id}"
        is_this = (event.c.store == self.store, event.c.id == failed.id, event.c.status == "failed")
        self.connection.execute(update(event).where(*is_this).values(position=last + 1, **again))

    def set_revision(self, event_id: str, revision: int) -> None:
        """Set the revision that decides an event and those that it caused, as far as they are not decided yet."""
        tree = select(event.c.id).where(event.c.store == self.store, event.c.id == event_id).cte("tree", recursive=True)
        tree = tree.union_all(select(event.c.id).join(tree, event.c.parent == tree.c.id))
        undecided = update(event).where(event.c.id.in_(select(tree.c.id)), event.c.status == "received")
        self.connection.execute(undecided.values(revision=revision))

    def keep_facts(self, event_id: str, facts: Mapping[str, Any]) -> None:
        """Store what the decision on an event read."""
        self.upsert(decision_facts, {"event": event_id, "facts": facts})

    def set_step(self, event_id: str, name: str, result: StepResult) -> None:
        """Store the result of a step, so that running it again returns the same."""
        self.insert(step, {"event": event_id, "name": name, "result": step_result_to_json(result)})


def _last_position(member: Any) -> Any:
    """Return the last position in a member's queue; 0: it is empty."""
    queued = event.alias("queued")
    last = select(func.coalesce(func.max(queued.c.position), 0))
    return last.where(queued.c.member == member, queued.c.position.is_not(None)).scalar_subquery()


def row_of(new: NewEvent, now: datetime) -> dict[str, Any]:
    """Return the columns of a new event, without its store and its position in a queue."""
    return {
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
    }


def _end(now: datetime) -> dict[str, Any]:
    return {"settled_at": now, "start_after": None, "position": None}


_COLUMNS = (
    "id",
    "type",
    "member",
    "external_id",
    "fingerprint",
    "customer_data",
    "body",
    "time",
    "received_at",
    "revision",
    "parent",
    "depth",
    "status",
    "start_after",
)


@cache
def _enqueue(dialect: str) -> Prepared[tuple[int, str | None]]:
    """Append an event to its member's queue, and return its distance from the first, and the member.

    The member is the survivor if theirs was merged: what was read before the lock is then another member's.
    """
    queued = event.alias("queued")
    within = (queued.c.member == bindparam("new_member"), queued.c.position.is_not(None))
    last = select(func.coalesce(func.max(queued.c.position), 0)).where(*within).scalar_subquery()
    first = select(func.min(queued.c.position)).where(*within).scalar_subquery()
    values = {name: bindparam(f"new_{name}", type_=event.c[name].type) for name in _COLUMNS}
    statement = insert_into(dialect, event).values(values | {"store": bindparam("in_store"), "position": last + 1})
    # For an empty queue, some databases find the new event itself, some nothing: it is the first either way.
    ahead = event.c.position - func.coalesce(first, event.c.position)
    own = bindparam("new_member", type_=event.c.member.type)
    merged_into = select(member.c.merged_into).where(member.c.id == own).scalar_subquery()
    return Prepared(statement.on_conflict_do_nothing().returning(ahead, merged_into), _pair)


def _pair(ahead: int, merged_into: str | None) -> tuple[int, str | None]:
    return ahead, merged_into
