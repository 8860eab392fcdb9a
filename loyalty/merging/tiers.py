"""Merge the tiers of two members: the higher one in each tier set, and their combined standing."""

from collections.abc import Sequence
from dataclasses import dataclass

from loyalty.events.operations import OperationContext
from loyalty.program.tiers import TierSet
from loyalty.program.wallets import Points
from loyalty.store.members import Member, TierPeriod
from loyalty.store.tiers import TierHold
from loyalty.tiers.holds import hold_of, within_hold
from loyalty.tiers.places import facts_in, period_in, set_period, subject_of
from loyalty.tiers.rising import enter_tier, judge_member, judge_months


@dataclass(frozen=True, slots=True)
class MergedStanding:
    """The standing of a merged member in a tier set."""

    tier_set: TierSet
    member: Member
    period: TierPeriod
    hold: TierHold | None


def standings_of(operation: OperationContext, member_id: str) -> Sequence[MergedStanding]:
    """Return the standing of a member in each tier set of the program."""
    return [
        MergedStanding(
            each,
            facts_in(operation, member_id, each),
            period_in(operation.tx, member_id, each),
            operation.tx.tier_holds.hold(member_id, each.name),
        )
        for each in operation.program.tier_sets.values()
    ]


def move_standings(operation: OperationContext, merged: Sequence[MergedStanding], survivor: str) -> None:
    """Give the survivor the higher tier of each set, and evaluate the combined standing.

    The survivor's tier by hand stays; without one, that of the merged member applies.
    """
    for each in merged:
        _join_periods(operation, each, survivor)
        _move_hold(operation, each, survivor)
        _take_higher(operation, each, survivor)
        judge_member(operation, operation.facts_of(survivor), each.tier_set)
    judge_months(operation, survivor)
    if operation.program.spend_sets:  # a deploy may have had the sales of only one of them counted again
        operation.schedule(survivor, {"judge_tier": operation.now}, member=survivor)


def _join_periods(operation: OperationContext, merged: MergedStanding, survivor: str) -> None:
    period, other = period_in(operation.tx, survivor, merged.tier_set), merged.period
    review = period.review or other.review
    if period.review is not None and other.review is not None:
        review = period.review._replace(base=Points(period.review.base + other.review.base))
    base = Points(period.base + other.base)
    if (base, review) != (period.base, period.review):
        set_period(operation, survivor, merged.tier_set, base=base, until=period.until, review=review)


def _move_hold(operation: OperationContext, merged: MergedStanding, survivor: str) -> None:
    holds, name = operation.tx.tier_holds, merged.tier_set.name
    if merged.hold is None:
        return
    holds.remove_hold(merged.member.id, name)
    if holds.hold(survivor, name) is None:
        holds.set_hold(survivor, name, merged.hold, now=operation.now)
        if merged.hold.until is not None:
            due = {"tier_hold_end": merged.hold.until}
            operation.schedule(subject_of(survivor, merged.tier_set), due, member=survivor)  # type: ignore[arg-type]


def _take_higher(operation: OperationContext, merged: MergedStanding, survivor: str) -> None:
    tier_set, other = merged.tier_set, merged.tier_set.named(merged.member.tier)
    if other is None:
        return
    member = facts_in(operation, survivor, tier_set)
    allowed, present = within_hold(tier_set, other, hold_of(operation, survivor, tier_set)), tier_set.named(member.tier)
    if present is None or present.start < allowed.start:
        until = merged.member.tier_until if allowed.name == other.name else None
        enter_tier(operation, tier_set, member, allowed, up=True, until=until)
