"""Effects that issue rewards, with their coupons."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from loyalty.calendar import local_day
from loyalty.decisions.decision import Claim, RuleOutcome
from loyalty.events.context import EventContext
from loyalty.events.limits import without_shared_limits
from loyalty.events.operations import OperationContext
from loyalty.ids import caused_id
from loyalty.points.cancelled_awards import cancellation_of
from loyalty.points.cancelling import CancelTransfer, cancel_transfer
from loyalty.program.effects import DeductPoints, IssueReward
from loyalty.program.rewards import Reward
from loyalty.program.rule_bounds import COUPON_STEPS
from loyalty.rewards.issuing import NewReward, issue, issued_body
from loyalty.rewards.refusals import RewardRefusal
from loyalty.rewards.supply import left_for, lock_if_limited
from loyalty.store.contributions import claimed
from rules import steps_together


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
    with steps_together(COUPON_STEPS):
        for new in _asked(context):
            if new.reward.name in left:
                with suppress(RewardRefusal):  # before anything is written; the step says why
                    issue(context, new)


def issue_rewards(context: EventContext) -> None:
    """Issue every reward of the decision that was not issued with it, and report all of them.

    A reactor that gives rewards alone, of which none can be issued after all since the values of their coupons come to
    nothing, gives back what it took: points and limits.
    """
    refused: Counter[str] = Counter()
    with steps_together(COUPON_STEPS):
        for new in _asked(context):
            issued = context.tx.rewards.get(new.id)
            if issued is None:
                try:
                    issued = issue(context, new)
                except RewardRefusal as refusal:
                    context.log.append(f"no reward {new.reward.name} by {new.source}: {refusal}")
                    refused[new.source] += 1
                    continue
            context.log.append(f"reward {issued.reward} by {new.source}")
            context.cause("reward_issued", issued.id, issued_body(context, issued))
    for source, number in refused.items():
        _give_back(context, source, number)


def _give_back(context: EventContext, source: str, refused: int) -> None:
    """Cancel what an outcome has taken, points and limits, if all that it gives are rewards that were refused."""
    outcome = next(each for each in context.decision.outcomes if each.source == source)
    given = [each for each in outcome.effects if not isinstance(each, DeductPoints)]
    deducted = [
        caused_id(context.event.id, f"{source}/{number}")
        for number, effect in enumerate(outcome.effects)
        if isinstance(effect, DeductPoints)
    ]
    operation = OperationContext(context.tx, context.program, context.state.revision, context.now, source)
    open_transfers = [each for each in deducted if cancellation_of(operation, each) is None]
    if len(given) > refused or (deducted and not open_transfers):
        return
    for transfer in open_transfers:
        cancel_transfer(operation, CancelTransfer(transfer, comment=f"no reward by {source}"))
    for claim in _claims(context, source):
        context.tx.usage.claim(claim, context.event.member)
        context.contributions += claimed(claim)
    for recorded in operation.to_start:
        context.tx.events.leave_to_relay(recorded.id, now=context.now)
    context.recorded += operation.to_start


def _claims(context: EventContext, source: str) -> Sequence[Claim]:
    """Return what takes back a firing from the limits of a reactor; none for an achievement."""
    reactors = context.program.reactors_on.get(context.event.type, ())
    reactor = next((each for each in reactors if each.source == source), None)
    if reactor is None or not reactor.limits:
        return []
    limits = (without_shared_limits(reactor) if context.state.is_test else reactor).limits
    day = local_day(context.event.time, context.program.zone)
    return [Claim(reactor.name, per, day, -1, {}) for per in sorted({limit.per for limit in limits})]


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
    new = NewReward(issued_id, member, reward, context.event.id, "reactor", source, issued_by=context.event)
    if paid is None:
        return new
    transfer, deducted = paid
    return replace(new, wallet=deducted.wallet, cost=deducted.points, transfer=transfer)


def _deduction(context: EventContext, outcome: RuleOutcome) -> tuple[str, DeductPoints] | None:
    """Return the id of the first transfer that an outcome deducts, and the effect."""
    for number, effect in enumerate(outcome.effects):
        if isinstance(effect, DeductPoints):
            return caused_id(context.event.id, f"{outcome.source}/{number}"), effect
    return None
