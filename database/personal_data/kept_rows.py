"""A member, and the rows of one table that are about them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, String, Table, Text, and_, or_

from database.planner import unindexed
from database.tables.columns import ExpiryRule, Json

KEYS: Final = ("email_key", "phone_key", "card")
"""The columns by which members are found, named as those of transactions."""


@dataclass(frozen=True, slots=True)
class Person:
    """A member of a store."""

    store: str
    id: str
    keys: Mapping[str, str] = field(default_factory=dict)
    """Their present identifiers, by column."""
    former: Sequence[tuple[str, str]] = ()
    """Their former identifiers, each with its column, without those by which other members are found now."""
    merged: Sequence["Person"] = ()
    """The members who were merged into them."""

    @property
    def ids(self) -> list[str]:
        """Their id, and those of members who were merged into them."""
        return [self.id, *(each.id for each in self.merged)]

    @property
    def known_by(self) -> Sequence[tuple[str, str]]:
        """The present and former identifiers of them and of the members merged into them, each with its column."""
        return [*(pair for each in self.everybody for pair in each.keys.items()), *self.former]

    @property
    def everybody(self) -> Sequence["Person"]:
        """The ids of the member, and of the members merged into them."""
        return (self, *self.merged)


@dataclass(frozen=True, slots=True)
class KeptRows:
    """The rows of one table that are about a member."""

    section: str
    """The name of the section in exports."""
    table: Table
    about: Callable[[Person], ColumnElement[bool]]
    without: Mapping[str, str] = field(default_factory=dict)
    """The columns that exports omit, each with the reason."""
    of_staff: frozenset[str] = frozenset()
    """The columns that name administrators, or their addresses: exports by the member omit them."""
    points: Sequence[str] = ()
    """The columns with amounts in millionths."""
    personal: Mapping[str, Any] = field(default_factory=dict)
    """The personal columns, and the value of each after the member is anonymised."""
    impersonal: frozenset[str] = frozenset()
    """The text columns that name something of the program or of Laurel, never a person."""
    deleted: Callable[[], ColumnElement[bool]] | None = None
    """Which rows are deleted when the member is anonymised; None: none."""

    def condition(self, person: Person) -> ColumnElement[bool]:
        """Select the rows that are about a member."""
        store = self.table.c.store
        return and_(
            (unindexed(store) if _is_indexed_by_member(self.table) else store) == person.store, self.about(person)
        )

    def unerased(self, person: Person) -> ColumnElement[bool]:
        """Select the rows about the member that still hold personal data."""
        columns = [self.table.c[name].is_distinct_from(value) for name, value in self.personal.items()]
        left = [*columns, *([] if self.deleted is None else [self.deleted()])]
        return and_(self.condition(person), or_(*left))

    @property
    def texts(self) -> list[str]:
        """Return the columns that could hold personal data: those of text or JSON."""
        return [
            column.name
            for column in self.table.columns
            if isinstance(column.type, String | Text | Json) and not isinstance(column.type, ExpiryRule)
        ]


def _is_indexed_by_member(table: Table) -> bool:
    """Return whether an index begins with the member: SQLite prefers one by store that has the order of the rows."""
    return any(next(iter(index.columns)).name == "member" for index in table.indexes)
