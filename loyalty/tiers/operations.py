"""Operations on tiers: set a member's tier by hand, and remove that again."""

from dataclasses import dataclass
from datetime import datetime

from loyalty.events.operations import OperationContext
from loyalty.program.program import Program
from loyalty.program.tiers import DEFAULT_SET, Tier, TierSet
from loyalty.refusals import UnknownTier
from loyalty.store.members import Member
from loyalty.store.tiers import HoldDirection, TierHold
from loyalty.tiers.ending import end_hold, enter_by_hand, tier_without
from loyalty.tiers.places import facts_in, subject_of
from loyalty.tiers.refusals import HoldEndsInPast, NotAssignedByHand, UnknownTierSet
from loyalty.tiers.rising import said_set
from loyalty.tiers.standing import standing_of


@dataclass(frozen=True, slots=True)
class AssignTier:
    """Put a member into a tier by hand.

    A higher tier is a floor, a lower one holds until the next review, and `pinned` holds both ways; all of them until
    `until`, if given, or until they are removed.
    """

    member: str
    tier: str
    until: datetime | None = None
    pinned: bool = False
    tier_set: str = DEFAULT_SET


def assign_tier(operation: OperationContext, request: AssignTier) -> None:
    """Put a member into a tier by hand, and report that they were changed if it is another one.

    Raise UnknownTierSet, UnknownTier or HoldEndsInPast.
    """
    if put_by_hand(operation, request):
        _report_change(operation, request.member)


def put_by_hand(operation: OperationContext, request: AssignTier) -> bool:
    """Put a member into a tier as `assign_tier` does, without `member_updated`; return whether it is another one."""
    tier_set = set_of(operation.program, request.tier_set)
    tier = tier_set.named(request.tier)
    if tier is None:
        raise UnknownTier([each.name for each in tier_set.tiers])
    if request.until is not None and request.until <= operation.now:
        raise HoldEndsInPast(request.until)
    operation.lock_members(request.member)
    member = facts_in(operation, request.member, tier_set)
    hold, subject = _hold(operation, tier_set, member, tier, request), subject_of(request.member, tier_set)
    operation.tx.tier_holds.set_hold(member.id, tier_set.name, hold, now=operation.now)
    operation.tx.due_items.clear(subject, "tier_hold_end")
    if hold.until is not None:
        operation.schedule(subject, {"tier_hold_end": hold.until}, member=member.id)
    until = None if hold.until is None else hold.until.isoformat()
    body = {"tier": tier.name, "direction": hold.direction, "until": until} | said_set(tier_set)
    operation.record(operation.new_event_id(), "tier_assigned", member.id, body)
    if tier.name == member.tier:
        return False
    ends = member.tier_until if hold.direction == "ceiling" else None
    enter_by_hand(operation, tier_set, member, tier, until=ends)
    return True


def unassign_tier(operation: OperationContext, member_id: str, name: str = DEFAULT_SET) -> None:
    """Remove a tier by hand: the member moves to the tier they would be in.

    Raise UnknownTierSet or NotAssignedByHand.
    """
    tier_set = set_of(operation.program, name)
    operation.lock_members(member_id)
    hold = operation.tx.tier_holds.hold(member_id, tier_set.name)
    if hold is None:
        raise NotAssignedByHand
    operation.tx.due_items.clear(subject_of(member_id, tier_set), "tier_hold_end")
    body = {"tier": hold.tier} | said_set(tier_set)
    operation.record(operation.new_event_id(), "tier_unassigned", member_id, body)
    before = facts_in(operation, member_id, tier_set)
    end_hold(operation, tier_set, before, hold)
    if facts_in(operation, member_id, tier_set).tier != before.tier:
        _report_change(operation, member_id)


def set_of(program: Program, name: str) -> TierSet:
    """Return the tier set of this name; raise UnknownTierSet."""
    found = program.tier_set_named(name)
    if found.name != name:
        raise UnknownTierSet(list(program.tier_sets))
    return found


def _report_change(operation: OperationContext, member_id: str) -> None:
    operation.record(operation.new_event_id(), "member_updated", member_id, {"fields": ["tier"]})


def _hold(operation: OperationContext, tier_set: TierSet, member: Member, tier: Tier, request: AssignTier) -> TierHold:
    """Return the tier by hand, with the tier that the member would be in without it: upwards is above that one."""
    known = operation.tx.tier_holds.hold(member.id, tier_set.name)
    before, before_until = member.tier, member.tier_until
    if known is not None and (known.direction != "floor" or known.tier == member.tier):
        before, before_until = known.before, known.before_until
    if request.pinned:
        return TierHold(tier.name, "pinned", request.until, before, before_until)
    without = tier_set.named(member.tier)
    if known is not None:
        amount = standing_of(operation.tx, operation.program, tier_set, member, now=operation.now)
        without = tier_without(operation, tier_set, member, known, amount)
    direction: HoldDirection = "floor" if without is None or tier.start >= without.start else "ceiling"
    return TierHold(tier.name, direction, request.until, before, before_until)
