"""Checks that everything that falls due has a due item."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause, and_, case, literal, or_, select, true, union

from database.audit.checks import NOW, STORE, Check, Comparison, Subjects, exists, same
from database.audit.transfers import hold_left
from database.planner import unindexed
from database.tables import deadline, issued_reward, lot, member, member_tier, transfer
from loyalty.program.program import Program
from loyalty.program.tiers import TierSet
from loyalty.store.due_items import DUE_KINDS, DueKind

_ADD = "add it to the table `deadline` with this date, and start Laurel again"


def due_item_checks(program: Program | None) -> Sequence[Check]:
    """Return the checks of due items under the program in force; None: only those independent of a program.

    Points in a wallet that the program does not have stay as they are, and so do tiers that it does not have.
    """
    checks = [_lots(program), _HOLDS, _COUPONS, *_SUBJECTS]
    sets = [] if program is None else [each for each in program.tier_sets.values() if each.is_reviewed]
    return [*checks, *map(_tiers, sets)]


def _check(
    name: str,
    promise: str,
    subject: Column[str],
    names: Subjects,
    owner: ColumnElement[str],
    kind: ColumnElement[str],
    date: ColumnElement[Any],
    where: ColumnElement[bool],
    source: FromClause,
    instead: Sequence[DueKind] = (),
) -> Check:
    """Return the check that each subject has a due item of a kind, at its date, for its member's queue.

    A retried item is due later than its date, which has passed. `instead`: other kinds that suffice.
    """
    is_wrong = or_(deadline.c.due_at < date, and_(date > NOW, deadline.c.due_at != date))
    this = and_(deadline.c.store == STORE, deadline.c.subject == subject)
    of_kind = or_(deadline.c.kind == kind, *(deadline.c.kind == each for each in instead))
    return Check(
        name,
        promise,
        _ADD,
        source.outerjoin(deadline, and_(this, of_kind)),
        where,
        names,
        (
            same("due item", kind, case((deadline.c.subject.is_(None), "none"), else_=kind)),
            Comparison("due", date, case((is_wrong, deadline.c.due_at), else_=date), "instant"),
            same("whose", owner, case((deadline.c.member.is_(None), owner), else_=deadline.c.member)),
        ),
    )


def _lots(program: Program | None) -> Check:
    is_pending = lot.c.active_from.is_not(None)
    has_date = or_(is_pending, lot.c.expires_at.is_not(None))
    where = and_(unindexed(lot.c.store) == STORE, lot.c.remaining > 0, has_date)
    return _check(
        "lot-due",
        "pending points are due to become active, and active points with a date to expire",
        lot.c.id,
        {"member": lot.c.member, "wallet": lot.c.wallet, "lot": lot.c.id},
        lot.c.member,
        case((is_pending, "activate"), else_="expire"),
        case((is_pending, lot.c.active_from), else_=lot.c.expires_at),
        where if program is None else and_(where, lot.c.wallet.in_(list(program.wallets))),
        lot,
    )


def _tiers(tier_set: TierSet) -> Check:
    """Return the check of the members in the tiers of a set, or in none.

    Another program may have another lowest tier: until a period ends it is due as it was when it began.
    """
    table = member if tier_set.is_default else member_tier
    whose = member.c.id if tier_set.is_default else member_tier.c.member
    of_set = true() if tier_set.is_default else member_tier.c.tier_set == tier_set.name
    return _check(
        "tier-due",
        "a period in a tier is due to end",
        member.c.id if tier_set.is_default else member_tier.c.subject,
        {"member": whose},
        whose,
        literal("tier_review"),
        table.c.tier_until,
        and_(unindexed(table.c.store) == STORE, table.c.tier_until.is_not(None), of_set),
        table,
        instead=("tier_period",),
    )


_HOLDS = _check(
    "hold-due",
    "a hold with an end is due to be released",
    transfer.c.id,
    {"member": transfer.c.member, "wallet": transfer.c.wallet, "transfer": transfer.c.id},
    transfer.c.member,
    literal("unblock"),
    transfer.c.ends_at,
    and_(unindexed(transfer.c.store) == STORE, transfer.c.ends_at.is_not(None), hold_left.c.left > 0),
    transfer.join(hold_left, hold_left.c.id == transfer.c.id),
)
_COUPONS = _check(
    "coupon-due",
    "a coupon that can be used until a date is due to expire",
    issued_reward.c.id,
    {"member": issued_reward.c.member, "reward": issued_reward.c.id},
    issued_reward.c.member,
    literal("coupon_expire"),
    issued_reward.c.expires_at,
    and_(issued_reward.c.store == STORE, issued_reward.c.status == "issued", issued_reward.c.expires_at.is_not(None)),
    issued_reward,
)


def _subjects(name: str, table: Any) -> Check:
    """Return the check that the subjects of due items exist in their store."""
    kinds = [kind for kind, info in DUE_KINDS.items() if info.subject == name]
    ids = select(table.c.id).where(table.c.store == STORE)
    if table is member:  # a member's place in a tier set has due items of its own
        there = union(ids, select(member_tier.c.subject).where(member_tier.c.store == STORE)).subquery("there")
    else:
        there = ids.subquery("there")
    return Check(
        "due-subject",
        "every due item is about something of its store",
        "remove the due item from the table `deadline`: there is nothing to be done",
        deadline.outerjoin(there, there.c.id == deadline.c.subject),
        and_(deadline.c.store == STORE, deadline.c.kind.in_(kinds)),
        {"member": deadline.c.member, "due item": deadline.c.subject},
        (exists(f"its {name}", there.c.id),),
    )


_SUBJECTS = tuple(
    _subjects(name, table)
    for name, table in (("lot", lot), ("hold", transfer), ("issued reward", issued_reward), ("member", member))
)
