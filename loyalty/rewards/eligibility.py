"""Check whether a member may buy a reward now, and why not."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from loyalty.calendar import local_day, window
from loyalty.decisions.reasons import describe_reason
from loyalty.events.decide import member_values, why_false
from loyalty.points.postings import spendable_at
from loyalty.program.program import Program
from loyalty.program.rewards import Price, Reward
from loyalty.program.rule_bounds import ELIGIBLE_STEPS, TakesTooLong, bounded
from loyalty.refusals import MemberFrozen, Refusal
from loyalty.rewards.refusals import (
    CannotPay,
    NoLongerOnSale,
    NotEligible,
    NotForSale,
    NotOnSaleYet,
    PurchaseLimitReached,
    RewardPaused,
    RewardRefusal,
)
from loyalty.rewards.supply import why_not_left
from loyalty.store.limits import LimitUsage
from loyalty.store.members import Member
from loyalty.store.repositories import StoreReaders


def usage_key(reward: str) -> str:
    """Return the name under which purchases of a reward are counted; the slash keeps it apart from reactors."""
    return f"reward/{reward}"


def price_of(reward: Reward, *, now: datetime) -> Price:
    """Return the price of a reward that is for sale now; raise NotForSale, NotOnSaleYet or NoLongerOnSale."""
    if reward.price is None:
        raise NotForSale(reward.name)
    if reward.sold.is_before(now) and reward.sold.start is not None:
        raise NotOnSaleYet(reward.name, reward.sold.start)
    if reward.sold.is_over(now) and reward.sold.end is not None:
        raise NoLongerOnSale(reward.name, reward.sold.end)
    return reward.price


def require_eligible(program: Program, reward: Reward, member: Member, *, now: datetime) -> None:
    """Raise NotEligible if the rule of a reward is false for a member, or takes too long."""
    rule = reward.eligible
    if rule is None:
        return
    values = {"member": member_values(program, member), "now": now}
    try:
        reason = bounded(lambda: why_false(rule, values), ELIGIBLE_STEPS)
    except TakesTooLong as error:
        raise NotEligible(reward.name, str(error)) from None
    if reason is not None:
        raise NotEligible(reward.name, describe_reason(reason))


def usage_span(reward: Reward, day: date) -> tuple[date, date]:
    """Return the first and the last day of the longest period of a limit."""
    spans = [window(day, limit.every) for limit in reward.limits]
    return min(first for first, _ in spans), max(last for _, last in spans)


def require_within_limits(reward: Reward, usage: LimitUsage, day: date, wanted: int = 1) -> None:
    """Raise PurchaseLimitReached if a limit does not allow a number of further purchases."""
    for limit in reward.limits:
        first, last = window(day, limit.every)
        used = sum(
            each.times for each in usage.get((usage_key(reward.name), limit.per), ()) if first <= each.day <= last
        )
        if used + wanted > limit.times:
            raise PurchaseLimitReached(reward.name, used, limit.times, limit.every, limit.per)


def require_points(
    tx: StoreReaders, program: Program, member_id: str, price: Price, amount: Decimal, *, now: datetime
) -> None:
    """Raise CannotPay if a member cannot pay an amount."""
    wallet = program.wallets[price.wallet]
    has = spendable_at(tx, member_id, wallet.code, now=now)
    if has < wallet.points(amount):
        raise CannotPay(wallet.code, wallet.amount(has), wallet.amount(wallet.points(amount)))


def limited_for(reward: Reward, member: Member) -> Reward:
    """Return a reward with the limits that apply to a member: for a test member, without those over all members."""
    if not member.is_test:
        return reward
    return replace(reward, limits=tuple(each for each in reward.limits if each.per == "member"))


def why_not_buying(
    tx: StoreReaders, program: Program, reward: Reward, member: Member, *, now: datetime
) -> Refusal | None:
    """Return why a member may not buy a reward now, at its least price; None: they may. Nothing is locked."""
    if member.frozen_at is not None:
        return MemberFrozen(member.id)
    try:
        if tx.rewards.supply(reward.name).paused_at is not None:
            raise RewardPaused(reward.name)
        reward = limited_for(reward, member)
        price = price_of(reward, now=now)
        ended_at = None if reward.coupon is None else reward.coupon.ended_at(now, program.zone)
        if ended_at is not None:
            raise NoLongerOnSale(reward.name, ended_at)
        require_eligible(program, reward, member, now=now)
        if reward.limits:
            day = local_day(now, program.zone)
            since, until = usage_span(reward, day)
            usage = tx.usage.read(usage_key(reward.name), member.id, since=since, until=until)
            require_within_limits(reward, usage, day)
        refused = why_not_left(tx, reward, member.id, is_test=member.is_test)
        if refused is None:
            require_points(tx, program, member.id, price, price.least, now=now)
    except RewardRefusal as refusal:
        return refusal
    return refused
