"""Refusals of operations on rewards, as a tree.

RewardRefusal               nothing is issued, used or changed
├── UnknownReward           the program has no such reward
├── RewardPaused            the reward is paused, so it cannot be issued
├── NotForSale              the reward has no price
├── NotOnSaleYet            it is sold from a later moment on
├── NoLongerOnSale          it was sold, or could be used, until an earlier moment
├── NotEligible             the member may not buy it, for the reason that its rule gives
├── PurchaseLimitReached    a limit allows no further purchase
├── RewardSoldOut           it is out of stock
├── SharedByMember          the member has the shared code as often as they may
├── OtherPrice              the member offers another amount than its price
├── CannotPay               the member has fewer points than it costs
├── InvalidQuantity         the quantity is not allowed
├── InvalidCouponValue      a coupon cannot have this value
├── UnknownIssuedReward     the store has no issued reward of this id
├── UnknownCoupon           the member has no coupon with this code
├── CouponUsed              the coupon was used
├── CouponNotUsed           the coupon was not used, so there is nothing to undo
├── CouponExpired           the coupon can no longer be used
├── CouponNotBegun          the coupon can be used from a later moment on
├── RewardCancelled         the issued reward was cancelled
├── RewardHandedOver        the member has received it: return it before cancelling
├── StatusNotAllowed        an issued reward cannot have this status
├── StatusUnchanged         it has this status already
├── InvalidStock            a stock is a whole number from 0
├── TakesNoCodes            the reward does not take its codes from a list
├── InvalidCouponCode       a text cannot be a code
├── CodesTaken              codes exist already
├── UnknownCode             the list of the reward has no such code
└── CodeIssued              a member was issued the code
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from loyalty.calendar import Period
from loyalty.points.refusals import Amount
from loyalty.refusals import Refusal


class RewardRefusal(Refusal):
    """Nothing is issued, used or changed."""


class UnknownReward(RewardRefusal):
    """The program has no such reward."""

    def __init__(self, reward: str) -> None:
        super().__init__(f"there is no reward {reward[:80]}")
        self.reward = reward


class RewardPaused(RewardRefusal):
    """The reward is paused, so it cannot be issued."""

    def __init__(self, reward: str) -> None:
        super().__init__(f"{reward} is paused: activate it first")
        self.reward = reward


class NotForSale(RewardRefusal):
    """The reward has no price."""

    def __init__(self, reward: str) -> None:
        super().__init__(f"{reward} has no price: reactors issue it, and administrators give it")
        self.reward = reward


class NotOnSaleYet(RewardRefusal):
    """It is sold from a later moment on."""

    def __init__(self, reward: str, since: datetime) -> None:
        super().__init__(f"{reward} is sold from {since.isoformat()} on")
        self.reward, self.since = reward, since


class NoLongerOnSale(RewardRefusal):
    """It was sold, or could be used, until an earlier moment."""

    def __init__(self, reward: str, until: datetime) -> None:
        super().__init__(f"{reward} could be had until {until.isoformat()}")
        self.reward, self.until = reward, until


class NotEligible(RewardRefusal):
    """The member may not buy it, for the reason that its rule gives."""

    def __init__(self, reward: str, why: str) -> None:
        super().__init__(f"{reward} is not for this member: {why}")
        self.reward, self.why = reward, why


class PurchaseLimitReached(RewardRefusal):
    """A limit allows no further purchase."""

    def __init__(self, reward: str, bought: int, most: int, every: Period, per: str) -> None:
        when = "ever" if every == "ever" else f"in a {every}"
        super().__init__(f"{reward} was bought {bought} times, and {most} are allowed {when}, per {per}")
        self.reward, self.bought, self.most, self.every, self.per = reward, bought, most, every, per


class RewardSoldOut(RewardRefusal):
    """The reward is out of stock."""

    def __init__(self, reward: str, left: int = 0) -> None:
        super().__init__(f"{reward} is sold out" if left <= 0 else f"only {left} are left of {reward}")
        self.reward, self.left = reward, max(0, left)


class SharedByMember(RewardRefusal):
    """The member has the shared code as often as they may."""

    def __init__(self, reward: str, most: int) -> None:
        super().__init__(f"a member has the coupon of {reward} at most {most} times, and this one has it")
        self.reward, self.most = reward, most


class OtherPrice(RewardRefusal):
    """The member offers another amount than the price."""

    def __init__(self, reward: str, price: str) -> None:
        super().__init__(f"{reward} costs {price}")
        self.reward, self.price = reward, price


class CannotPay(RewardRefusal):
    """The member has fewer points than it costs; pending, held and owed points cannot be used."""

    def __init__(self, wallet: str, balance: Amount, needed: Amount) -> None:
        super().__init__(f"the member can use {balance} {wallet}, and {needed} are needed")
        self.wallet, self.balance, self.needed = wallet, balance, needed


class InvalidQuantity(RewardRefusal):
    """The quantity is not allowed."""

    def __init__(self, most: int) -> None:
        super().__init__(f"the quantity is a whole number from 1 to {most}")
        self.most = most


class InvalidCouponValue(RewardRefusal):
    """A coupon cannot have this value."""

    def __init__(self, why: str) -> None:
        super().__init__(f"a coupon cannot be worth this: {why}")


class UnknownIssuedReward(RewardRefusal):
    """The store has no issued reward of this id."""

    def __init__(self, issued_id: str) -> None:
        super().__init__(f"no issued reward {issued_id[:80]} in this store")
        self.issued_id = issued_id


class UnknownCoupon(RewardRefusal):
    """The member has no coupon with this code."""

    def __init__(self) -> None:
        super().__init__("this member has no coupon with this code")


class CouponUsed(RewardRefusal):
    """The coupon was used."""

    def __init__(self, used_at: datetime | None) -> None:
        when = "" if used_at is None else f" at {used_at.isoformat()}"
        super().__init__(f"it was used{when}")
        self.used_at = used_at


class CouponNotUsed(RewardRefusal):
    """The coupon was not used, so there is nothing to undo."""

    def __init__(self) -> None:
        super().__init__("it was not used")


class CouponExpired(RewardRefusal):
    """The coupon can no longer be used."""

    def __init__(self, expired_at: datetime | None) -> None:
        when = "" if expired_at is None else f" at {expired_at.isoformat()}"
        super().__init__(f"it expired{when}")
        self.expired_at = expired_at


class CouponNotBegun(RewardRefusal):
    """The coupon can be used from a later moment on."""

    def __init__(self, begins_at: datetime) -> None:
        super().__init__(f"it can be used from {begins_at.isoformat()} on")
        self.begins_at = begins_at


class RewardCancelled(RewardRefusal):
    """The issued reward was cancelled."""

    def __init__(self) -> None:
        super().__init__("it was cancelled")


class RewardHandedOver(RewardRefusal):
    """The member has received the reward: return it before cancelling."""

    def __init__(self) -> None:
        super().__init__("the member has it: set its status to returned first")


class StatusNotAllowed(RewardRefusal):
    """An issued reward cannot have this status."""

    def __init__(self, status: str, statuses: Sequence[str]) -> None:
        super().__init__(f"its status cannot be {status[:80]}; it can be {', '.join(statuses)}")
        self.status, self.statuses = status, statuses


class StatusUnchanged(RewardRefusal):
    """It has this status already."""

    def __init__(self, status: str) -> None:
        super().__init__(f"its status is {status} already")
        self.status = status


class InvalidStock(RewardRefusal):
    """A stock is a whole number from 0."""

    def __init__(self, most: int) -> None:
        super().__init__(f"a stock is a whole number from 0 to {most}")
        self.most = most


class TakesNoCodes(RewardRefusal):
    """The reward does not take its codes from a list."""

    def __init__(self, reward: str) -> None:
        super().__init__(f"{reward} takes no codes from a list: write `codes: uploaded` into its coupon, and deploy")
        self.reward = reward


class InvalidCouponCode(RewardRefusal):
    """A text cannot be a code. `index`: its position among those that were sent."""

    def __init__(self, index: int, why: str) -> None:
        super().__init__(why)
        self.index = index


class CodesTaken(RewardRefusal):
    """Codes exist already."""

    def __init__(self, codes: Sequence[str]) -> None:
        shown = ", ".join(codes[:10]) + (f" and {len(codes) - 10} more" if len(codes) > 10 else "")
        super().__init__(f"these codes exist already, and none was added: {shown}")
        self.codes = codes


class UnknownCode(RewardRefusal):
    """The list of the reward has no such code."""

    def __init__(self, reward: str) -> None:
        super().__init__(f"the list of {reward} has no such code")
        self.reward = reward


class CodeIssued(RewardRefusal):
    """A member was issued the code."""

    def __init__(self) -> None:
        super().__init__("a member was issued this code: cancel the reward instead")


def price_text(wallet: str, least: Decimal, step: Decimal | None) -> str:
    """Return a price in words."""
    return f"{least:f} {wallet}" if step is None else f"at least {least:f} {wallet}, in steps of {step:f}"
