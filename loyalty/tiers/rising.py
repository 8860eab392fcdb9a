"""Members rise at once, whatever raised their standing: an award, an activation, a correction, or another program."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from loyalty.program.program import Program
from loyalty.program.tiers import Tier
from loyalty.program.wallets import Points
from loyalty.store.due_items import TIER_KINDS, DueTimes
from loyalty.store.members import NO_POINTS, NOTHING, Balance, Member
from loyalty.store.repositories import StoreRepositories
from loyalty.tiers.standing import due_times, kept_until, standing


class TierWork(Protocol):
    """The unit of work in which a member changes the tier: an event's step, a due item, or an operation."""

    @property
    def tx(self) -> StoreRepositories: ...
    @property
    def program(self) -> Program: ...
    @property
    def now(self) -> datetime: ...

    def facts_of(self, member_id: str) -> Member:
        """Return a member, with the tier that they are in now."""

    def schedule(self, subject: str, due: DueTimes, *, member: str) -> None:
        """Store due items of a subject."""

    def report_tier(self, member_id: str, tier: str, body: Mapping[str, Any], why: str = "") -> None:
        """Store the event `tier_changed`; `why` goes to the log of an event's step."""


def judge_standing(
    work: TierWork, member_id: str, balance: Balance | None = None, *, base: Points | None = None
) -> None:
    """Move a member up if their standing reaches a higher tier than theirs; nobody moves down here.

    Call it at the end of a unit of work that may have raised the standing. `balance` is that of the default wallet now,
    and `base` that of the member's tier period, if they are known.
    """
    program = work.program
    if not program.tiers:
        return
    if balance is None:
        account = work.tx.ledger.account(member_id, program.default_wallet.code)
        balance = NO_POINTS if account is None else account.balance
    if not _may_rise(program, balance):
        return
    member = work.facts_of(member_id)
    _rise(work, member if base is None else replace(member, tier_base=base), balance)


def judge_member(work: TierWork, member: Member) -> None:
    """Move a member up as `judge_standing` does, also from none into the lowest tier."""
    _rise(work, member, member.balances.get(work.program.default_wallet.code, NO_POINTS))


def _rise(work: TierWork, member: Member, balance: Balance) -> None:
    program = work.program
    reached, present = program.tier_at(standing(program, balance, member.tier_base)), program.tier_named(member.tier)
    if reached is not None and (present is None or present.start < reached.start):
        enter_tier(work, member, reached, up=True)


def enter_tier(
    work: TierWork, member: Member, tier: Tier, *, up: bool, since: datetime | None = None, why: str = ""
) -> None:
    """Put a member into a tier, keep it from `since` (None: now) for a period, and report the change."""
    until = kept_until(work.program, tier, now=since or work.now)
    work.tx.members.set_tier(member.id, tier.name, until=until, now=work.now)
    if work.program.reviews_tiers:
        due = {} if until is None else due_times(work.program, until, now=work.now)
        for kind in TIER_KINDS:
            if kind not in due:
                work.tx.due_items.clear(member.id, kind)
        work.schedule(member.id, due, member=member.id)
    work.report_tier(member.id, tier.name, {"from": member.tier, "to": tier.name, "up": up}, why)


def _may_rise(program: Program, balance: Balance) -> bool:
    """Return whether a balance can reach more than a tier in which everybody is; if not, nothing of them is read."""
    reached = program.tier_at(standing(program, balance, NOTHING))
    return reached is not None and (reached != program.tiers[0] or reached.start > 0)
