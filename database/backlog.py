"""The backlog of each store: events that are not applied, due items that are late or set aside. Counted by indexes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from database.damaged import readable
from database.tables import deadline, delivery, event, store, subscription


@dataclass(frozen=True, slots=True)
class Waiting:
    """A number of waiting things, and since when the oldest waits."""

    number: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """The backlog of one store."""

    events: Waiting = field(default_factory=Waiting)
    """Events that are accepted and not applied; since: when the oldest was received."""
    late_due_items: Waiting = field(default_factory=Waiting)
    """Items that are due and were not run; since: when the first of them was due."""
    due_items_set_aside: int = 0
    pending_deliveries: int = 0
    """Webhooks that are neither delivered nor given up."""
    overdue_deliveries: Waiting = field(default_factory=Waiting)
    """Deliveries whose next attempt is overdue; since: when the first of them was due."""
    subscriptions_disabled: int = 0


def read_backlog(connection: Connection, *, late_before: datetime) -> Mapping[str, Backlog]:
    """Return the backlog, by store; due items and attempts are late if they were due before a moment."""
    found = {code: Backlog() for code in connection.execute(select(store.c.code)).scalars()}
    queued = select(event.c.store, func.count(), func.min(event.c.received_at)).where(event.c.position.is_not(None))
    for code, number, since in connection.execute(queued.group_by(event.c.store)):
        found[code] = replace(found[code], events=Waiting(number, readable(since)))
    late = select(deadline.c.store, func.count(), func.min(deadline.c.due_at)).where(
        deadline.c.failed_at.is_(None), deadline.c.due_at < late_before
    )
    for code, number, since in connection.execute(late.group_by(deadline.c.store)):
        found[code] = replace(found[code], late_due_items=Waiting(number, readable(since)))
    set_aside = (deadline.c.failed_at.is_not(None), ~deadline.c.waits_for_thaw)
    failed = select(deadline.c.store, func.count()).where(*set_aside)
    for code, number in connection.execute(failed.group_by(deadline.c.store)):
        found[code] = replace(found[code], due_items_set_aside=number)
    for code, each in _deliveries(connection, late_before).items():
        found[code] = replace(found[code], pending_deliveries=each[0], overdue_deliveries=each[1])
    disabled = select(subscription.c.store, func.count()).where(subscription.c.disabled_at.is_not(None))
    for code, number in connection.execute(disabled.group_by(subscription.c.store)):
        found[code] = replace(found[code], subscriptions_disabled=number)
    return found


def _deliveries(connection: Connection, late_before: datetime) -> Mapping[str, tuple[int, Waiting]]:
    """Return the pending deliveries of each store, and the overdue ones of them."""
    overdue = case((delivery.c.next_attempt_at < late_before, 1))
    wanted = select(delivery.c.store, func.count(), func.count(overdue), func.min(delivery.c.next_attempt_at)).where(
        delivery.c.start_after.is_not(None)
    )
    rows = connection.execute(wanted.group_by(delivery.c.store))
    return {code: (pending, Waiting(late, readable(first) if late else None)) for code, pending, late, first in rows}
