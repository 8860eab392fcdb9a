"""Members rise at once, whatever raised their standing: an award, an activation, a correction, or another program."""

from dataclasses import replace
from datetime import datetime

from loyalty.program.program import Program
from loyalty.program.tiers import Tier
from loyalty.program.wallets import Points
from loyalty.store.due_items import TIER_KINDS
from loyalty.store.members import NO_POINTS, NOTHING, Balance, Member
from loyalty.tiers.holds import hold_of, note_earned, within_hold
from loyalty.tiers.standing import due_times, kept_until, standing
from loyalty.tiers.work import TierWork


def judge_standing(
    work: TierWork, member_id: str, balance: Balance | None = None, *, base: Points | None = None
) -> None:
    """Move a member up if their standing reaches a higher tier than theirs; nobody moves down here.

    Call it at the end of a unit of work that may have raised the standing. `balance` is that of the wallet of tiers
    now, and `base` that of the member's tier period, if they are known.
    """
    program = work.program
    if not program.tiers:
        return
    if balance is None:
        account = work.tx.ledger.account(member_id, program.tier_wallet.code)
        balance = NO_POINTS if account is None else account.balance
    if not _may_rise(program, balance):
        return
    member = work.facts_of(member_id)
    _rise(work, member if base is None else replace(member, tier_base=base), balance)


def judge_spending(work: TierWork, member_id: str) -> None:
    """Move a member up if what they have spent reaches a higher tier, where that decides the tier."""
    if work.program.tier_by == "spent_points":
        judge_standing(work, member_id)


def judge_member(work: TierWork, member: Member) -> None:
    """Move a member up as `judge_standing` does, also from none into the lowest tier."""
    _rise(work, member, member.balances.get(work.program.tier_wallet.code, NO_POINTS))


def _rise(work: TierWork, member: Member, balance: Balance) -> None:
    program = work.program
    reached, present = program.tier_at(standing(program, balance, member.tier_base)), program.tier_named(member.tier)
    if reached is not None and (present is None or present.start < reached.start):
        rise_to(work, member, reached)


def rise_to(work: TierWork, member: Member, tier: Tier, *, since: datetime | None = None, why: str = "") -> None:
    """Put a member into a higher tier, or as far up as a tier by hand lets them."""
    hold = hold_of(work, member.id)
    allowed, present = within_hold(work.program, tier, hold), work.program.tier_named(member.tier)
    if hold is not None and hold.direction != "floor":
        note_earned(work, member.id, hold, tier)
    if present is None or present.start < allowed.start:
        enter_tier(work, member, allowed, up=True, since=since, why=why)


def enter_tier(
    work: TierWork,
    member: Member,
    tier: Tier,
    *,
    up: bool,
    since: datetime | None = None,
    until: datetime | None = None,
    why: str = "",
    by_hand: bool = False,
) -> None:
    """Put a member into a tier, and report the change.

    It is kept until a moment, or from `since` (None: now) for a period.
    """
    until = until or kept_until(work.program, tier, now=since or work.now)
    work.tx.members.set_tier(member.id, tier.name, up=up, until=until, now=work.now)
    if work.program.reviews_tiers:
        due = {} if until is None else due_times(work.program, until, now=work.now)
        for kind in TIER_KINDS:
            if kind not in due:
                work.tx.due_items.clear(member.id, kind)
        work.schedule(member.id, due, member=member.id)
    body = {"from": member.tier, "to": tier.name, "up": up} | ({"by_hand": True} if by_hand else {})
    work.report_tier(member.id, tier.name, body, why)


def _may_rise(program: Program, balance: Balance) -> bool:
    """Return whether a balance can reach more than a tier in which everybody is; if not, nothing of them is read."""
    reached = program.tier_at(standing(program, balance, NOTHING))
    return reached is not None and (reached != program.tiers[0] or reached.start > 0)
