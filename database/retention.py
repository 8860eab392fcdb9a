"""Remove what is old: bodies, decisions, steps, messages and deliveries of events, and audit log entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, or_, select, update

from database.tables import attempt, audit_archive, audit_log, decision_facts, delivery, event, message, step


@dataclass(frozen=True, slots=True)
class Place:
    """A position among the events of a store, in the order of receipt."""

    received_at: datetime
    event_id: str


@dataclass(frozen=True, slots=True)
class RemovedPage:
    """The result of one page. `last` None: no event was left to examine."""

    removed: int
    last: Place | None
    first_kept: Place | None
    """The first event of the page that is still needed: a later pass begins there."""


def remove_details(
    connection: Connection, store: str, *, settled_before: datetime, after: Place | None, limit: int, now: datetime
) -> RemovedPage:
    """Remove the details of applied events of a store, for one page of those received after a place.

    What is kept: the event's ids, fingerprint, member, type, times and revision, its contributions, and the whole
    ledger. Events that are not applied, or have a pending delivery, keep everything. Idempotent, and safe beside any
    other transaction: rows that another one has locked are left for a later pass.
    """
    here = [event.c.store == store, event.c.received_at < settled_before]
    if after is not None:
        same = and_(event.c.received_at == after.received_at, event.c.id > after.event_id)
        here += [event.c.received_at >= after.received_at, or_(event.c.received_at > after.received_at, same)]
    page = connection.execute(
        select(event.c.id, event.c.received_at, event.c.status, event.c.settled_at, event.c.removed_at)
        .where(*here)
        .order_by(event.c.received_at, event.c.id)
        .limit(limit)
    ).all()
    if not page:
        return RemovedPage(0, None, None)
    old = [
        row.id
        for row in page
        if row.removed_at is None and row.status == "applied" and row.settled_at and row.settled_at < settled_before
    ]
    removed = set(_remove(connection, old, now)) if old else set()
    kept = [row for row in page if row.removed_at is None and row.status != "failed" and row.id not in removed]
    first_kept = Place(kept[0].received_at, kept[0].id) if kept else None
    return RemovedPage(len(removed), Place(page[-1].received_at, page[-1].id), first_kept)


def _remove(connection: Connection, event_ids: Sequence[str], now: datetime) -> list[str]:
    """Remove the details of those events without a pending delivery; return which."""
    free = select(event.c.id).where(event.c.id.in_(event_ids), event.c.removed_at.is_(None)).order_by(event.c.id)
    locked = list(connection.execute(free.with_for_update(skip_locked=True)).scalars())
    sent = connection.execute(
        select(delivery.c.id, delivery.c.event, delivery.c.status, delivery.c.message)
        .where(delivery.c.event.in_(locked))
        .order_by(delivery.c.id)
        .with_for_update()
    ).all()
    pending = {row.event for row in sent if row.status == "pending"}
    ids = [event_id for event_id in locked if event_id not in pending]
    finished = [row for row in sent if row.event not in pending]
    deliveries, messages = [row.id for row in finished], sorted({row.message for row in finished})
    connection.execute(delete(attempt).where(attempt.c.delivery.in_(deliveries)))
    connection.execute(delete(delivery).where(delivery.c.id.in_(deliveries)))

    connection.execute(delete(message).where(message.c.id.in_(messages)))
    connection.execute(delete(step).where(step.c.event.in_(ids)))
    connection.execute(delete(decision_facts).where(decision_facts.c.event.in_(ids)))
    emptied: dict[str, Any] = {"body": {}, "customer_data": None, "decision": None, "removed_at": now}
    connection.execute(update(event).where(event.c.id.in_(ids)).values(emptied))
    return ids


def remove_audit_entries(connection: Connection, store: str, *, before: datetime, limit: int) -> int:
    """Remove the oldest audit log entries of a store, and of no store, and archives of the same age.

    Return how many; 0: nothing before the moment is left, except what another transaction is removing.
    """
    here = or_(audit_log.c.store == store, audit_log.c.store.is_(None))
    old = select(audit_log.c.id).where(here, audit_log.c.created_at < before).order_by(audit_log.c.created_at)
    ids = list(connection.execute(old.limit(limit).with_for_update(skip_locked=True)).scalars())
    connection.execute(delete(audit_log).where(audit_log.c.id.in_(ids)))
    made = delete(audit_archive).where(audit_archive.c.created_at < before).returning(audit_archive.c.filename)
    return len(ids) + len(connection.execute(made).all())
