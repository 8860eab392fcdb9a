"""Transfers of many members with their allocations, by member."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import ColumnElement, Connection, select

from database.ledger_queries import TRANSFER_COLUMNS, transfer_record
from database.queries import columns_of
from database.tables import allocation, transfer
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
