"""The condition that a row belongs to a member of a range."""

from typing import Any

from sqlalchemy import Column, ColumnElement

from loyalty.store.history import MemberRange


def in_range(column: Column[Any], members: MemberRange) -> ColumnElement[bool]:
    """Return whether a column names a member of a range.

    A range of one member is an equality: planners expect far fewer rows of that than of a range, and use its index.
    """
    if members.first == members.last:
        return column == members.first
    return column.between(members.first, members.last)
