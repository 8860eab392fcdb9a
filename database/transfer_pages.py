"""Lists of transfers as clients see them: each with its present state, and the points moved on each day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Literal, TypeAlias

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Table,
    and_,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)

from database.ledger_queries import TRANSFER_COLUMNS, transfer_record
from database.pages import (
    Condition,
    PageRequest,
    PageResult,
    count,
    counted_after,
    distinct_values,
    in_order,
    is_few,
    ordered,
    page_by_key,
)
from database.planner import without_index
from database.sums import sum_in_halves, whole_sum
from database.tables import Instant, customer_transaction, event, lot, transfer
from database.test_members import belongs_to_test_member, ids_of_test_members
from database.transaction import ReadTransaction
from loyalty.program.wallets import Points
from loyalty.store.points import Transfer, TransferKind

CHANGING: Sequence[TransferKind] = ("activate", "release", "settle", "cancel", "merge_out", "merge_in")
"""Kinds that change the state of another transfer: lists show that state, and these transfers only on request.

So are those of merges: the transfers of both members are in the lists of the survivor.
"""

MeasuredPoints: TypeAlias = Literal["earned", "spent", "expired"]

_RELATED = transfer.alias("related_transfer")
_OF_EVENT = transfer.alias("transfer_of_event")
_CAUSE = event.alias("cause")
_ADDED = or_(lot.c.id == transfer.c.id, and_(lot.c.transfer == transfer.c.id, lot.c.transfer != lot.c.id))


def _is_changed_by(*kinds: TransferKind) -> ColumnElement[bool]:
    return exists().where(_RELATED.c.related == transfer.c.id, _RELATED.c.kind.in_(kinds))


_COLUMNS: Mapping[str, ColumnElement[Any]] = {
    "transferId": transfer.c.id,
    "accountId": transfer.c.account,
    "member": transfer.c.member,
    "wallet": transfer.c.wallet,
    "kind": transfer.c.kind,
    "value": without_index(transfer.c.points),
    "comment": transfer.c.comment,
    "source": transfer.c.source,
    "externalTransferId": transfer.c.external_id,
    "relatedTransferId": transfer.c.related,
    "event": transfer.c.event,
    "eventType": select(_CAUSE.c.type).where(_CAUSE.c.id == transfer.c.event).scalar_subquery(),
    "createdAt": transfer.c.at,
    "lockedUntil": select(func.min(lot.c.active_from)).where(_ADDED).scalar_subquery(),
    "expiresAt": select(func.min(lot.c.expires_at)).where(_ADDED).scalar_subquery(),
    "test": belongs_to_test_member(transfer.c.member),
    "pending": exists().where(_ADDED, lot.c.active_from.is_not(None), lot.c.remaining > 0),
    "cancelled": or_(_is_changed_by("cancel"), and_(transfer.c.kind == "hold", _is_changed_by("release", "capture"))),
}
"""The columns by which transfers are filtered, by the names of conditions."""

_Rows: TypeAlias = tuple[Table, Sequence[ColumnElement[bool]]]
"""Rows of a table that satisfy conditions."""

_HAS_COMMENT = transfer.c.comment != literal_column("''")
"""The condition of the partial index by comments, in the same form: in another form the index is not used."""

_UNLOCKED_AT = (
    select(func.min(_RELATED.c.at))
    .where(_RELATED.c.related == transfer.c.id, _RELATED.c.kind == "activate")
    .scalar_subquery()
)
_TRANSACTION = (
    select(customer_transaction.c.id).where(customer_transaction.c.event == transfer.c.event).limit(1).scalar_subquery()
)
_STATE = ("lockedUntil", "expiresAt", "pending", "cancelled")
_LISTED = (
    select(
        *TRANSFER_COLUMNS, *(_COLUMNS[name] for name in _STATE), _UNLOCKED_AT, event.c.type, event.c.time, _TRANSACTION
    )
    .select_from(transfer)
    .outerjoin(event, event.c.id == transfer.c.event)
)


@dataclass(frozen=True, slots=True)
class ListedTransfer:
    """A transfer, with its present state and the event behind it. Of several lots, the earliest dates."""

    transfer: Transfer
    pending_until: datetime | None
    expires_at: datetime | None
    pending: bool
    cancelled: bool
    """Whether it was cancelled, or, for a hold, captured or released."""
    activated_at: datetime | None
    event_type: str | None
    event_time: datetime | None
    transaction: str | None
    """The sale or return that caused it."""


def find_transfers(
    tx: ReadTransaction, page: PageRequest, *, kinds: Sequence[TransferKind]
) -> PageResult[ListedTransfer]:
    """Return a page of the transfers of some kinds, in the order of booking."""
    within = and_(transfer.c.store == tx.store, transfer.c.kind.in_(kinds))
    conditions = [_of_values(tx, each) for each in page.conditions]
    if any(each.matches_nothing for each in conditions):
        return (
            PageResult([], by_key=True) if page.by_key else PageResult([], 0, count(tx.connection, transfer, [within]))
        )
    where = [_of_kinds(tx.store, kinds), *(_condition(each) for each in conditions), *_narrowing(tx, conditions)]
    if any(each.column == "comment" and each.value for each in page.conditions):
        where.append(_HAS_COMMENT)
    keys = (transfer.c.at, transfer.c.account, transfer.c.number)
    wanted = select(transfer.c.id).where(*where)
    if page.by_key:
        place = page_by_key(tx.connection, wanted, keys, page, lambda row: str(row[0]))
        return PageResult(_of_ids(tx, place.records, keys, page), by_key=True, next=place.next)
    ids = list(tx.connection.execute(ordered(wanted, keys, page).offset(page.offset)).scalars())
    records = _of_ids(tx, ids, keys, page)
    everything = count(tx.connection, transfer, [within])
    if not page.conditions:
        return PageResult(records, everything, everything)
    filtered = counted_after(page, len(records), lambda: count(tx.connection, transfer, where, in_order(keys, page)))
    return PageResult(records, filtered, everything)


def _of_kinds(store: str, kinds: Sequence[TransferKind]) -> ColumnElement[bool]:
    """Return a condition on kinds; for several, the index of the list's order is used, not that of kinds."""
    is_one = len(kinds) == 1
    kind = transfer.c.kind == kinds[0] if is_one else without_index(transfer.c.kind).in_(kinds)
    return and_(transfer.c.store == store, kind)


def _condition(condition: Condition) -> ColumnElement[bool]:
    column = _COLUMNS[condition.column]
    return condition.on(without_index(column) if condition.operator == "in" and condition.column == "kind" else column)


def _of_values(tx: ReadTransaction, condition: Condition) -> Condition:
    """Return a condition on sources that contain a text, as one on these sources, which are few."""
    if condition.column != "source" or condition.operator != "like":
        return condition
    sources = distinct_values(tx.connection, transfer.c.source, transfer.c.store == tx.store)
    return Condition("source", "in", [each for each in sources if str(condition.value).casefold() in each.casefold()])


def _of_ids(
    tx: ReadTransaction, ids: Sequence[str], keys: Sequence[ColumnElement[Any]], page: PageRequest
) -> list[ListedTransfer]:
    """Return the transfers with these ids in the order of their list, without reading the columns of others."""
    listed = _LISTED.where(transfer.c.id.in_(ids)).order_by(*in_order(keys, page))
    return [_listed(tuple(row)) for row in tx.connection.execute(listed)] if ids else []


def _narrowing(tx: ReadTransaction, conditions: Sequence[Condition]) -> Iterator[ColumnElement[bool]]:
    """Yield the transfers among which those are that satisfy a condition on lots or related transfers, if they are few.

    Indexes have these lots and transfers, and not the transfers that they are about; where many satisfy the condition,
    reading transfers in their order finds a page of them soon.
    """
    for condition in conditions:
        for here, ids in _candidates(tx.store, condition):
            if is_few(tx.connection, *here):
                yield transfer.c.id.in_(ids)


def _candidates(store: str, condition: Condition) -> Iterator[tuple[_Rows, CompoundSelect[Any] | Select[Any]]]:
    """Yield the rows that satisfy a condition, and the statement that selects the ids of their transfers."""
    match condition.column:
        case "expiresAt":
            yield _of_lots(store, condition.on(lot.c.expires_at), lot.c.expires_at.is_not(None))
        case "lockedUntil":
            yield _of_lots(store, condition.on(lot.c.active_from), lot.c.active_from.is_not(None))
        case "pending" if condition.value is True:
            yield _of_lots(store, lot.c.active_from.is_not(None), lot.c.remaining > 0)
        case "value":
            of_value = (transfer.c.store == store, condition.on(transfer.c.points))
            yield (transfer, of_value), select(transfer.c.id).where(*of_value)
        case "test" if condition.value is True:
            of_tests = transfer.c.member.in_(ids_of_test_members(store))
            yield (transfer, (of_tests,)), select(transfer.c.id).where(of_tests)
        case "kind" if condition.operator == "in":
            of_kinds = (transfer.c.store == store, transfer.c.kind.in_(condition.value))
            yield (transfer, of_kinds), select(transfer.c.id).where(*of_kinds)
        case "eventType":
            causes = (event.c.store == store, event.c.type == condition.value)
            of_type = select(event.c.id).where(*causes)
            yield (event, causes), select(_OF_EVENT.c.id).where(_OF_EVENT.c.event.in_(of_type))
        case "cancelled" if condition.value is True:
            ends = (transfer.c.store == store, transfer.c.kind.in_(("cancel", "release", "capture")))
            yield (transfer, ends), select(transfer.c.related).where(*ends, transfer.c.related.is_not(None))
        case _:
            return


def _of_lots(store: str, *conditions: ColumnElement[bool]) -> tuple[_Rows, CompoundSelect[Any]]:
    here = (lot.c.store == store, *conditions)
    return (lot, here), union_all(select(lot.c.id).where(*here), select(lot.c.transfer).where(*here))


def find_transfer(tx: ReadTransaction, transfer_id: str) -> ListedTransfer | None:
    """Return one transfer of any kind."""
    here = _LISTED.where(transfer.c.store == tx.store, transfer.c.id == transfer_id)
    row = tx.connection.execute(here).first()
    return None if row is None else _listed(tuple(row))


def points_moved(
    tx: ReadTransaction, measured: MeasuredPoints, wallet: str, moments: Sequence[datetime]
) -> list[Points]:
    """Return the points that were earned, spent or expired from each moment to the next, less what was undone."""
    amount, here = transfer.c[measured], and_(transfer.c.store == tx.store, transfer.c.wallet == wallet)
    return sums_between(tx, amount, here, transfer.c.at, moments)


def points_due(
    tx: ReadTransaction, due: Literal["pending", "expired"], wallet: str, moments: Sequence[datetime]
) -> list[Points]:
    """Return the points that become active, or expire, from each moment to the next, as scheduled."""
    here = and_(lot.c.store == tx.store, lot.c.wallet == wallet, lot.c.remaining > 0)
    return sums_between(tx, lot.c.remaining, here, lot.c.active_from if due == "pending" else lot.c.expires_at, moments)


def sums_between(
    tx: ReadTransaction,
    amount: ColumnElement[int],
    within: ColumnElement[bool],
    at: ColumnElement[Any],
    moments: Sequence[datetime],
) -> list[Points]:
    """Return the sum of an amount from each moment to the next, in one statement."""
    spans = [
        select(
            literal(number).label("number"),
            literal(first, Instant).label("first"),
            literal(last, Instant).label("last"),
        )
        for number, (first, last) in enumerate(pairwise(moments))
    ]
    if not spans:
        return []
    span = union_all(*spans).subquery("span")
    wanted = (
        select(span.c.number, *sum_in_halves(amount))
        .where(within, at >= span.c.first, at < span.c.last)
        .group_by(span.c.number)
    )
    sums = {number: whole_sum(halves) for number, *halves in tx.connection.execute(wanted)}
    return [Points(sums.get(number, 0)) for number in range(len(spans))]


def _listed(row: Sequence[Any]) -> ListedTransfer:
    columns = len(TRANSFER_COLUMNS)
    pending_until, expires_at, pending, cancelled, activated_at, event_type, event_time, sold = row[columns:]
    return ListedTransfer(
        transfer_record(*row[:columns]),
        pending_until,
        expires_at,
        bool(pending),
        bool(cancelled),
        activated_at,
        event_type,
        event_time,
        sold,
    )
