"""Reads of the ledger: accounts, transfers with their allocations, and lots."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, and_, bindparam, case, exists, func, or_, select

from database.pages import PageRequest, PageResult, find_page
from database.queries import Queries, columns_of, first_column
from database.sqlite_fast_path import Prepared
from database.sums import sum_in_halves, whole_sum
from database.tables import account, allocation, lot, transfer
from loyalty.program.wallets import Points
from loyalty.store.due_items import CLOCK
from loyalty.store.members import Balance
from loyalty.store.points import (
    COUNTED_PARTS,
    MERGING,
    TAKING_BACK,
    Account,
    Allocation,
    CountedPart,
    Lot,
    Sent,
    Transfer,
    account_id,
)

FIRST_PAGE = 20
"""How many lots are read first to spend from; most deductions need fewer."""

PAGE_GROWTH = 5

_PARTS = Balance._fields
_BEFORE = ("id", "account", "number", "member", "wallet", "kind", "points")
_AFTER = (
    "balance",
    "event",
    "source",
    "related",
    "comment",
    "external_id",
    "ends_at",
    "lot",
    "at",
    "estimated",
    "counts_at",
)
TRANSFER_COLUMNS = [transfer.c[name] for name in (*_BEFORE, *_PARTS, *_AFTER)]
"""The columns of a transfer in the order of its record's fields, with the parts of the change of the balance."""


def transfer_record(*columns: Any) -> Transfer:
    """Return the record of a row of TRANSFER_COLUMNS."""
    first, behind = len(_BEFORE), len(_BEFORE) + len(_PARTS)
    values = [*columns[:first], Balance(*columns[first:behind]), *columns[behind:]]
    return Transfer(*values)


def account_of(id_: str, member: str, wallet: str, transfers: int, *parts: Points) -> Account:
    return Account(id_, member, wallet, Balance(*parts), transfers)


def _with_member(member_id: str, *columns: Any) -> tuple[Lot, str]:
    return Lot(*columns), member_id


def _sent(times: int, *halves: Any) -> Sent:
    return Sent(times, Points(whole_sum(halves)))


def _of_transfer(transfer_id: str, *columns: Any) -> tuple[str, Allocation]:
    return transfer_id, Allocation(*columns)


_IN_STORE = lot.c.store == bindparam("in_store")
_LOT_COLUMNS = columns_of(Lot, lot)
_LOT = Prepared(select(lot.c.member, *_LOT_COLUMNS).where(_IN_STORE, lot.c.id == bindparam("the_id")), _with_member)
_OF_MEMBER = and_(_IN_STORE, lot.c.member == bindparam("the_member"), lot.c.remaining > 0)
_UNSPENT = Prepared(select(*_LOT_COLUMNS).where(_OF_MEMBER), Lot)
_ACTIVE = and_(_OF_MEMBER, lot.c.wallet == bindparam("the_wallet"), lot.c.active_from.is_(None))
_EXPIRING = Prepared(
    select(*_LOT_COLUMNS)
    .where(_ACTIVE, lot.c.expires_at > bindparam("now"))
    .order_by(lot.c.expires_at, lot.c.created_at, lot.c.id)
    .limit(bindparam("most", type_=Integer))
    .offset(bindparam("skipped", type_=Integer)),
    Lot,
)
_STAYING = Prepared(
    select(*_LOT_COLUMNS)
    .where(_ACTIVE, lot.c.expires_at.is_(None))
    .order_by(lot.c.expires_at, lot.c.created_at, lot.c.id)  # PostgreSQL sorts all lots without the first
    .limit(bindparam("most", type_=Integer))
    .offset(bindparam("skipped", type_=Integer)),
    Lot,
)
_OVERDUE: Prepared[int] = Prepared(
    select(func.coalesce(func.sum(lot.c.remaining), 0)).where(_ACTIVE, lot.c.expires_at <= bindparam("now")),
    first_column,
)
_ADDED_BY = Prepared(
    select(*_LOT_COLUMNS)
    .where(
        _IN_STORE,
        or_(
            and_(lot.c.id == bindparam("the_transfer"), lot.c.transfer == lot.c.id),
            and_(lot.c.transfer == bindparam("the_transfer"), lot.c.transfer != lot.c.id),
        ),
    )
    .order_by(lot.c.id),
    Lot,
)
_ACCOUNT = Prepared(
    select(
        account.c.id,
        account.c.member,
        account.c.wallet,
        account.c.transfers,
        *(account.c[part] for part in _PARTS),
    ).where(account.c.store == bindparam("in_store"), account.c.id == bindparam("the_account")),
    account_of,
)
_TRANSFERS = select(*TRANSFER_COLUMNS).where(transfer.c.store == bindparam("in_store"))
_TRANSFER = Prepared(_TRANSFERS.where(transfer.c.id == bindparam("the_id")), transfer_record)
_EXTERNAL = Prepared(_TRANSFERS.where(transfer.c.external_id == bindparam("the_external_id")), transfer_record)
_RELATED = Prepared(
    _TRANSFERS.where(transfer.c.related == bindparam("the_id")).order_by(transfer.c.at, transfer.c.number),
    transfer_record,
)
_OF_EVENT = Prepared(
    _TRANSFERS.where(transfer.c.event == bindparam("the_event")).order_by(transfer.c.account, transfer.c.number),
    transfer_record,
)
_CANCELLING = transfer.alias("cancelling")
_OF_OWNER = and_(
    transfer.c.store == bindparam("in_store"),
    transfer.c.member == bindparam("the_member"),
    transfer.c.wallet == bindparam("the_wallet"),
)  # not by the account: transfers of merged members keep their accounts
_SENT = Prepared(
    select(func.count(), *sum_in_halves(transfer.c.points)).where(
        _OF_OWNER,
        transfer.c.kind == "send",
        transfer.c.at >= bindparam("since"),
        ~exists().where(_CANCELLING.c.related == transfer.c.id, _CANCELLING.c.kind == "cancel"),
    ),
    _sent,
)
_TAKEN_BACK = transfer.alias("taken_back")
_TAKES_BACK = or_(*(transfer.c.kind == kind for kind in TAKING_BACK))
_COUNTS_AT = case(
    (transfer.c.counts_at.is_not(None), transfer.c.counts_at),
    (_TAKES_BACK, func.coalesce(_TAKEN_BACK.c.counts_at, _TAKEN_BACK.c.at, transfer.c.at)),
    (and_(transfer.c.source != CLOCK, *(transfer.c.kind != kind for kind in MERGING)), transfer.c.at),
)
_COUNTED: Mapping[CountedPart, Prepared[int]] = {
    part: Prepared(
        select(func.coalesce(func.sum(transfer.c[part]), 0))
        .select_from(transfer.outerjoin(_TAKEN_BACK, and_(_TAKES_BACK, _TAKEN_BACK.c.id == transfer.c.related)))
        .where(
            transfer.c.store == bindparam("in_store"),
            transfer.c.member == bindparam("the_member"),
            transfer.c.wallet == bindparam("the_wallet"),
            transfer.c.at >= bindparam("since"),  # nothing counts later than it is booked, and booking is indexed
            bindparam("since") <= _COUNTS_AT,
        ),
        first_column,
    )
    for part in COUNTED_PARTS
}
_DEBT_TRANSFERS = Prepared(
    _TRANSFERS.where(
        _OF_OWNER,
        or_(*(transfer.c.kind == kind for kind in ("cancel", "take_back", "settle"))),
    ).order_by(transfer.c.at, transfer.c.number),
    transfer_record,
)
_ALLOCATIONS_OF = Prepared(
    select(*columns_of(Allocation, allocation))
    .where(allocation.c.store == bindparam("in_store"), allocation.c.transfer == bindparam("the_id"))
    .order_by(allocation.c.lot),
    Allocation,
)
_ALLOCATIONS_TO = Prepared(
    select(allocation.c.transfer, *columns_of(Allocation, allocation))
    .where(allocation.c.store == bindparam("in_store"), allocation.c.lot == bindparam("the_id"))
    .order_by(allocation.c.transfer),
    _of_transfer,
)


class LedgerQueries(Queries):
    """Reads the ledger of one store."""

    def account(self, member_id: str, wallet: str) -> Account | None:
        """Return a member's account; None: it was never used."""
        return self.account_of_id(account_id(member_id, wallet))

    def account_of_id(self, account: str) -> Account | None:
        """Return an account by its id; None: it was never used."""
        return _ACCOUNT.first(self.connection, {"in_store": self.store, "the_account": account})

    def lot(self, lot_id: str) -> tuple[Lot, str] | None:
        """Return a lot and the id of its member."""
        return _LOT.first(self.connection, self._named(lot_id))

    def lots(self, member_id: str) -> list[Lot]:
        """Return every lot of a member with points left."""
        return _UNSPENT.all(self.connection, {"in_store": self.store, "the_member": member_id})

    def lots_of_transfer(self, transfer_id: str) -> list[Lot]:
        """Return the lots that a transfer added."""
        return _ADDED_BY.all(self.connection, {"in_store": self.store, "the_transfer": transfer_id})

    def spendable(self, member_id: str, wallet: str, *, now: datetime, enough: Points) -> list[Lot]:
        """Return active, unexpired lots with points left, in the order of spending, up to `enough` points."""
        here = {"in_store": self.store, "the_member": member_id, "the_wallet": wallet}
        found: list[Lot] = []
        for statement, parameters in ((_EXPIRING, here | {"now": now}), (_STAYING, here)):
            most, skipped = FIRST_PAGE, 0
            while enough > 0:
                page = statement.all(self.connection, parameters | {"most": most, "skipped": skipped})
                for each in page:
                    if enough > 0:
                        found.append(each)
                        enough = Points(enough - each.remaining)
                if len(page) < most:
                    break
                skipped, most = skipped + most, most * PAGE_GROWTH
        return found

    def overdue(self, member_id: str, wallet: str, *, now: datetime) -> Points:
        """Return the active points whose date has passed, and which have not expired yet."""
        here = {"in_store": self.store, "the_member": member_id, "the_wallet": wallet, "now": now}
        return Points(int(_OVERDUE.first(self.connection, here) or 0))

    def transfer(self, transfer_id: str) -> Transfer | None:
        """Return one transfer."""
        return _TRANSFER.first(self.connection, self._named(transfer_id))

    def transfers_about(self, transfer_id: str) -> list[Transfer]:
        """Return the transfers that are related to one, in order."""
        return _RELATED.all(self.connection, self._named(transfer_id))

    def transfers_of(self, event_id: str) -> list[Transfer]:
        """Return what one event posted, in order."""
        return _OF_EVENT.all(self.connection, {"in_store": self.store, "the_event": event_id})

    def allocations_of(self, transfer_id: str) -> list[Allocation]:
        """Return a transfer's changes of lots."""
        return _ALLOCATIONS_OF.all(self.connection, self._named(transfer_id))

    def allocations_to(self, lot_id: str) -> list[tuple[str, Allocation]]:
        """Return the changes of one lot by the transfers with these ids, in the order of their ids."""
        return _ALLOCATIONS_TO.all(self.connection, self._named(lot_id))

    def debt_transfers(self, member_id: str, wallet: str) -> list[Transfer]:
        """Return the transfers of an account that cancelled or took back something, or paid debt, in order."""
        here = {"in_store": self.store, "the_member": member_id, "the_wallet": wallet}
        return _DEBT_TRANSFERS.all(self.connection, here)

    def counted_since(self, member_id: str, wallet: str, part: CountedPart, since: datetime) -> Points:
        """Return the points of a part of the balance that count for tiers at a moment or later."""
        here = {"in_store": self.store, "the_member": member_id, "the_wallet": wallet, "since": since}
        return Points(int(_COUNTED[part].first(self.connection, here) or 0))

    def sent_since(self, member_id: str, wallet: str, since: datetime) -> Sent:
        """Return what a member has sent to others since a moment, without what was cancelled."""
        here = {"in_store": self.store, "the_member": member_id, "the_wallet": wallet, "since": since}
        return _SENT.first(self.connection, here) or Sent(0, Points(0))

    def reported_transfer(self, external_id: str) -> Transfer | None:
        """Return the transfer to which a client gave this id."""
        return _EXTERNAL.first(self.connection, {"in_store": self.store, "the_external_id": external_id})

    def page(self, page: PageRequest, *, member_id: str | None = None) -> PageResult[Transfer]:
        """Return a page of the transfers of the store, or of one member, in the order of booking."""
        within = transfer.c.store == self.store
        if member_id is not None:
            within = and_(within, transfer.c.member == member_id)
        return find_page(
            self.connection,
            transfer_record,
            transfer,
            page,
            within=within,
            order_by=transfer.c.at,
            columns=TRANSFER_COLUMNS,
        )

    def _named(self, id_: str) -> dict[str, Any]:
        return {"in_store": self.store, "the_id": id_}
