"""What waits in each store: events that are not applied, due items that are late or set aside. Counted by indexes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection, func, select

from database.tables import deadline, event, store, subscription


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and since when the oldest does."""

    number: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits in one store."""

    events: Waiting = field(default_factory=Waiting)
    """Accepted and not applied; since: when the oldest was received."""
    late_due_items: Waiting = field(default_factory=Waiting)
    """Due and not run; since: when the first of them was due."""
    due_items_set_aside: int = 0
    subscriptions_disabled: int = 0


def read_backlog(connection: Connection, *, late_before: datetime) -> Mapping[str, Backlog]:
    """Return what waits, by store; of due items those that were due before a moment."""
    found = {code: Backlog() for code in connection.execute(select(store.c.code)).scalars()}
    queued = select(event.c.store, func.count(), func.min(event.c.received_at)).where(event.c.position.is_not(None))
    for code, number, since in connection.execute(queued.group_by(event.c.store)):
        found[code] = replace(found[code], events=Waiting(number, since))
    late = select(deadline.c.store, func.count(), func.min(deadline.c.due_at)).where(
        deadline.c.failed_at.is_(None), deadline.c.due_at < late_before
    )
    for code, number, since in connection.execute(late.group_by(deadline.c.store)):
        found[code] = replace(found[code], late_due_items=Waiting(number, since))
    failed = select(deadline.c.store, func.count()).where(deadline.c.failed_at.is_not(None))
    for code, number in connection.execute(failed.group_by(deadline.c.store)):
        found[code] = replace(found[code], due_items_set_aside=number)
    disabled = select(subscription.c.store, func.count()).where(subscription.c.disabled_at.is_not(None))
    for code, number in connection.execute(disabled.group_by(subscription.c.store)):
        found[code] = replace(found[code], subscriptions_disabled=number)
    return found
