"""The owners of events of any store: what the relay takes, assigns to a batch, and leaves to the next round."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, update

from database.tables import event
from loyalty.references import EventRef


@dataclass(frozen=True, slots=True)
class Unstarted:
    """An event whose workflow should have been started, or finished, by now."""

    event: EventRef
    position: int
    owner: str | None
    """The workflow that owns it, unless that is gone; None: none does yet."""


def take_unstarted(connection: Connection, *, now: datetime, limit: int, again_after: timedelta) -> list[Unstarted]:
    """Return overdue events of any store, and hide them for a while.

    They are in the order of their members' queues. Events that another process takes at the same time are skipped.
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
        .returning(
            event.c.store,
            event.c.id,
            event.c.type,
            event.c.member,
            event.c.revision,
            func.coalesce(event.c.position, 0),
            event.c.owner,
        )
    )
    taken = [Unstarted(EventRef(*row[:5]), *row[5:]) for row in connection.execute(statement)]
    return sorted(taken, key=lambda each: (each.event.store, each.event.member, each.position))


def blocked_members(connection: Connection, members: Iterable[str], free: Iterable[str]) -> set[str]:
    """Return those of these members whose queue begins with an event that is not in `free`."""
    first = select(event.c.member, func.min(event.c.position).label("position")).where(
        event.c.member.in_(list(members)), event.c.position.is_not(None)
    )
    heads = first.group_by(event.c.member).subquery()
    is_head = and_(event.c.member == heads.c.member, event.c.position == heads.c.position)
    found = connection.execute(select(event.c.member, event.c.id).join(heads, is_head))
    known = set(free)
    return {member for member, event_id in found if event_id not in known}


def assign(
    connection: Connection, store: str, event_ids: Sequence[str], owner: str, *, instead_of: Sequence[str]
) -> list[str]:
    """Make a workflow the owner of queued events, if they have none or one of `instead_of`; return those assigned."""
    return _change_owned(connection, store, event_ids, instead_of, {"owner": owner})


def leave_to_relay(
    connection: Connection, store: str, event_ids: Sequence[str], *, owners: Sequence[str], now: datetime
) -> list[str]:
    """Let the relay check queued events now, if they have no owner or one of `owners`; return which."""
    return _change_owned(connection, store, event_ids, owners, {"owner": None, "start_after": now})


def _change_owned(
    connection: Connection, store: str, event_ids: Sequence[str], instead_of: Sequence[str], values: Mapping[str, Any]
) -> list[str]:
    free = or_(event.c.owner.is_(None), event.c.owner.in_(list(instead_of)))
    here = (
        select(event.c.id)
        .where(event.c.store == store, event.c.id.in_(list(event_ids)), event.c.position.is_not(None), free)
        .order_by(event.c.id)
        .with_for_update()
    )
    given = update(event).where(event.c.id.in_(here.scalar_subquery()))
    return list(connection.execute(given.values(values).returning(event.c.id)).scalars())
