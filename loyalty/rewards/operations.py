"""Operations on rewards of members: buy, give, use, reissue, change a status, cancel. Each refuses, or does all of it.

`loyalty.rewards.stocking` changes the stock of rewards.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal

from loyalty.calendar import local_day
from loyalty.decisions.decision import Claim
from loyalty.events.operations import OperationContext
from loyalty.ids import new_id
from loyalty.points.cancelled_awards import cancellation_of
from loyalty.points.cancelling import CancelledBy, CancelTransfer, cancel_transfer
from loyalty.points.operations import SpendPoints, spend_points
from loyalty.points.refusals import DateInPast
from loyalty.program.rewards import PROGRESS, Price, Reward
from loyalty.program.rule_bounds import COUPON_STEPS
from loyalty.rewards.due_items import due_items_of_coupon
from loyalty.rewards.eligibility import (
    limited_for,
    price_of,
    require_eligible,
    require_points,
    require_within_limits,
    usage_key,
    usage_span,
)
from loyalty.rewards.issuing import NewReward, issue, issued_body, terms_of
from loyalty.rewards.refusals import (
    CouponExpired,
    CouponNotBegun,
    CouponNotUsed,
    CouponUsed,
    InvalidQuantity,
    OtherPrice,
    RewardCancelled,
    RewardHandedOver,
    StatusNotAllowed,
    StatusUnchanged,
    UnknownCoupon,
    UnknownIssuedReward,
    price_text,
)
from loyalty.rewards.supply import put_back, reward_of, why_not_left
from loyalty.store.contributions import claimed
from loyalty.store.members import Member
from loyalty.store.rewards import IssuedReward, ShownStatus, StatusChange
from rules import steps_together

MAX_QUANTITY: Final = 50
"""The most rewards that one operation issues."""

CANCELED: Final = "canceled"
_PERS: Final[tuple[Literal["member", "program"], ...]] = ("member", "program")


@dataclass(frozen=True, slots=True)
class BuyReward:
    """A member buys a reward. `points`: what they choose to pay for one; None: its price, or the least."""

    member: str
    reward: str
    quantity: int = 1
    points: Decimal | int | None = None
    wallet: str | None = None
    """The wallet that is to pay; any other than that of the price is refused."""
    value: Decimal | None = None
    """The value of its coupons, if an administrator sets it; None: as the program says."""
    until: datetime | None = None
    """When its coupons end, if an administrator sets it."""


@dataclass(frozen=True, slots=True)
class GiveReward:
    """An administrator gives a member a reward for free; limits and dates of sale do not apply."""

    member: str
    reward: str
    quantity: int = 1
    value: Decimal | None = None
    until: datetime | None = None


def buy_reward(operation: OperationContext, request: BuyReward) -> list[str]:
    """Check, pay, take from stock and issue; return the ids of the issued rewards.

    Raise the one RewardRefusal that says why not, MemberInactive or MemberFrozen.
    """
    reward = reward_of(operation.program, request.reward)
    _require_quantity(request.quantity)
    _require_future(operation, request.until)
    price = price_of(reward, now=operation.now)
    amount = _amount(price, reward, request)
    operation.lock_members(request.member)
    operation.require_active(request.member)
    operation.require_unfrozen(request.member)
    member = operation.facts_of(request.member)
    reward = limited_for(reward, member)
    require_eligible(operation.program, reward, member, now=operation.now)
    counted_on = _within_limits(operation, reward, member.id, request.quantity)
    refused = why_not_left(operation.tx, reward, member.id, request.quantity, is_test=member.is_test)
    if refused is not None:
        raise refused
    total = amount * request.quantity
    require_points(operation.tx, operation.program, member.id, price, total, now=operation.now)
    new = NewReward(
        "",
        member,
        reward,
        "",
        "bought",
        operation.source,
        price.wallet,
        operation.program.wallets[price.wallet].points(amount),
        value=request.value,
        until=request.until,
        counted_on=counted_on,
        counted_per="" if counted_on is None else " ".join(_counted_per(reward)),
    )
    with steps_together(COUPON_STEPS):
        terms_of(operation, new)  # may be refused, before anything is paid
        return [_pay_and_issue(operation, new, amount) for _ in range(request.quantity)]


def give_reward(operation: OperationContext, request: GiveReward) -> list[str]:
    """Issue a reward by hand; return the ids of the issued rewards.

    Raise RewardPaused, RewardSoldOut, SharedByMember, NoLongerOnSale, InvalidCouponValue or InvalidQuantity.
    """
    reward = reward_of(operation.program, request.reward)
    _require_quantity(request.quantity)
    _require_future(operation, request.until)
    operation.lock_members(request.member)
    member = operation.facts_of(request.member)
    refused = why_not_left(operation.tx, reward, member.id, request.quantity, is_test=member.is_test)
    if refused is not None:
        raise refused
    with steps_together(COUPON_STEPS):
        return [_give(operation, reward, member, request) for _ in range(request.quantity)]


def _give(operation: OperationContext, reward: Reward, member: Member, request: GiveReward) -> str:
    event_id = operation.new_event_id()
    new = NewReward(
        new_id(), member, reward, event_id, "given", operation.source, value=request.value, until=request.until
    )
    return _issue(operation, new)


def use_coupon(operation: OperationContext, member_id: str, code: str) -> IssuedReward:
    """Mark a member's coupon as used, the oldest usable one; return the issued reward.

    Raise UnknownCoupon, CouponUsed, CouponExpired, CouponNotBegun, RewardCancelled or MemberFrozen.
    """
    operation.lock_members(member_id)
    operation.require_unfrozen(member_id)
    found = operation.tx.rewards.with_code(code, member_id)
    usable = next((each for each in found if each.can_be_used(operation.now)), None)
    if usable is None:
        raise _why_unusable(found, operation.now)
    used = replace(usable, status="used", used_at=operation.now)
    operation.tx.rewards.change(used)
    _count_use(operation, used, 1)
    operation.unschedule(used.id)
    operation.record(operation.new_event_id(), "reward_used", member_id, _body(used))
    return used


def reissue_coupon(operation: OperationContext, member_id: str, code: str) -> IssuedReward:
    """Mark a member's coupon as unused, the last used one; return the issued reward.

    Raise UnknownCoupon, CouponNotUsed, CouponExpired or RewardCancelled.
    """
    operation.lock_members(member_id)
    found = operation.tx.rewards.with_code(code, member_id)
    used = max((each for each in found if each.status == "used"), key=_used_at, default=None)
    if used is None:
        unused = [each for each in found if each.status != "canceled"]
        raise CouponNotUsed if unused else _why_unusable(found, operation.now)
    if used.expires_at is not None and used.expires_at <= operation.now:
        raise CouponExpired(used.expires_at)
    again = replace(used, status="issued", used_at=None)
    operation.tx.rewards.change(again)
    _count_use(operation, again, -1)
    warned = _was_warned(operation, again)
    due = due_items_of_coupon(operation.program, again, now=operation.now, warned=warned)
    operation.schedule(again.id, due, member=member_id)
    operation.record(operation.new_event_id(), "reward_reissued", member_id, _body(again))
    return again


def change_status(operation: OperationContext, issued_id: str, status: str, comment: str = "") -> None:
    """Move an issued reward to another status; `canceled` cancels it.

    Raise UnknownIssuedReward, RewardCancelled, StatusNotAllowed, StatusUnchanged, or what `cancel_reward` raises.
    """
    if status == CANCELED:
        cancel_reward(operation, issued_id, comment=comment)
        return
    issued = _locked(operation, issued_id)
    reward = operation.program.rewards.get(issued.reward)
    statuses = PROGRESS if reward is None else reward.statuses
    progress = next((each for each in statuses if each == status), None)
    if progress is None and status != "issued":
        raise StatusNotAllowed(status, ["issued", *statuses, CANCELED])
    if issued.status == CANCELED:
        raise RewardCancelled
    if status == issued.shown_status:
        raise StatusUnchanged(status)
    moved = replace(issued, progress=progress)
    operation.tx.rewards.change(moved)
    _add_status(operation, issued, moved.shown_status, comment)
    body = {**_body(moved), "from": issued.shown_status, "to": moved.shown_status, "comment": comment}
    operation.record(operation.new_event_id(), "reward_status_changed", issued.member, body)


def cancel_reward(operation: OperationContext, issued_id: str, *, by: CancelledBy = "shop", comment: str = "") -> None:
    """Cancel an unused issued reward: give back points, limits and stock; its code is never issued again.

    Raise UnknownIssuedReward, RewardCancelled, CouponUsed or RewardHandedOver.
    """
    issued = _locked(operation, issued_id)
    if issued.status == CANCELED:
        raise RewardCancelled
    if issued.status == "used":
        raise CouponUsed(issued.used_at)
    if issued.progress == "completed":
        raise RewardHandedOver
    if issued.transfer is not None and cancellation_of(operation, issued.transfer) is None:
        cancel_transfer(operation, CancelTransfer(issued.transfer, by=by, comment=comment))
    event_id = operation.new_event_id()
    wallet = None if issued.wallet is None else operation.program.wallets.get(issued.wallet)
    points = 0 if wallet is None else wallet.amount(issued.cost)
    body = {**_body(issued), "wallet": issued.wallet, "points": points, "comment": comment}
    operation.record(event_id, "reward_cancelled", issued.member, body)
    _return_to_limits(operation, issued, event_id)
    put_back(operation.tx, issued)
    operation.tx.rewards.change(
        replace(issued, status="canceled", cancelled_at=operation.now, from_stock=False, counted_on=None)
    )
    operation.unschedule(issued.id)
    _add_status(operation, issued, "canceled", comment)


def find_issued(operation: OperationContext, issued_id: str) -> IssuedReward:
    """Return an issued reward; raise UnknownIssuedReward."""
    issued = operation.tx.rewards.get(issued_id)
    if issued is None:
        raise UnknownIssuedReward(issued_id)
    return issued


# -- buying


def _require_quantity(quantity: int) -> None:
    if not 1 <= quantity <= MAX_QUANTITY:
        raise InvalidQuantity(MAX_QUANTITY)


def _require_future(operation: OperationContext, until: datetime | None) -> None:
    if until is not None and until <= operation.now:
        raise DateInPast(until)


def _amount(price: Price, reward: Reward, request: BuyReward) -> Decimal:
    """Return what a member pays for one; raise OtherPrice."""
    amount = price.least if request.points is None else Decimal(request.points)
    if (request.wallet or price.wallet) != price.wallet or not amount.is_finite() or not price.takes(amount):
        raise OtherPrice(reward.name, price_text(price.wallet, price.least, price.step))
    return amount


def _within_limits(operation: OperationContext, reward: Reward, member_id: str, quantity: int) -> date | None:
    """Return the local day on which purchases count towards limits; None: there are no limits.

    Raise PurchaseLimitReached.
    """
    if not reward.limits:
        return None
    day = local_day(operation.now, operation.program.zone)
    since, until = usage_span(reward, day)
    usage = operation.tx.usage.of([usage_key(reward.name)], member_id, since=since, until=until)
    require_within_limits(reward, usage, day, quantity)
    return day


def _counted_per(reward: Reward) -> list[str]:
    return sorted({limit.per for limit in reward.limits})


def _pay_and_issue(operation: OperationContext, new: NewReward, amount: Decimal) -> str:
    """Pay for one reward and issue it; return its id."""
    spend = SpendPoints(new.member.id, amount, new.wallet, comment=new.reward.title)
    paid = spend_points(operation, spend)
    return _issue(operation, replace(new, id=new_id(), event=operation.new_event_id(), transfer=paid))


def _issue(operation: OperationContext, new: NewReward) -> str:
    """Issue a reward, record the event that reports it, and count it towards limits; return its id."""
    issued = issue(operation, new)
    operation.record(new.event, "reward_issued", issued.member, issued_body(operation, issued))
    _count(operation, issued, new.event, 1)
    return issued.id


def _count(operation: OperationContext, issued: IssuedReward, event_id: str, times: int) -> None:
    """Add an issued reward to the limits towards which it counts, or subtract it."""
    if issued.counted_on is None:
        return
    for per in _PERS:
        if per in issued.counted_per.split():
            claim = Claim(usage_key(issued.reward), per, issued.counted_on, times, {})
            operation.tx.usage.claim(claim, issued.member)
            operation.tx.contributions.add(event_id, list(claimed(claim)))


def _return_to_limits(operation: OperationContext, issued: IssuedReward, event_id: str) -> None:
    if issued.counted_on is not None:
        day = issued.counted_on
        operation.tx.usage.of([usage_key(issued.reward)], issued.member, since=day, until=day)  # locks it
        _count(operation, issued, event_id, -1)


# -- issued rewards


def _locked(operation: OperationContext, issued_id: str) -> IssuedReward:
    """Return an issued reward as it is now that its member is locked; raise UnknownIssuedReward."""
    operation.lock_members(find_issued(operation, issued_id).member)
    return find_issued(operation, issued_id)


def _body(issued: IssuedReward) -> dict[str, str | None]:
    return {"reward": issued.reward, "issued_reward": issued.id, "coupon": issued.coupon}


def _used_at(issued: IssuedReward) -> datetime:
    return issued.used_at or issued.issued_at


def _was_warned(operation: OperationContext, issued: IssuedReward) -> bool:
    """Return whether the owner was warned that a coupon expires."""
    before, zone = operation.program.notify_before.coupons, operation.program.zone
    if before is None or issued.expires_at is None:
        return False
    return before.before(issued.expires_at, zone) < operation.now


def _count_use(operation: OperationContext, issued: IssuedReward, more: int) -> None:
    if issued.is_shared and issued.coupon is not None:
        operation.tx.rewards.lock_supply(issued.reward)
        operation.tx.rewards.count_shared(issued.reward, issued.coupon, used=more)


def _add_status(operation: OperationContext, issued: IssuedReward, status: ShownStatus, comment: str) -> None:
    number = len(operation.tx.rewards.status_changes(issued.id)) + 1
    new = StatusChange(issued.id, number, status, comment, operation.now, operation.source)
    operation.tx.rewards.add_status(new)


def _why_unusable(found: Sequence[IssuedReward], now: datetime) -> Exception:
    """Return why a member's coupons with a code cannot be used: the reason of the latest one."""
    if not found:
        return UnknownCoupon()
    last = found[-1]
    match last.status:
        case "used":
            return CouponUsed(last.used_at)
        case "canceled":
            return RewardCancelled()
        case "expired":
            return CouponExpired(last.expires_at)
        case "issued":
            if last.begins_at is not None and last.begins_at > now:
                return CouponNotBegun(last.begins_at)
            return CouponExpired(last.expires_at)
