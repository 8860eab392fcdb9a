"""A member, and which rows of one table are about them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, String, Table, Text, and_, or_

from database.planner import unindexed
from database.tables.columns import ExpiryRule, Json

KEYS: Final = ("email_key", "phone_key", "card")
"""The columns by which members are found, as those of transactions."""


@dataclass(frozen=True, slots=True)
class Person:
    """A member of a store."""

    store: str
    id: str
    keys: Mapping[str, str] = field(default_factory=dict)
    """What they are found by, by column."""
    former: Sequence[tuple[str, str]] = ()
    """What they were found by before, with its column; nothing by which others are found now."""
    merged: Sequence["Person"] = ()
    """The members who were merged into them."""

    @property
    def ids(self) -> list[str]:
        """Their id, and those of members who were merged into them."""
        return [self.id, *(each.id for each in self.merged)]

    @property
    def known_by(self) -> Sequence[tuple[str, str]]:
        """What they and the members who were merged into them are or were found by, each with its column."""
        return [*(pair for each in self.everybody for pair in each.keys.items()), *self.former]

    @property
    def everybody(self) -> Sequence["Person"]:
        """They, and the members who were merged into them."""
        return (self, *self.merged)


@dataclass(frozen=True, slots=True)
class KeptRows:
    """The rows of one table that are about a member."""

    section: str
    """Its name in exports."""
    table: Table
    about: Callable[[Person], ColumnElement[bool]]
    without: Mapping[str, str] = field(default_factory=dict)
    """The columns that exports leave out, each with the reason."""
    of_staff: frozenset[str] = frozenset()
    """The columns that name administrators, or say from where they called: exports by the member leave them out."""
    points: Sequence[str] = ()
    """The columns with amounts in millionths."""
    personal: Mapping[str, Any] = field(default_factory=dict)
    """The personal columns, and what stands in each once the member is anonymised."""
    impersonal: frozenset[str] = frozenset()
    """The columns of text that name something of the program or of Laurel, never a person."""
    deleted: Callable[[], ColumnElement[bool]] | None = None
    """Which of the rows are deleted when the member is anonymised; None: none is."""

    def condition(self, person: Person) -> ColumnElement[bool]:
        """Select the rows that are about a member."""
        store = self.table.c.store
        return and_(
            (unindexed(store) if _is_indexed_by_member(self.table) else store) == person.store, self.about(person)
        )

    def unerased(self, person: Person) -> ColumnElement[bool]:
        """Select those of them that hold something personal still."""
        columns = [self.table.c[name].is_distinct_from(value) for name, value in self.personal.items()]
        left = [*columns, *([] if self.deleted is None else [self.deleted()])]
        return and_(self.condition(person), or_(*left))

    @property
    def texts(self) -> list[str]:
        """The columns that could hold something personal: those of text or JSON."""
        return [
            column.name
            for column in self.table.columns
            if isinstance(column.type, String | Text | Json) and not isinstance(column.type, ExpiryRule)
        ]


def _is_indexed_by_member(table: Table) -> bool:
    """Whether an index begins with the member: SQLite would choose one by store, if it has the order of the rows."""
    return any(next(iter(index.columns)).name == "member" for index in table.indexes)
