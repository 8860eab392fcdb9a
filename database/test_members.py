"""Test members: who they are, and what belongs to one."""

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select

from database.tables import member

_OWNER = member.alias("owner")


def ids_of_test_members(store: str) -> Select[tuple[str]]:
    """Select the test members of a store, who are in no figure."""
    return select(member.c.id).where(member.c.store == store, member.c.is_test)


def belongs_to_test_member(owner: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return whether the member of a row is a test member."""
    return exists().where(_OWNER.c.id == owner, _OWNER.c.is_test)
