"""Issue one reward: take it from the stock, give it a coupon code, and schedule its due items."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final

from loyalty.events.decide import event_input, member_values, number_of
from loyalty.points.postings import PointsWork
from loyalty.program.logic import Logic, reads_event
from loyalty.program.rewards import Coupon, Reward
from loyalty.program.rule_bounds import COUPON_STEPS, TakesTooLong, bounded
from loyalty.program.wallets import Points
from loyalty.rewards.due_items import due_items_of_coupon
from loyalty.rewards.refusals import InvalidCouponValue, NoLongerOnSale, RewardSoldOut
from loyalty.rewards.supply import lock_if_limited, take_from_stock, takes_codes, why_not_left
from loyalty.store.achievements import MILLION
from loyalty.store.events import Event
from loyalty.store.members import Member
from loyalty.store.rewards import IssuedReward, Origin

ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""The characters of coupon codes, without those that are easily confused."""

TEST_PREFIX: Final = "TEST-"
"""The prefix of invalid codes that test members get in place of shared and uploaded ones."""

TOKEN_LENGTH: Final = 8
MAX_VALUE: Final = 10**9
WHOLE_PRICE: Final = 100


@dataclass(frozen=True, slots=True)
class NewReward:
    """A reward to be issued; `event` reports it, or caused it."""

    id: str
    member: Member
    reward: Reward
    event: str
    origin: Origin
    source: str
    wallet: str | None = None
    cost: Points = Points(0)  # noqa: RUF009 - it is a number
    transfer: str | None = None
    value: Decimal | None = None
    """The value of its coupon; None: as the program says."""
    until: datetime | None = None
    """When its coupon ends; None: as the program says."""
    counted_on: date | None = None
    counted_per: str = ""
    issued_by: Event | None = None
    """The event that the reactor answers; None: it is bought, or given by hand."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The value of a new coupon, in millionths, and from when until when it can be used."""

    value: int | None
    begins_at: datetime | None
    expires_at: datetime | None


def terms_of(work: PointsWork, new: NewReward) -> Terms:
    """Return the terms of a new reward; raise NoLongerOnSale or InvalidCouponValue."""
    coupon, until = new.reward.coupon, new.until
    if coupon is None:
        return Terms(None, None, until)
    begins_at, expires_at = coupon.usable(work.now, work.program.zone)
    expires_at = until or expires_at
    if expires_at is not None and expires_at <= work.now:
        raise NoLongerOnSale(new.reward.name, expires_at)
    return Terms(_value(work, new, coupon), None if begins_at == work.now else begins_at, expires_at)


def issue(work: PointsWork, new: NewReward) -> IssuedReward:
    """Store an issued reward with its due items.

    Raise RewardPaused, RewardSoldOut, SharedByMember, NoLongerOnSale or InvalidCouponValue.
    """
    reward = new.reward
    locked = lock_if_limited(work.tx, reward)
    is_test = new.member.is_test
    refused = why_not_left(work.tx, reward, new.member.id, is_test=is_test) if locked else None
    if refused is not None:
        raise refused
    terms = terms_of(work, new)
    issued = _store(work, new, terms, from_stock=locked and not is_test and take_from_stock(work.tx, reward.name))
    due = due_items_of_coupon(work.program, issued, now=work.now)
    if due:
        work.schedule(issued.id, due, member=issued.member)
    return issued


def issued_body(work: PointsWork, issued: IssuedReward) -> dict[str, Any]:
    """Return the body of the event that reports an issued reward."""
    wallet = None if issued.wallet is None else work.program.wallets.get(issued.wallet)
    return {
        "reward": issued.reward,
        "issued_reward": issued.id,
        "coupon": issued.coupon,
        "origin": issued.origin,
        "wallet": issued.wallet,
        "points": 0 if wallet is None else wallet.amount(issued.cost),
    }


def _store(work: PointsWork, new: NewReward, terms: Terms, *, from_stock: bool) -> IssuedReward:
    """Store an issued reward; draw or take another code while the code is in use."""
    coupon = new.reward.coupon
    while True:
        code = None if coupon is None else _code(work, new, coupon)
        issued = IssuedReward(
            id=new.id,
            member=new.member.id,
            reward=new.reward.name,
            coupon=code,
            status="issued",
            issued_at=work.now,
            expires_at=terms.expires_at,
            event=new.event,
            origin=new.origin,
            source=new.source,
            wallet=new.wallet,
            cost=new.cost,
            transfer=new.transfer,
            value=terms.value,
            token=_draw(TOKEN_LENGTH),
            begins_at=terms.begins_at,
            is_shared=coupon is not None and coupon.shared is not None and not new.member.is_test,
            from_stock=from_stock,
            counted_on=new.counted_on,
            counted_per=new.counted_per,
        )
        if work.tx.rewards.issue(issued):
            if issued.is_shared and code is not None:
                work.tx.rewards.count_shared(new.reward.name, code, assigned=1)
            return issued


def _code(work: PointsWork, new: NewReward, coupon: Coupon) -> str:
    """Return a code for a new coupon; raise RewardSoldOut if the list is empty."""
    if new.member.is_test and (coupon.shared is not None or takes_codes(new.reward)):
        return TEST_PREFIX + _draw(coupon.length)
    if coupon.shared is not None:
        return coupon.shared.code
    if takes_codes(new.reward):
        code = work.tx.rewards.take_code(new.reward.name, new.id)
        if code is None:
            raise RewardSoldOut(new.reward.name)
        return code
    return coupon.prefix + _draw(coupon.length)


def _draw(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _value(work: PointsWork, new: NewReward, coupon: Coupon) -> int:
    """Return the value of a coupon, in millionths; raise InvalidCouponValue."""
    value: Decimal | int | str = coupon.value if new.value is None and isinstance(coupon.value, Decimal) else Decimal(0)
    if new.value is not None:
        value = new.value
    elif isinstance(coupon.value, Logic):
        value = _value_by_rule(work, new, coupon.value)
        value = value if isinstance(value, str) else _rounded_down(Decimal(value), coupon.decimals)
    if isinstance(value, str):
        raise InvalidCouponValue(value)
    most = WHOLE_PRICE if coupon.value_type == "percentage" else MAX_VALUE
    number = Decimal(value)
    if not number.is_finite() or not 0 < number <= most:
        raise InvalidCouponValue(f"it is a number above 0, and at most {most}")
    return int((number * MILLION).to_integral_value(ROUND_DOWN))


def _value_by_rule(work: PointsWork, new: NewReward, rule: Logic) -> Decimal | int | str:
    """Return the number that a rule gives for the value of a coupon, or the reason why it gives none."""
    paid = Decimal(0) if new.wallet is None else Decimal(work.program.wallets[new.wallet].amount(new.cost))
    if new.issued_by is None and reads_event(rule):
        return "it is computed from the event by which it is issued: send couponValue"
    event = {} if new.issued_by is None else event_input(new.issued_by, now=work.now)
    values = {**event, "member": member_values(work.program, new.member), "now": work.now, "points": paid}
    try:
        return bounded(lambda: number_of(rule, values), COUPON_STEPS)
    except TakesTooLong as error:
        return str(error)


def _rounded_down(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_DOWN)
