"""Checks that lots and allocations match their transfers."""

from sqlalchemy import and_, case, func, literal, select

from database.audit.checks import (
    STORE,
    Check,
    Comparison,
    Subjects,
    at_least_zero,
    exists,
    same,
    same_if_there,
)
from database.planner import unindexed
from database.tables import account, allocation, lot, transfer

ADDING = ("award", "add", "receive")
"""The kinds of transfers that add lots."""

_changed = (
    select(allocation.c.lot, func.sum(allocation.c.points).label("points"), func.sum(allocation.c.held).label("held"))
    .where(unindexed(allocation.c.store) == STORE)
    .group_by(allocation.c.lot)
    .subquery("changed")
)
_allocated = (
    select(
        allocation.c.transfer, func.sum(allocation.c.points).label("points"), func.sum(allocation.c.held).label("held")
    )
    .where(unindexed(allocation.c.store) == STORE)
    .group_by(allocation.c.transfer)
    .subquery("allocated")
)
_added = (
    select(lot.c.transfer, func.sum(lot.c.points).label("points"))
    .where(unindexed(lot.c.store) == STORE)
    .group_by(lot.c.transfer)
    .subquery("added")
)
_lot: Subjects = {"member": lot.c.member, "wallet": lot.c.wallet, "lot": lot.c.id}
_in_use = lot.c.remaining + lot.c.held
_by_lots = func.coalesce(_added.c.points, 0) + func.coalesce(_allocated.c.points, 0)

LOT_CHECKS = (
    Check(
        "lot-allocations",
        "what remains of a lot is its points and the sum of its allocations; what is held of it likewise",
        "the allocations are the record: while Laurel is stopped, set this part of the lot to the expected amount",
        lot.outerjoin(_changed, _changed.c.lot == lot.c.id),
        unindexed(lot.c.store) == STORE,
        _lot,
        (
            Comparison("remaining", lot.c.points + func.coalesce(_changed.c.points, 0), lot.c.remaining),
            Comparison("held", func.coalesce(_changed.c.held, 0), lot.c.held),
        ),
    ),
    Check(
        "lot-bounds",
        "what remains and what is held of a lot is not below zero, and together not more than its points",
        "points were taken or given back twice: look at the lot's allocations, and cancel the second transfer",
        lot,
        unindexed(lot.c.store) == STORE,
        _lot,
        (
            at_least_zero("remaining", lot.c.remaining),
            at_least_zero("held", lot.c.held),
            Comparison("remaining and held", case((_in_use > lot.c.points, lot.c.points), else_=_in_use), _in_use),
        ),
    ),
    Check(
        "lot-origin",
        "every lot was added by a transfer of its member and wallet, and by the same event",
        "a lot or its transfer was changed by hand: restore both from a backup",
        lot.outerjoin(transfer, and_(transfer.c.id == lot.c.transfer, transfer.c.store == lot.c.store)),
        unindexed(lot.c.store) == STORE,
        {**_lot, "transfer": lot.c.transfer},
        (
            exists("its transfer", transfer.c.id),
            same_if_there("member", transfer.c.id, transfer.c.member, lot.c.member),
            same_if_there("wallet", transfer.c.id, transfer.c.wallet, lot.c.wallet),
            same_if_there("event", transfer.c.id, transfer.c.event, lot.c.event),
            same(
                "kind of its transfer",
                literal(" or ".join(ADDING)),
                case(
                    (transfer.c.id.is_(None), " or ".join(ADDING)),
                    (transfer.c.kind.in_(ADDING), " or ".join(ADDING)),
                    else_=transfer.c.kind,
                ),
            ),
        ),
    ),
    Check(
        "lot-account",
        "every lot belongs to an account",
        "restore the account from a backup: its id and its sums follow from its transfers",
        lot.outerjoin(
            account,
            and_(account.c.member == lot.c.member, account.c.wallet == lot.c.wallet, account.c.store == lot.c.store),
        ),
        unindexed(lot.c.store) == STORE,
        _lot,
        (exists("its account", account.c.id),),
    ),
    Check(
        "transfer-allocations",
        "what a transfer adds to active and pending points is what it adds to lots; held points likewise",
        "a transfer or its allocations were changed by hand: restore them from a backup",
        transfer.outerjoin(_added, _added.c.transfer == transfer.c.id).outerjoin(
            _allocated, _allocated.c.transfer == transfer.c.id
        ),
        and_(unindexed(transfer.c.store) == STORE, transfer.c.estimated.is_(False)),
        {"member": transfer.c.member, "wallet": transfer.c.wallet, "transfer": transfer.c.id},
        (
            Comparison("points of lots", transfer.c.active + transfer.c.pending, _by_lots),
            Comparison("held points of lots", transfer.c.held, func.coalesce(_allocated.c.held, 0)),
        ),
    ),
    Check(
        "allocation-owner",
        "every allocation belongs to a transfer and a lot of one member, wallet and store",
        "an allocation was changed by hand: restore it from a backup",
        allocation.outerjoin(transfer, transfer.c.id == allocation.c.transfer).outerjoin(
            lot, lot.c.id == allocation.c.lot
        ),
        unindexed(allocation.c.store) == STORE,
        {"transfer": allocation.c.transfer, "lot": allocation.c.lot},
        (
            exists("its transfer", transfer.c.id),
            exists("its lot", lot.c.id),
            same_if_there(
                "store of its lot", lot.c.id, allocation.c.store, func.coalesce(lot.c.store, allocation.c.store)
            ),
            same_if_there(
                "store of its transfer",
                transfer.c.id,
                allocation.c.store,
                func.coalesce(transfer.c.store, allocation.c.store),
            ),
            same(
                "member of its lot",
                func.coalesce(transfer.c.member, lot.c.member),
                func.coalesce(lot.c.member, transfer.c.member),
            ),
            same(
                "wallet of its lot",
                func.coalesce(transfer.c.wallet, lot.c.wallet),
                func.coalesce(lot.c.wallet, transfer.c.wallet),
            ),
        ),
    ),
)
"""The checks of lots and allocations."""
