"""Read everything stored about one member, page by page, as JSON values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Connection, Text, literal, or_, select, tuple_, type_coerce

import rules
from database.personal_data.kept_rows import KEYS, KeptRows, Person
from database.tables import former_identity, member
from database.tables.columns import ExpiryRule, Json

PAGE = 500
"""Rows that are read at once, so that an export needs little memory, whatever its size."""

_MILLION = Decimal(1_000_000)

_JSON = (Json, ExpiryRule)


@dataclass(frozen=True, slots=True)
class ExportPage:
    """Some rows of one table as JSON objects, and the key of the last one; `last` None: it is the last page."""

    items: Sequence[Mapping[str, Any]]
    last: Sequence[Any] | None


def find_person(connection: Connection, store: str, member_id: str) -> Person | None:
    """Return a member with the members who were merged into them; None: the store has no such member."""
    columns = [member.c[column] for column in ("id", *KEYS)]
    this = or_(member.c.id == member_id, member.c.merged_into == member_id)
    found = connection.execute(select(*columns).where(member.c.store == store, this)).mappings()
    people = {str(each["id"]): _person(store, dict(each)) for each in found}
    own = people.pop(member_id, None)
    if own is None:
        return None
    person = replace(own, merged=[people[each] for each in sorted(people)])
    return replace(person, former=_former(connection, person))


def _former(connection: Connection, person: Person) -> list[tuple[str, str]]:
    """Return the identifiers by which a member was found before, and no other member is found now."""
    table = former_identity
    found = connection.execute(select(table.c.part, table.c.key).where(table.c.member.in_(person.ids))).all()
    others = (member.c.store == person.store, member.c.id.not_in(person.ids))
    return [
        (part, key)
        for part, key in found
        if connection.execute(select(member.c.id).where(*others, member.c[part] == key)).first() is None
    ]


def _person(store: str, known_by: Mapping[str, Any]) -> Person:
    return Person(store, known_by["id"], {column: known_by[column] for column in KEYS if known_by[column]})


def export_page(
    connection: Connection, rows: KeptRows, person: Person, after: Sequence[Any] | None, *, with_staff: bool
) -> ExportPage:
    """Return the rows about a member that follow a key, in the order of the table's primary key.

    `with_staff` False: without the columns that name administrators.
    """
    key = list(rows.table.primary_key)
    left_out = set(rows.without) if with_staff else rows.of_staff | set(rows.without)
    shown = [column for column in rows.table.columns if column.name not in left_out]
    wanted = select(*(column.label(f"key_{column.name}") for column in key), *map(_readable, shown))
    wanted = wanted.where(rows.condition(person)).order_by(*key).limit(PAGE)
    if after is not None:
        place = tuple_(*(literal(value, column.type) for value, column in zip(after, key, strict=True)))
        wanted = wanted.where(tuple_(*key) > place)
    found = [tuple(row) for row in connection.execute(wanted)]
    items = [_item(rows, shown, row[len(key) :]) for row in found]
    return ExportPage(items, found[-1][: len(key)] if len(found) == PAGE else None)


def _readable(column: Column[Any]) -> Any:
    """Return a column as it is read: JSON as text, since unreadable values are exported, too."""
    return type_coerce(column, Text).label(column.name) if isinstance(column.type, _JSON) else column


def _item(rows: KeptRows, columns: Sequence[Column[Any]], values: Sequence[Any]) -> Mapping[str, Any]:
    return {
        _camel(column.name): _value(column, value, in_millionths=column.name in rows.points)
        for column, value in zip(columns, values, strict=True)
        if value is not None
    }


def _value(column: Column[Any], value: Any, *, in_millionths: bool) -> Any:
    if in_millionths:
        return Decimal(value) / _MILLION
    if isinstance(column.type, _JSON):
        try:
            return rules.exact.loads(value)
        except rules.MalformedJson:
            return value
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case _:
            return value


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
