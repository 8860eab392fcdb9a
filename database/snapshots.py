"""Members as they are now, whole and exact: what a trial begins with."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from sqlalchemy import Row, Table, select

from database.tables import deadline, issued_reward, mark, progress, usage
from database.transaction import Transaction
from database.usage import PROGRAM
from loyalty.engine.snapshots import MemberSnapshot
from loyalty.store.achievements import MILLION, DailySum
from loyalty.store.limits import DailyUse
from loyalty.store.memory.member_state import MemberState

Taken: TypeAlias = dict[str, dict[date, DailyUse]]
"""What firings took from limits, by reactor and day."""


def present(tx: Transaction, member_id: str) -> MemberSnapshot:
    """A member with all that is theirs; LookupError where the store has none of that id.

    Coupons that are used or expired are left out: nothing more falls due of them.
    """
    known = tx.members.facts(member_id)
    lots = {lot.id: lot for lot in tx.ledger.lots(member_id)}
    of_member = issued_reward.c.member == member_id
    issued = {row.id: dict(row._mapping) for row in _rows(tx, issued_reward, of_member) if row.status == "issued"}  # noqa: SLF001 - a row has its mapping under no other name
    account = MemberState(
        member=known,
        balances=dict(known.balances),
        badges={row["badge"]: row["times"] for row in tx.members.badges(member_id)},
        lots=lots,
        daily_sums=_marks(tx, member_id),
        completed={row.achievement: row.completed for row in _rows(tx, progress, progress.c.member == member_id)},
        used=taken(_rows(tx, usage, usage.c.member == member_id)),
        issued=issued,
    )
    return MemberSnapshot(account, due_items=_deadlines(tx, {member_id, *lots, *issued}))


def used_by_program(tx: Transaction) -> Taken:
    """What firings have taken from limits of the whole program."""
    return taken(_rows(tx, usage, usage.c.member == PROGRAM))


def _rows(tx: Transaction, table: Table, *where: Any) -> list[Row[*tuple[Any, ...]]]:
    return list(tx.connection.execute(select(table).where(table.c.store == tx.store, *where)))


def _marks(tx: Transaction, member_id: str) -> dict[str, list[DailySum]]:
    """Oldest first, and those of a day by their values: as the steps read them."""
    marks: dict[str, list[DailySum]] = defaultdict(list)
    for row in sorted(_rows(tx, mark, mark.c.member == member_id), key=lambda each: (each.day, each.value)):
        marks[row.achievement].append(DailySum(row.day, row.value, row.amount, row.used))
    return dict(marks)


def taken(rows: Iterable[Row[*tuple[Any, ...]]]) -> Taken:
    """Rows of usage, by reactor and day."""
    found: Taken = defaultdict(dict)
    for row in rows:
        found[row.reactor][row.day] = DailyUse(row.day, row.times, Decimal(row.points) / MILLION)
    return dict(found)


_MOST_NAMED = 500
"""Ids that one query names; some databases take no more than a thousand or so."""


def _deadlines(tx: Transaction, subjects: set[str]) -> dict[str, Any]:
    named = sorted(subjects)
    pages = [named[at : at + _MOST_NAMED] for at in range(0, len(named), _MOST_NAMED)]
    rows = [row for page in pages for row in _rows(tx, deadline, deadline.c.subject.in_(page))]
    return {row.subject: (row.due_at, row.kind) for row in rows}
