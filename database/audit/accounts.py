"""Checks that accounts equal the sums of their transfers and lots."""

from sqlalchemy import and_, case, func, select

from database.audit.checks import (
    NOW,
    STORE,
    Check,
    Comparison,
    Subjects,
    at_least_zero,
    exists,
    same_if_there,
)
from database.planner import unindexed
from database.tables import BALANCE, account, lot, member, transfer

_posted = (
    select(
        transfer.c.account,
        *(func.sum(transfer.c[part]).label(part) for part in BALANCE),
        func.count().label("count"),
        func.min(transfer.c.number).label("first"),
        func.max(transfer.c.number).label("last"),
    )
    .where(unindexed(transfer.c.store) == STORE)
    .group_by(transfer.c.account)
    .subquery("posted")
)
_is_overdue = and_(lot.c.active_from.is_(None), lot.c.expires_at <= NOW)
_in_lots = (
    select(
        lot.c.member,
        lot.c.wallet,
        func.sum(case((lot.c.active_from.is_(None), lot.c.remaining), else_=0)).label("active"),
        func.sum(case((lot.c.active_from.is_(None), 0), else_=lot.c.remaining)).label("pending"),
        func.sum(lot.c.held).label("held"),
        func.sum(case((_is_overdue, lot.c.remaining), else_=0)).label("overdue"),
    )
    .where(unindexed(lot.c.store) == STORE)
    .group_by(lot.c.member, lot.c.wallet)
    .subquery("in_lots")
)
_overdue = func.coalesce(_in_lots.c.overdue, 0)
_usable = account.c.active - _overdue
_count = func.coalesce(_posted.c.count, 0)
_account: Subjects = {"member": account.c.member, "wallet": account.c.wallet, "account": account.c.id}
_with_lots = account.outerjoin(
    _in_lots, and_(_in_lots.c.member == account.c.member, _in_lots.c.wallet == account.c.wallet)
)
_here = unindexed(account.c.store) == STORE

_running = (
    select(
        transfer.c.id,
        transfer.c.account,
        transfer.c.member,
        transfer.c.wallet,
        transfer.c.balance,
        transfer.c.estimated,
        *(
            func.sum(transfer.c[part]).over(partition_by=transfer.c.account, order_by=transfer.c.number).label(part)
            for part in ("active", "pending", "held", "owed")
        ),
    )
    .where(unindexed(transfer.c.store) == STORE)
    .subquery("running")
)

ACCOUNT_CHECKS = (
    Check(
        "account-balance",
        "each part of an account is the sum of what its transfers add to it",
        "the transfers are the record: while Laurel is stopped, set this part of the account to the expected amount",
        account.outerjoin(_posted, _posted.c.account == account.c.id),
        _here,
        _account,
        tuple(Comparison(part, func.coalesce(_posted.c[part], 0), account.c[part]) for part in BALANCE),
    ),
    Check(
        "transfer-numbers",
        "the transfers of an account are numbered from 1 without gaps, and the account knows the last number",
        "a transfer was removed, or the account was changed: restore the missing rows from a backup",
        account.outerjoin(_posted, _posted.c.account == account.c.id),
        _here,
        _account,
        (
            Comparison("number of the last transfer", _count, func.coalesce(_posted.c.last, 0), "number"),
            Comparison(
                "number of the first transfer",
                case((_count > 0, 1), else_=0),
                func.coalesce(_posted.c.first, 0),
                "number",
            ),
            Comparison("transfers of the account", _count, account.c.transfers, "number"),
        ),
    ),
    Check(
        "account-lots",
        "active, pending and held points of an account are what remains and what is held of its lots",
        "compare the lots with their allocations (lot-allocations) and the account with its transfers "
        "(account-balance): correct the one that is wrong, or restore both from a backup",
        _with_lots,
        _here,
        _account,
        tuple(
            Comparison(part, func.coalesce(_in_lots.c[part], 0), account.c[part])
            for part in ("active", "pending", "held")
        ),
    ),
    Check(
        "below-zero",
        "no part of an account is below zero, except by debt, which has a part of its own",
        "more was taken than there was: look for what was taken twice, and cancel it",
        account,
        _here,
        _account,
        tuple(at_least_zero(part, account.c[part]) for part in ("active", "pending", "held", "owed")),
    ),
    Check(
        "debt-and-points",
        "no member has spendable points and open debt at once",
        "add and expire the smallest amount by hand: the points that are added pay the debt with what is there",
        _with_lots,
        _here,
        _account,
        (Comparison("owed", case((_usable > 0, 0), else_=account.c.owed), account.c.owed),),
    ),
    Check(
        "account-member",
        "every account belongs to a member of its store",
        "restore the member from a backup",
        account.outerjoin(member, member.c.id == account.c.member),
        _here,
        _account,
        (exists("its member", member.c.id), same_if_there("store", member.c.id, member.c.store, account.c.store)),
    ),
    Check(
        "running-balance",
        "the balance that a transfer shows is the sum of all up to it, and no part was ever below zero",
        "a transfer was changed or removed: restore the account's transfers from a backup",
        _running,
        _running.c.estimated.is_(False),
        {
            "member": _running.c.member,
            "wallet": _running.c.wallet,
            "account": _running.c.account,
            "transfer": _running.c.id,
        },
        (
            Comparison("balance after it", _running.c.active - _running.c.owed, _running.c.balance),
            *(at_least_zero(f"{part} after it", _running.c[part]) for part in ("active", "pending", "held", "owed")),
        ),
    ),
)
"""The checks of accounts."""
