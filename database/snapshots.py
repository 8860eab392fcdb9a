"""Exact snapshots of members as they are now: the initial state of a simulation."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Table, or_, select

from database.ledger_history import allocations_of, transfers_of
from database.queries import columns_of
from database.returnable import ReturnablePasts, programs_of, returnable_types
from database.tables import deadline, event, issued_reward, lot, mark, transfer, usage
from database.transaction import ReadTransaction
from database.usage import PROGRAM, StoredUse, UsageByReactor, by_reactor
from loyalty.engine.snapshots import MemberSnapshot
from loyalty.program.program import Program
from loyalty.store.achievements import DailySum, sort_key
from loyalty.store.due_items import DueItem, DueKind, DueTimes, known_kind
from loyalty.store.memory.member_state import MemberState
from loyalty.store.points import Lot
from loyalty.store.returnable import NO_PAST
from loyalty.store.rewards import IssuedReward
from loyalty.tiers.places import set_subject

T = TypeVar("T")

_MAX_IDS = 500
"""Ids in one query: some databases accept no more than about a thousand."""


def current_snapshot(tx: ReadTransaction, member_id: str) -> MemberSnapshot:
    """Return a member with everything that belongs to it; raise LookupError for an unknown id.

    Used and expired coupons are omitted: they have no due items any more.
    """
    member = tx.members.facts(member_id)
    lots = {lot.id: lot for lot in tx.ledger.lots(member_id)}
    is_open = (issued_reward.c.member == member_id, issued_reward.c.status == "issued")
    issued = {each.id: each for each in _find_all(tx, IssuedReward, issued_reward, *is_open)}
    state = MemberState(
        member=member,
        balances=dict(member.balances),
        badges={each.badge: each.times for each in tx.members.badges(member_id)},
        lots=lots,
        daily_sums=_daily_sums(tx, member_id),
        completed={each.achievement: each.completed for each in tx.achievements.completions(member_id)},
        used=by_reactor(_find_all(tx, StoredUse, usage, usage.c.member == member_id)),
        issued=issued,
        review=tx.members.tier_period(member_id).review,
        tier_holds=tx.tier_holds.holds_of(member_id),
        tier_places=tx.tier_places.places_of(member_id),
        counted_sales={(each.event, each.tier_set): each for each in tx.spend.sales_counted(member_id)},
    )
    subjects = {set_subject(member_id, name) for name in state.tier_places}
    return MemberSnapshot(state, due_items=_due_items(tx, {member_id, *subjects, *lots, *issued}))


def with_past(
    tx: ReadTransaction, snapshot: MemberSnapshot, program: Program
) -> tuple[MemberSnapshot, dict[int, Program | None]]:
    """Return a member with their returnable points and events, and the programs that decided these."""
    member_id, connection = snapshot.state.member.id, tx.connection
    state = snapshot.state.copy()
    mine = (transfer.c.store == tx.store, transfer.c.member == member_id)
    state.transfers = {each.id: each for each in transfers_of(connection, *mine).get(member_id, ())}
    state.allocations = dict(allocations_of(connection, *mine).get(member_id, {}))
    lots = {each.id: each for each in _find_all(tx, Lot, lot, lot.c.member == member_id)}
    state.empty_lots = {lot_id: each for lot_id, each in lots.items() if lot_id not in state.lots}
    pasts = ReturnablePasts(connection, tx.store, sorted(returnable_types(program)), before=None)
    past = pasts.of(event.c.member == member_id).get(member_id, NO_PAST)
    return replace(snapshot, state=state, past=past), programs_of(connection, tx.store, [past])


def used_by_program(tx: ReadTransaction) -> UsageByReactor:
    """Return what firings used of limits of the whole program."""
    return by_reactor(_find_all(tx, StoredUse, usage, usage.c.member == PROGRAM))


def _find_all(tx: ReadTransaction, record: type[T], table: Table, *where: ColumnElement[bool]) -> list[T]:
    wanted = select(*columns_of(record, table)).where(table.c.store == tx.store, *where)
    return [record(*row) for row in tx.connection.execute(wanted)]


def _daily_sums(tx: ReadTransaction, member_id: str) -> dict[str, list[DailySum]]:
    """Return a member's daily sums by achievement, each sorted by day and value."""
    here = (mark.c.store == tx.store, mark.c.member == member_id, or_(mark.c.amount != 0, mark.c.used != 0))
    sums: dict[str, list[DailySum]] = defaultdict(list)
    for achievement, *columns in tx.connection.execute(
        select(mark.c.achievement, *columns_of(DailySum, mark)).where(*here)
    ):
        sums[achievement].append(DailySum(*columns))
    return {achievement: sorted(each, key=sort_key) for achievement, each in sums.items()}


def _due_items(tx: ReadTransaction, subjects: set[str]) -> dict[str, DueTimes]:
    """Return the due items of lots, issued rewards and a member, by id, without those set aside."""
    ids = sorted(subjects)
    pages = [ids[at : at + _MAX_IDS] for at in range(0, len(ids), _MAX_IDS)]
    found: dict[str, dict[DueKind, datetime]] = defaultdict(dict)
    for page in pages:
        for item in _find_all(tx, DueItem, deadline, deadline.c.subject.in_(page), deadline.c.failed_at.is_(None)):
            if (kind := known_kind(item.kind)) is not None:
                found[item.subject][kind] = item.due_at
    return dict(found)
