"""Everything that a program says, thing by thing."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import assert_never

from loyalty.program.achievements import Achievement, CountDays, CountEvents, Distinct, Sum
from loyalty.program.effect_rules import (
    AwardPointsRule,
    CallWebhookRule,
    DeductPointsRule,
    EffectRule,
    SetAttributeRule,
)
from loyalty.program.effects import GrantBadge, IssueReward, SetTier
from loyalty.program.event_types import EventType
from loyalty.program.logic import Logic
from loyalty.program.program import Program
from loyalty.program.reactors import Reactor
from loyalty.program.rewards import Coupon, Reward
from loyalty.program.wallets import Wallet
from workbench.differences import phrases as words
from workbench.differences.attributes import Aspect, Filled, Ruled, Said, Shaped
from workbench.differences.model import Kind
from workbench.differences.trees import plain


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing of a program and all that is said of it; what holds without saying is left out."""

    kind: Kind
    name: str
    aspects: tuple[Aspect, ...]
    effects: tuple[tuple[Aspect, ...], ...] = ()
    """What it causes, an effect each; the first aspect of one says which effect it is."""


def things(program: Program) -> Iterator[Thing]:
    """The things of a program, the widest first."""
    for aspect in _settings(program):
        yield Thing("setting", aspect.about, (Said("", aspect.words),))
    for wallet in program.wallets.values():
        yield Thing("wallet", wallet.code, tuple(_wallet(wallet)))
    for tier in program.tiers:
        starts = Said("from", words.number(tier.start))
        yield Thing("tier", tier.name, (*_title(tier.name, tier.title), starts))
    for badge, title in program.badges.items():
        yield Thing("badge", badge, tuple(_title(badge, title)))
    for event_type in program.event_types.values():
        if not event_type.built_in:
            yield Thing("event type", event_type.name, tuple(_event_type(event_type)))
    for reward in program.rewards.values():
        yield Thing("reward", reward.name, tuple(_reward(reward)))
    for reactor in program.reactors:
        yield Thing("reactor", reactor.name, tuple(_reactor(reactor, program)), _effects(reactor.then, program))
    for each in program.achievements:
        yield Thing("achievement", each.name, tuple(_achievement(each)), _effects(each.then, program))


def _settings(program: Program) -> Iterator[Said]:
    yield Said("store", program.store)
    yield from _title(program.store, program.title)
    yield Said("timezone", program.zone.key)
    yield Said("unknown_members", "register" if program.registers_unknown_members else "refuse")
    told = program.notify_before
    for what, span in (("points", told.points), ("coupons", told.coupons), ("tier", told.tier)):
        if span is not None:
            yield Said(f"notify_before {what}", words.duration(span))
    if program.tiers:
        yield Said("tier_by", program.tier_by)
    if program.reviews_tiers:
        yield Said("tier_review", words.expiry(program.tier_review))


def _title(name: str, title: str) -> Iterator[Said]:
    if title != name:
        yield Said("title", words.quoted(title))


def _wallet(wallet: Wallet) -> Iterator[Aspect]:
    yield from _title(wallet.code, wallet.title)
    if wallet.default:
        yield Said("default", "yes")
    yield Said("decimals", str(wallet.decimals))
    if wallet.pending:
        yield Said("pending", words.duration(wallet.pending))
    yield Said("expires", words.expiry(wallet.expires))
    yield from _cost(wallet.cost)


def _event_type(event_type: EventType) -> Iterator[Aspect]:
    yield from _title(event_type.name, event_type.title)
    yield Shaped("body", event_type.body.schema)


def _reward(reward: Reward) -> Iterator[Aspect]:
    yield from _title(reward.name, reward.title)
    if reward.coupon is not None:
        yield from _coupon(reward.coupon)
    yield from _cost(reward.cost)


def _cost(cost: Decimal | None) -> Iterator[Aspect]:
    if cost is not None:
        yield Said("cost", words.number(cost))


def _coupon(coupon: Coupon) -> Iterator[Aspect]:
    unit = "%" if coupon.value_type == "percentage" else " of money"
    yield Said("coupon", f"{words.number(coupon.value)}{unit}")
    yield Said("coupon length", str(coupon.length))
    if coupon.prefix:
        yield Said("coupon prefix", coupon.prefix)
    if coupon.valid is not None:
        yield Said("coupon valid", words.duration(coupon.valid))


def _reactor(reactor: Reactor, program: Program) -> Iterator[Aspect]:
    yield from _title(reactor.name, reactor.title)
    yield Said("on", reactor.on)
    yield from _when(reactor.when)
    for limit in reactor.limits:
        counted = "times" if limit.times is not None else "points"
        yield Said("limits", words.limit(limit), f"{limit.per} {limit.every} {counted}")
    if reactor.active_from is not None:
        yield Said("active from", words.first(reactor.active_from, program.zone))
    if reactor.active_until is not None:
        yield Said("active until", words.last(reactor.active_until, program.zone))


def _when(condition: Logic | None) -> Iterator[Aspect]:
    if condition is not None:
        yield Ruled("when", condition)


def _achievement(achievement: Achievement) -> Iterator[Aspect]:
    yield from _title(achievement.name, achievement.title)
    if achievement.description:
        yield Said("description", words.quoted(achievement.description))
    yield Said("on", achievement.on)
    yield from _when(achievement.when)
    match achievement.measure:
        case CountEvents():
            yield Said("measure", "events")
        case CountDays():
            yield Said("measure", "days")
        case Sum(number):
            yield Ruled("measure", number, "the sum of")
        case Distinct(value):
            yield Ruled("measure", value, "the different")
        case _:
            assert_never(achievement.measure)
    yield Said("window", words.window(achievement.window))
    yield Said("goal", words.number(achievement.goal))
    yield Said("repeat", words.repeat(achievement.repeat))


def _effects(then: tuple[EffectRule, ...], program: Program) -> tuple[tuple[Aspect, ...], ...]:
    return tuple(tuple(_effect(effect, program)) for effect in then)


def _effect(effect: EffectRule, program: Program) -> Iterator[Aspect]:
    match effect:
        case AwardPointsRule():
            yield Ruled("award_points", effect.points)
            yield from _amount("award_points", effect, program)
            if effect.pending is not None:
                yield Said("award_points pending", words.duration(effect.pending))
            if effect.expires is not None:
                yield Said("award_points expires", words.expiry(effect.expires))
        case DeductPointsRule():
            yield Ruled("deduct_points", effect.points)
            yield from _amount("deduct_points", effect, program)
        case GrantBadge(badge):
            yield Said("grant_badge", badge)
        case IssueReward(reward):
            yield Said("issue_reward", reward)
        case SetTier(tier):
            yield Said("set_tier", tier)
        case SetAttributeRule(name, value):
            yield Said("set_attribute", name)
            yield Filled(f"set_attribute {name}", plain(value))
        case CallWebhookRule(url, body, headers):
            yield Said("call_webhook", url)
            yield Filled("call_webhook body", plain(body))
            yield from (Said(f"call_webhook header {name}", words.quoted(value)) for name, value in headers)
        case _:
            assert_never(effect)


def _amount(effect: str, rule: AwardPointsRule | DeductPointsRule, program: Program) -> Iterator[Said]:
    if rule.wallet != program.default_wallet.code:
        yield Said(f"{effect} wallet", rule.wallet)
    if rule.rounding != "down":
        yield Said(f"{effect} round", rule.rounding)
