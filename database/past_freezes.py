"""When members were frozen and unfrozen, read from the events that report it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from database.member_ranges import in_range
from database.tables import event
from loyalty.engine.past_operations import Freeze, PastOperation, Unfreeze
from loyalty.store.history import MemberRange

_FROZEN, _UNFROZEN = "member_frozen", "member_unfrozen"


def freezes_of(
    connection: Connection, store: str, members: MemberRange, *, since: datetime, until: datetime
) -> list[PastOperation]:
    """Return the freezes and unfreezes of members in a period, in order."""
    return [
        PastOperation(event_id, "", member, at, "admin", "", Freeze() if type_ == _FROZEN else Unfreeze())
        for event_id, type_, member, at in _changes(connection, store, members, since)
        if at < until
    ]


def frozen_at(connection: Connection, store: str, members: MemberRange, since: datetime) -> Mapping[str, bool]:
    """Return whether members were frozen at a moment, for those who were frozen or unfrozen since."""
    found: dict[str, bool] = {}
    for _, type_, member, _ in _changes(connection, store, members, since):
        found.setdefault(member, type_ == _UNFROZEN)
    return found


def _changes(
    connection: Connection, store: str, members: MemberRange, since: datetime
) -> list[tuple[str, str, str, datetime]]:
    within = (event.c.store == store, in_range(event.c.member, members))
    wanted = select(event.c.id, event.c.type, event.c.member, event.c.received_at).where(
        *within, event.c.type.in_((_FROZEN, _UNFROZEN)), event.c.received_at >= since
    )
    rows = connection.execute(wanted.order_by(event.c.received_at, event.c.id))
    return [(event_id, type_, member, at) for event_id, type_, member, at in rows]
