"""The bodies of past events."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from database.tables import event
from database.unreadable import Unreadable, shown


def bodies_of(
    connection: Connection, *where: ColumnElement[bool], keys: Collection[str]
) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the member and body of some events, in the order of receipt.

    A body that cannot be read, or lacks one of these keys, was damaged by hand: it is skipped.
    """
    wanted = select(event.c.member, shown(event.c.body)).where(*where).order_by(event.c.received_at, event.c.id)
    return [(member_id, body) for member_id, body in connection.execute(wanted) if _is_whole(body, keys)]


def _is_whole(body: Any, keys: Collection[str]) -> bool:
    return isinstance(body, dict) and not isinstance(body, Unreadable) and body.keys() >= set(keys)
