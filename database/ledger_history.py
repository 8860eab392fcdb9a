"""Transfers of members with their allocations, and their lots, spent ones too."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select, union_all

from database.ledger_queries import TRANSFER_COLUMNS, transfer_record
from database.queries import columns_of
from database.tables import allocation, lot, transfer
from loyalty.store.history import MemberRange
from loyalty.store.points import Allocation, Transfer


def transfers_of(connection: Connection, *where: ColumnElement[bool]) -> Mapping[str, list[Transfer]]:
    """Return the transfers that satisfy conditions, by member and in order."""
    found: dict[str, list[Transfer]] = defaultdict(list)
    wanted = select(*TRANSFER_COLUMNS).where(*where)
    for row in connection.execute(wanted.order_by(transfer.c.at, transfer.c.account, transfer.c.number)):
        each = transfer_record(*row)
        found[each.member].append(each)
    return found


def allocations_of(connection: Connection, *where: ColumnElement[bool]) -> Mapping[str, Mapping[str, list[Allocation]]]:
    """Return the allocations of these transfers, by member and transfer."""
    found: dict[str, dict[str, list[Allocation]]] = defaultdict(lambda: defaultdict(list))
    columns = (transfer.c.member, transfer.c.id, *columns_of(Allocation, allocation))
    joined = select(*columns).join(transfer, transfer.c.id == allocation.c.transfer)
    for member_id, transfer_id, *values in connection.execute(joined.where(*where)):
        found[member_id][transfer_id].append(Allocation(*values))
    return found


def is_lot_of(member_ids: Collection[str]) -> ColumnElement[bool]:
    """Return whether a lot belongs to one of these members, found by the transfers that added their lots.

    The index of lots by member lacks spent lots.
    """
    added = transfer.c.member.in_(member_ids)
    another = lot.alias("another")
    further = and_(another.c.transfer == transfer.c.id, another.c.transfer != another.c.id)
    first = select(transfer.c.id).where(added)  # of a transfer that adds one lot, which has its id
    ids = union_all(first, select(another.c.id).join(transfer, further).where(added))
    return and_(lot.c.member.in_(member_ids), lot.c.id.in_(ids))


def lots_before(members: MemberRange, since: datetime) -> ColumnElement[bool]:
    """Return whether a lot existed before a moment; those of a range of one member are found by its index."""
    existed = lot.c.created_at < since
    return and_(existed, is_lot_of([members.first])) if members.first == members.last else existed
