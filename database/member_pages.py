"""Find members by their columns, profile and points; count registrations."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, literal, not_, or_, select, union_all

from database.member_fields import searched
from database.pages import Condition, PageRequest, PageResult, few_ids, find_page
from database.planner import unindexed
from database.tables import account, member, member_field, tier_hold
from loyalty.store.members import StoredMember

MOST_WORDS = 10
"""The most words of a name that are compared."""

COUNTED_AT_ONCE = 100
"""Counts in one statement: databases bound their number."""


def find_members(connection: Connection, store: str, page: PageRequest, *, wallet: str) -> PageResult[StoredMember]:
    """Return a page of the members of a store, in the order of registration here.

    Conditions are on columns of members, on `field:NAME` of the profile, on `account:NAME` of a wallet, on
    `by_hand:NAME` of a tier by hand, or, with `any:NAME+NAME`, on one of several columns.
    """
    own = [each for each in page.conditions if ":" not in each.column]
    others = [_condition(store, wallet, each) for each in page.conditions if ":" in each.column]
    return find_page(
        connection,
        StoredMember,
        member,
        replace(page, conditions=own),
        within=and_(_store_of(own) == store, member.c.merged_into.is_(None)),
        order_by=member.c.created_at,
        further=[*others, *_narrowing(connection, store, wallet, page.conditions)],
        indexed=dict.fromkeys(("registered_at", "tier"), member.c.store == store),
    )


def _narrowing(
    connection: Connection, store: str, wallet: str, conditions: Sequence[Condition]
) -> Iterator[ColumnElement[bool]]:
    """Yield the members who satisfy a condition on accounts, if they are few; without an account the amount is 0."""
    for each in conditions:
        kind, _, name = each.column.partition(":")
        if kind != "account":
            continue
        of_member = select(account.c.member).where(account.c.wallet == wallet)
        ids = few_ids(connection, of_member.where(account.c.store == store, each.on(_part(name))))
        if ids is not None and each.is_satisfied_by(0):
            # Those of other stores too: so the index of their ids is enough.
            without = select(member.c.id).where(~of_member.where(account.c.member == member.c.id).exists())
            others = few_ids(connection, without)
            ids = None if others is None else [*ids, *others]
        if ids is not None:
            yield member.c.id.in_(ids)


def _part(name: str) -> ColumnElement[int]:
    """Return a part of an account's balance; `net`: active points less debt."""
    return account.c.active - account.c.owed if name == "net" else account.c[name]


def _store_of(conditions: Sequence[Condition]) -> ColumnElement[str]:
    """Return the column of the store.

    No index is on when members changed: for those of one moment all are read, unordered.
    """
    reads_all = any(each.column == "updated_at" and each.operator == "eq" for each in conditions)
    return unindexed(member.c.store) if reads_all else member.c.store


def ids_of_members(store: str, conditions: Sequence[Condition], *, wallet: str) -> Select[tuple[str]]:
    """Return a statement for the ids of all members that satisfy conditions, as `find_members` takes them."""
    where = [
        _condition(store, wallet, each) if ":" in each.column else each.on(member.c[each.column]) for each in conditions
    ]
    return select(member.c.id).where(member.c.store == store, *where)


def ids_of_named(store: str, name: str, *, whole: bool) -> Select[tuple[str]]:
    """Return a statement for the ids of the members with a first and last name: the whole name, or a part."""
    words = searched(name).split()[:MOST_WORDS]
    splits = [(" ".join(words[:at]), " ".join(words[at:])) for at in range(len(words) + 1)]
    ways = [_named(store, first, last, whole=whole) for first, last in splits if words]
    return select(member.c.id).where(member.c.store == store, or_(false(), *ways))


def _named(store: str, first: str, last: str, *, whole: bool) -> ColumnElement[bool]:
    """Return a condition for members with these names, an empty one absent; if not `whole`, with adjacent parts."""
    value = member_field.c.value
    if whole:
        parts = (("firstName", first), ("lastName", last))
        return and_(*(_has(store, field, value == text) if text else not_(_has(store, field)) for field, text in parts))
    if first and last:
        ends, begins = value.endswith(first, autoescape=True), value.startswith(last, autoescape=True)
        return and_(_has(store, "firstName", ends), _has(store, "lastName", begins))
    return _has(store, "firstName" if first else "lastName", value.contains(first or last, autoescape=True))


def _has(store: str, field: str, *where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return a condition for members whose profile has a field, with a value like this."""
    here = (member_field.c.store == store, member_field.c.field == field)
    return member.c.id.in_(select(member_field.c.member).where(*here, *where))


def count_registrations(connection: Connection, store: str, moments: Sequence[datetime]) -> list[int]:
    """Return how many members registered between each of these moments and the next, without test members."""
    counts = [
        select(literal(number).label("number"), func.count().label("count"))
        .select_from(member)
        .where(member.c.store == store, ~member.c.is_test)
        .where(member.c.registered_at >= since, member.c.registered_at < until)
        for number, (since, until) in enumerate(pairwise(moments))
    ]
    found: dict[int, int] = {}
    for first in range(0, len(counts), COUNTED_AT_ONCE):
        rows = connection.execute(union_all(*counts[first : first + COUNTED_AT_ONCE]))
        found |= {int(number): int(count) for number, count in rows}
    return [found[number] for number in range(len(counts))]


def _condition(store: str, wallet: str, condition: Condition) -> ColumnElement[bool]:
    kind, _, name = condition.column.partition(":")
    if kind == "any":
        columns = [member.c[each] for each in name.split("+")]
        return _any(*(condition.on(column) for column in columns))
    if kind == "account":
        held = select(_part(name)).where(account.c.member == member.c.id, account.c.wallet == wallet)
        return condition.on(func.coalesce(held.scalar_subquery(), 0))
    if kind == "by_hand":
        assigned = select(tier_hold.c.member).where(tier_hold.c.store == store, condition.on(tier_hold.c[name]))
        return member.c.id.in_(assigned)
    return _field_condition(store, name, condition)


def _any(first: ColumnElement[bool], *others: ColumnElement[bool]) -> ColumnElement[bool]:
    for other in others:
        first = first | other
    return first


def _field_condition(store: str, field: str, condition: Condition) -> ColumnElement[bool]:
    """Return a condition on a field of the profile; a false value selects members without the field."""
    here = and_(member_field.c.store == store, member_field.c.field == field)
    if condition.value is False:
        return not_(member.c.id.in_(select(member_field.c.member).where(here)))
    value = Condition(condition.column, condition.operator, "true" if condition.value is True else condition.value)
    return member.c.id.in_(select(member_field.c.member).where(here, value.on(member_field.c.value)))
