"""Operations on tiers: a member is put into a tier by hand, and that is taken back."""

from dataclasses import dataclass
from datetime import datetime

from loyalty.events.operations import OperationContext
from loyalty.program.tiers import Tier
from loyalty.refusals import UnknownTier
from loyalty.store.members import Member
from loyalty.store.tiers import DEFAULT_SET, HoldDirection, TierHold
from loyalty.tiers.ending import end_hold, enter_by_hand
from loyalty.tiers.refusals import HoldEndsInPast, NotAssignedByHand


@dataclass(frozen=True, slots=True)
class AssignTier:
    """Put a member into a tier by hand.

    Upwards it is a floor, downwards it holds until the next review, and `pinned` holds both ways; all of them until
    `until`, if given, or until it is taken back.
    """

    member: str
    tier: str
    until: datetime | None = None
    pinned: bool = False


def assign_tier(operation: OperationContext, request: AssignTier) -> None:
    """Put a member into a tier by hand. Raise UnknownTier or HoldEndsInPast."""
    program = operation.program
    tier = program.tier_named(request.tier)
    if tier is None:
        raise UnknownTier([each.name for each in program.tiers])
    if request.until is not None and request.until <= operation.now:
        raise HoldEndsInPast(request.until)
    operation.lock_members(request.member)
    member = operation.facts_of(request.member)
    hold = _hold(operation, member, tier, request)
    operation.tx.tier_holds.set_hold(member.id, DEFAULT_SET, hold, now=operation.now)
    operation.tx.due_items.clear(member.id, "tier_hold_end")
    if hold.until is not None:
        operation.schedule(member.id, {"tier_hold_end": hold.until}, member=member.id)
    until = None if hold.until is None else hold.until.isoformat()
    body = {"tier": tier.name, "direction": hold.direction, "until": until}
    operation.record(operation.new_event_id(), "tier_assigned", member.id, body)
    if tier.name != member.tier:
        enter_by_hand(operation, member, tier, until=member.tier_until if hold.direction == "ceiling" else None)


def unassign_tier(operation: OperationContext, member_id: str, tier_set: str = DEFAULT_SET) -> None:
    """Take a tier by hand back: the member comes into the tier they would be in. Raise NotAssignedByHand."""
    operation.lock_members(member_id)
    hold = operation.tx.tier_holds.hold(member_id, tier_set)
    if hold is None:
        raise NotAssignedByHand
    operation.tx.due_items.clear(member_id, "tier_hold_end")
    operation.record(operation.new_event_id(), "tier_unassigned", member_id, {"tier": hold.tier})
    end_hold(operation, operation.facts_of(member_id), hold)


def _hold(operation: OperationContext, member: Member, tier: Tier, request: AssignTier) -> TierHold:
    """Return the tier by hand, which remembers what the member would be in without it."""
    present, known = operation.program.tier_named(member.tier), operation.tx.tier_holds.hold(member.id, DEFAULT_SET)
    direction: HoldDirection = "floor" if present is None or tier.start >= present.start else "ceiling"
    if request.pinned:
        direction = "pinned"
    if known is None or (known.direction == "floor" and known.tier != member.tier):
        return TierHold(tier.name, direction, request.until, member.tier, member.tier_until)
    return TierHold(tier.name, direction, request.until, known.before, known.before_until)
