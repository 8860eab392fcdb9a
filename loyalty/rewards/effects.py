"""Effects that issue rewards, with their coupons."""

from collections.abc import Iterator, Mapping
from contextlib import suppress

from loyalty.decisions.decision import RuleOutcome
from loyalty.events.context import EventContext
from loyalty.ids import caused_id
from loyalty.program.effects import DeductPoints, IssueReward
from loyalty.program.rewards import Reward
from loyalty.rewards.issuing import NewReward, issue, issued_body
from loyalty.rewards.refusals import RewardRefusal
from loyalty.rewards.supply import left_for, lock_if_limited


def rewards_left(context: EventContext) -> Mapping[str, int]:
    """Return how many rewards reactors on the event can issue to its member, and lock these; absent: unlimited.

    0 for a reward whose coupons could not be used any more, so that nothing is paid for them.
    """
    left: dict[str, int] = {}
    for name in sorted(context.program.issued_on.get(context.event.type, ())):
        reward = context.program.rewards.get(name)
        coupon = None if reward is None else reward.coupon
        if coupon is not None and coupon.ended_at(context.now, context.program.zone) is not None:
            left[name] = 0
        elif reward is not None and lock_if_limited(context.tx, reward):
            number = left_for(context.tx, reward, context.event.member, is_test=context.state.is_test)
            if number is not None:
                left[name] = number
    return left


def take_rewards(context: EventContext, left: Mapping[str, int]) -> None:
    """Issue the rewards of the decision that have a limited stock, in its unit of work, so that no two take the same.

    The step that issues rewards reports them; it issues the others.
    """
    for new in _asked(context):
        if new.reward.name in left:
            with suppress(RewardRefusal):  # before anything is written; the step says why
                issue(context, new)


def issue_rewards(context: EventContext) -> None:
    """Issue every reward of the decision that was not issued with it, and report all of them."""
    for new in _asked(context):
        issued = context.tx.rewards.get(new.id)
        if issued is None:
            try:
                issued = issue(context, new)
            except RewardRefusal as refusal:
                context.log.append(f"no reward {new.reward.name} by {new.source}: {refusal}")
                continue
        context.log.append(f"reward {issued.reward} by {new.source}")
        context.cause("reward_issued", issued.id, issued_body(context, issued))


def _asked(context: EventContext) -> Iterator[NewReward]:
    """Yield the rewards that the decision issues; the first of a reactor costs what the reactor deducts first."""
    for outcome in context.decision.outcomes:
        paid = _deduction(context, outcome)
        for number, effect in enumerate(outcome.effects):
            reward = context.program.rewards.get(effect.reward) if isinstance(effect, IssueReward) else None
            if reward is not None:
                issued_id = caused_id(context.event.id, f"{outcome.source}/{number}")
                yield _new(context, issued_id, outcome.source, reward, paid)
                paid = None


def _new(
    context: EventContext, issued_id: str, source: str, reward: Reward, paid: tuple[str, DeductPoints] | None
) -> NewReward:
    member = context.facts_of(context.event.member)
    if paid is None:
        return NewReward(issued_id, member, reward, context.event.id, "reactor", source)
    transfer, deducted = paid
    return NewReward(
        issued_id, member, reward, context.event.id, "reactor", source, deducted.wallet, deducted.points, transfer
    )


def _deduction(context: EventContext, outcome: RuleOutcome) -> tuple[str, DeductPoints] | None:
    """Return the id of the first transfer that an outcome deducts, and the effect."""
    for number, effect in enumerate(outcome.effects):
        if isinstance(effect, DeductPoints):
            return caused_id(context.event.id, f"{outcome.source}/{number}"), effect
    return None
