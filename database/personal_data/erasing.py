"""Erase a member's personal data, page by page: amounts, dates and ids stay, so that the ledger adds up.

A read-only transaction finds a page, and a writing one erases it, under the lock of the member. The row of the member
comes last: until then it tells which other rows name the member, and rows written after it take the member's data from
there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, func, select, tuple_, update

from database.locks import member_lock
from database.personal_data.exporting import find_person
from database.personal_data.inventory import ERASED_LAST, KEPT_OF_A_MEMBER
from database.personal_data.kept_rows import KeptRows, Person
from database.queries import WriteQueries
from database.tables import attempt, delivery, event, message

PAGE = 200
"""Rows in one transaction, so that none holds the database for long."""

_WITH_MESSAGES: Final = frozenset({"attempts", "deliveries"})
"""The sections whose rows are deleted with their messages."""

_FIRST: Final = ("messages", "steps", "contributions", "transactionTerms", "events")
"""Events find rows of other tables, and transactions find events, so these are erased first, in this order."""


def _in_order() -> list[KeptRows]:
    by_name = {rows.section: rows for rows in KEPT_OF_A_MEMBER if rows.personal or rows.deleted}
    others = [name for name in by_name if name not in {*_FIRST, *_WITH_MESSAGES, ERASED_LAST}]
    return [by_name[name] for name in (*_FIRST, *others)]


ERASED: Final[Sequence[KeptRows]] = _in_order()
"""The sections with personal data, in the order in which they are erased, without the last one."""


@dataclass(frozen=True, slots=True)
class PersonalPage:
    """Rows of one section that still hold personal data, by their keys."""

    number: int
    """The index of the section in `ERASED`."""
    keys: Sequence[Sequence[Any]]


def find_personal(connection: Connection, person: Person, *, begin: int = 0) -> PersonalPage | None:
    """Return a page of the remaining personal data of a member, from a section on; None: there is none."""
    for number in range(begin, len(ERASED)):
        rows = ERASED[number]
        key = list(rows.table.primary_key)
        keys = connection.execute(select(*key).where(rows.unerased(person)).distinct().limit(PAGE)).all()
        if keys:
            return PersonalPage(number, [tuple(each) for each in keys])
    return None


def erase_page(connection: Connection, person: Person, page: PersonalPage, *, now: datetime) -> None:
    """Erase the personal data in a page of rows. Idempotent."""
    WriteQueries(connection, person.store).lock(member_lock(person.id))
    rows = ERASED[page.number]
    if rows.table is message:
        _delete_messages(connection, [str(key[0]) for key in page.keys])
        return
    these = tuple_(*rows.table.primary_key).in_(page.keys)
    if rows.deleted is not None:
        connection.execute(delete(rows.table).where(these, rows.deleted()))
        return
    erased = dict(rows.personal)
    if rows.table is event:
        erased["removed_at"] = func.coalesce(event.c.removed_at, now)
    connection.execute(update(rows.table).where(these).values(erased))


def erase_last(connection: Connection, person: Person) -> bool:
    """Erase the row of the member, who is locked, if no other personal data is left; return whether that is so."""
    if find_personal(connection, person) is not None:
        return False
    (rows,) = [each for each in KEPT_OF_A_MEMBER if each.section == ERASED_LAST]
    connection.execute(update(rows.table).where(rows.condition(person)).values(**rows.personal))
    return True


def person_of(connection: Connection, store: str, member_id: str) -> Person:
    """Return a member whose row is never removed."""
    found = find_person(connection, store, member_id)
    assert found is not None, "members are never removed"
    return found


def _delete_messages(connection: Connection, messages: Sequence[str]) -> None:
    """Delete messages with their deliveries and attempts, including pending ones."""
    sent = select(delivery.c.id).where(delivery.c.message.in_(messages)).order_by(delivery.c.id).with_for_update()
    deliveries = list(connection.execute(sent).scalars())
    connection.execute(delete(attempt).where(attempt.c.delivery.in_(deliveries)))
    connection.execute(delete(delivery).where(delivery.c.id.in_(deliveries)))
    connection.execute(delete(message).where(message.c.id.in_(messages)))
