"""Checks of transfers: what each kind changes, and the transfer that it refers to."""

from collections.abc import Mapping
from typing import Any, Final, get_args

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select

from database.audit.checks import (
    STORE,
    Check,
    Comparison,
    Subjects,
    exists,
    same,
    same_if_there,
)
from database.planner import unindexed
from database.tables import account, event, member, transfer
from loyalty.store.points import TransferKind

MIGRATED: Final = "migration"
"""The source of corrections by a migration, which may change anything."""

KINDS: Final[tuple[TransferKind, ...]] = get_args(TransferKind)

ABOUT: Final[Mapping[TransferKind, tuple[TransferKind, ...]]] = {
    "activate": ("award", "add", "receive"),
    "release": ("hold",),
    "capture": ("hold",),
    "expire": ("award", "add", "receive"),
    "receive": ("send",),
    "take_back": ("cancel", "return"),
    "settle": KINDS,
    "cancel": ("award", "add", "deduct", "spend", "capture", "send", "receive", "expire"),
    "return": ("award", "deduct"),
    "merge_in": ("merge_out",),
}
"""The kinds to which a transfer of each kind may refer; other kinds refer to none."""

_moved = transfer.c.points
_about = transfer.alias("about")
_whose: Subjects = {"member": transfer.c.member, "wallet": transfer.c.wallet, "transfer": transfer.c.id}
_here = and_(unindexed(transfer.c.store) == STORE, transfer.c.source != MIGRATED)


def _by_kind(part: str, *amounts: tuple[tuple[TransferKind, ...], ColumnElement[Any]]) -> Comparison:
    """Compare what a transfer adds to a part with what its kind adds; kinds that are not listed add 0."""
    branches = [(transfer.c.kind.in_(kinds), amount) for kinds, amount in (*amounts, (_MERGING, transfer.c[part]))]
    return Comparison(part, case(*branches, else_=0), transfer.c[part])


def _either(part: str, amount: ColumnElement[Any]) -> ColumnElement[Any]:
    """Require all of an amount in this part, or none of it."""
    return case((transfer.c[part] == 0, 0), else_=amount)


_given = _moved - transfer.c.pending
_taken = -_moved - transfer.c.pending
_MERGING: Final[tuple[TransferKind, ...]] = ("merge_out", "merge_in")
"""The kinds that move a whole balance."""

_CHANGES = (
    same("kind", case((transfer.c.kind.in_(KINDS), transfer.c.kind), else_="a known kind"), transfer.c.kind),
    Comparison(
        "points",
        case(
            (or_(_moved > 0, and_(_moved == 0, transfer.c.kind.in_(("cancel", "return", *_MERGING)))), _moved),
            else_=func.abs(_moved),
        ),
        _moved,
    ),
    _by_kind(
        "active",
        (("award", "add"), _given),
        (("expire",), _taken),
        (("activate", "receive", "release"), _moved),
        (("spend", "deduct", "hold", "send", "settle"), -_moved),
        (("take_back", "cancel", "return"), transfer.c.active),
    ),
    _by_kind(
        "pending",
        (("award", "add"), _either("pending", _moved)),
        (("expire",), _either("pending", -_moved)),
        (("activate",), -_moved),
        (("cancel", "return"), transfer.c.pending),
    ),
    _by_kind("earned", (("award", "add"), _moved), (("cancel", "return"), transfer.c.earned)),
    _by_kind(
        "spent",
        (("spend",), _either("spent", _moved)),
        (("deduct", "capture"), _moved),
        (("cancel", "return"), transfer.c.spent),
    ),
    _by_kind("expired", (("expire",), _moved), (("cancel",), transfer.c.expired)),
    _by_kind("held", (("hold",), _moved), (("release", "capture"), -_moved)),
    _by_kind("owed", (("settle",), -_moved), (("take_back", "cancel", "return"), transfer.c.owed)),
    _by_kind(
        "qualifying",
        (("award", "add", "activate"), _either("qualifying", _moved)),
        (("cancel", "return"), transfer.c.qualifying),
    ),
)

_is_right_kind = or_(*(and_(transfer.c.kind == kind, _about.c.kind.in_(kinds)) for kind, kinds in ABOUT.items()))
_expected_kind = case(
    *((transfer.c.kind == kind, literal(" or ".join(kinds))) for kind, kinds in ABOUT.items()), else_=""
)
_is_of_one_owner = and_(_about.c.member == transfer.c.member, _about.c.wallet == transfer.c.wallet)
"""Require that the accounts of merged members belong to one owner."""
_related = (
    exists("the transfer that it is about", _about.c.id),
    same_if_there("store", _about.c.id, _about.c.store, transfer.c.store),
    same(
        "its kind",
        case((or_(_about.c.id.is_(None), _is_right_kind), _about.c.kind), else_=_expected_kind),
        _about.c.kind,
    ),
    same(
        "its account",
        case(
            (or_(_about.c.id.is_(None), transfer.c.kind == "receive", _is_of_one_owner), _about.c.account),
            else_=transfer.c.account,
        ),
        _about.c.account,
    ),
)

_TOOK = ("deduct", "spend", "capture", "send")
_ADDED = ("award", "add")


_activated = (
    select(transfer.c.related, func.sum(transfer.c.qualifying).label("qualifying"))
    .where(unindexed(transfer.c.store) == STORE, transfer.c.kind == "activate")
    .group_by(transfer.c.related)
    .subquery("activated")
)


def _undone(part: str) -> Comparison:
    """Return what a cancellation adds to a part, where that follows from the cancelled transfer."""
    undone, own = -_about.c[part], transfer.c[part]
    by_part = {
        "active": ((_about.c.kind.in_(_TOOK), _about.c.points), (_about.c.kind == "expire", undone)),
        "spent": ((_about.c.kind.in_(_TOOK), undone),),
        "expired": ((_about.c.kind == "expire", undone),),
        "qualifying": ((_about.c.kind.in_(_ADDED), undone - func.coalesce(_activated.c.qualifying, 0)),),
    }
    return Comparison(part, case(*by_part[part], else_=own), own)


def _times(kind: TransferKind) -> Any:
    return (
        select(
            transfer.c.related,
            func.min(transfer.c.member).label("member"),
            func.min(transfer.c.wallet).label("wallet"),
            func.min(transfer.c.account).label("account"),
            func.sum(transfer.c.points).label("points"),
            func.count().label("count"),
        )
        .where(unindexed(transfer.c.store) == STORE, transfer.c.kind == kind, transfer.c.related.is_not(None))
        .group_by(transfer.c.related)
    )


_cancelled = _times("cancel").subquery("cancelled")
_received = _times("receive").subquery("received")
_sent_back = _times("cancel").subquery("sent_back")
_taken_back = _times("cancel").subquery("taken_back")
_receiving = transfer.alias("receiving")
_is_sent_back = case((_sent_back.c.related.is_(None), "no"), else_="yes")
_is_taken_back = case((_taken_back.c.related.is_(None), "no"), else_="yes")

_of_hold = transfer.alias("of_hold")
hold_left = (
    select(transfer.c.id, (transfer.c.held + func.coalesce(func.sum(_of_hold.c.held), 0)).label("left"))
    .select_from(
        transfer.outerjoin(
            _of_hold, and_(_of_hold.c.related == transfer.c.id, _of_hold.c.kind.in_(("release", "capture")))
        )
    )
    .where(unindexed(transfer.c.store) == STORE, transfer.c.kind == "hold")
    .group_by(transfer.c.id, transfer.c.held)
    .subquery("hold_left")
)
"""Return what each hold still holds."""

TRANSFER_CHECKS = (
    Check(
        "transfer-change",
        "each transfer changes the parts of the balance as its kind does, by its points",
        "the transfer was changed by hand: restore it from a backup",
        transfer,
        _here,
        _whose,
        _CHANGES,
    ),
    Check(
        "transfer-account",
        "every transfer belongs to an account of its member, or of one merged into them, of its wallet and store",
        "a transfer or its account was changed by hand: restore both from a backup",
        transfer.outerjoin(account, account.c.id == transfer.c.account).outerjoin(
            member, member.c.id == account.c.member
        ),
        unindexed(transfer.c.store) == STORE,
        {**_whose, "account": transfer.c.account},
        (
            exists("its account", account.c.id),
            same_if_there("store", account.c.id, account.c.store, transfer.c.store),
            same_if_there(
                "member", account.c.id, func.coalesce(member.c.merged_into, account.c.member), transfer.c.member
            ),
            same_if_there("wallet", account.c.id, account.c.wallet, transfer.c.wallet),
        ),
    ),
    Check(
        "transfer-event",
        "behind every transfer there is an event of its store",
        "restore the event from a backup: without it the reason of the transfer is unknown",
        transfer.outerjoin(event, and_(event.c.id == transfer.c.event, event.c.store == transfer.c.store)),
        _here,
        {**_whose, "event": transfer.c.event},
        (exists("its event", event.c.id),),
    ),
    Check(
        "transfer-related",
        "what cancels, releases, captures, activates, expires, receives or settles is about one transfer of its kind",
        "the transfer was changed, or the one that it is about was removed: restore both from a backup",
        transfer.outerjoin(_about, _about.c.id == transfer.c.related),
        and_(
            unindexed(transfer.c.store) == STORE,
            transfer.c.source != MIGRATED,
            transfer.c.kind.in_(ABOUT),
            # the lot is unknown for some points that an older version expired or activated
            or_(
                transfer.c.related.is_not(None),
                transfer.c.kind.not_in(("activate", "expire")),
                transfer.c.lot.is_not(None),
            ),
        ),
        _whose,
        _related,
    ),
    Check(
        "cancelled-once",
        "no transfer is cancelled twice",
        "the second cancellation moved points again: move them back by adding or spending as much",
        _cancelled,
        _cancelled.c.count > 1,
        {"member": _cancelled.c.member, "wallet": _cancelled.c.wallet, "transfer": _cancelled.c.related},
        (Comparison("cancellations", literal(1), _cancelled.c.count, "number"),),
    ),
    Check(
        "cancelled-amount",
        "a cancellation undoes what the transfer that it is about did",
        "the cancellation was changed by hand: restore it from a backup",
        transfer.join(_about, _about.c.id == transfer.c.related).outerjoin(
            _activated, _activated.c.related == _about.c.id
        ),
        and_(unindexed(transfer.c.store) == STORE, transfer.c.kind == "cancel"),
        _whose,
        tuple(_undone(part) for part in ("active", "spent", "expired", "qualifying")),
    ),
    Check(
        "hold-left",
        "not more of a hold is released or captured than it holds",
        "a hold was released or captured twice: spend what came back too often by hand",
        transfer.join(hold_left, hold_left.c.id == transfer.c.id),
        unindexed(transfer.c.store) == STORE,
        _whose,
        (Comparison("still held", case((hold_left.c.left < 0, 0), else_=hold_left.c.left), hold_left.c.left),),
    ),
    Check(
        "sent-and-received",
        "what one member sent another one received, once and in the same wallet",
        "one side of the transfer is missing: restore it from a backup, or add the points to the receiver by hand",
        transfer.outerjoin(_received, _received.c.related == transfer.c.id),
        and_(unindexed(transfer.c.store) == STORE, transfer.c.kind == "send"),
        _whose,
        (
            Comparison("times received", literal(1), func.coalesce(_received.c.count, 0), "number"),
            Comparison("points received", transfer.c.points, func.coalesce(_received.c.points, 0)),
            same("wallet of the receiver", transfer.c.wallet, func.coalesce(_received.c.wallet, transfer.c.wallet)),
            same(
                "sender and receiver",
                literal("two accounts"),
                case((_received.c.account == transfer.c.account, "one account"), else_="two accounts"),
            ),
        ),
    ),
    Check(
        "sent-and-received-cancelled",
        "of a transfer between members both sides are cancelled, or neither",
        "cancel the other side, too",
        transfer.join(_receiving, and_(_receiving.c.related == transfer.c.id, _receiving.c.kind == "receive"))
        .outerjoin(_sent_back, _sent_back.c.related == transfer.c.id)
        .outerjoin(_taken_back, _taken_back.c.related == _receiving.c.id),
        and_(unindexed(transfer.c.store) == STORE, transfer.c.kind == "send"),
        _whose,
        (same("the receiver's side is cancelled", _is_sent_back, _is_taken_back),),
    ),
)
"""The checks of transfers."""
