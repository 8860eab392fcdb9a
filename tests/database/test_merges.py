"""A merge forgets no table that belongs to members."""

from database.merges import HISTORY, OTHERWISE
from database.tables import metadata


def test_every_table_of_members_is_moved_joined_or_left_with_the_reason():
    of_members = {name for name, table in metadata.tables.items() if "member" in table.c}

    listed = {table.name for table in HISTORY}
    assert listed | set(OTHERWISE) == of_members
    assert listed.isdisjoint(OTHERWISE)
    assert all(OTHERWISE.values())
