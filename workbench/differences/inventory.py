"""All definitions of a program, each with its attributes by the keys of program files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import assert_never

from loyalty.events.builtin_events import is_extended
from loyalty.program.achievements import Achievement, CountDays, CountEvents, Distinct, Measure, Sum
from loyalty.program.effect_rules import (
    AwardPointsRule,
    CallWebhookRule,
    DeductPointsRule,
    EffectRule,
    SetAttributeRule,
)
from loyalty.program.effects import GrantBadge, IssueReward, SetTier
from loyalty.program.event_types import EventType, Reversal
from loyalty.program.logic import Logic
from loyalty.program.program import Program
from loyalty.program.reactors import CodeRule, Limit, Reactor
from loyalty.program.rewards import PROGRESS, Coupon, PurchaseLimit, Reward, Span
from loyalty.program.tiers import DEFAULT_SET, Tier, TierSet
from loyalty.program.wallets import TransferLimit, Wallet
from program_files.grammar.achievements import ACHIEVEMENT
from program_files.grammar.effects import AWARD_POINTS, CALL_WEBHOOK, DEDUCT_POINTS, SET_ATTRIBUTE
from program_files.grammar.events import EVENT_TYPE, REVERSES
from program_files.grammar.programs import BADGE, NOTIFY_BEFORE, PROGRAM, TIER, TIER_SET, WALLET
from program_files.grammar.reactors import ACTIVE, CODE, REACTOR
from program_files.grammar.rewards import COUPON, REWARD, SHOWN, SOLD, USUAL_DECIMALS
from program_files.grammar.values import MapGrammar
from workbench.differences import phrases
from workbench.differences.attributes import (
    Attribute,
    AttributeRule,
    AttributeSchema,
    AttributeTemplate,
    AttributeText,
    AttributeValue,
    ValuesOfKey,
    attributes_by_key,
)
from workbench.differences.model import DefinitionKind
from workbench.differences.trees import template_json


@dataclass(frozen=True, slots=True)
class Definition:
    """One definition of a program and its attributes; those with the value that they have by default are left out."""

    kind: DefinitionKind
    name: str
    attributes: tuple[Attribute, ...]
    effects: tuple[tuple[Attribute, ...], ...] = ()
    """Its effects, each by its attributes; the label of the first is the name of the effect."""


def definitions(program: Program) -> Iterator[Definition]:
    """Yield the definitions of a program; each setting counts as one."""
    for setting in _settings(program):
        yield Definition("setting", setting.label, (Attribute("", setting.value),))
    for wallet in program.wallets.values():
        yield Definition("wallet", wallet.code, tuple(_wallet(wallet)))
    for tier in program.tiers:
        yield Definition("tier", tier.name, tuple(_tier(tier)))
    for tier_set in program.more_tier_sets:
        yield Definition("tier set", tier_set.name, tuple(_tier_set(tier_set)))
    for badge, title in program.badges.items():
        yield Definition("badge", badge, tuple(attributes_by_key(BADGE, {"title": _title(badge, title)})))
    for event_type in program.event_types.values():
        if not event_type.built_in or is_extended(event_type):
            yield Definition("event type", event_type.name, tuple(_event_type(event_type)))
    for reward in program.rewards.values():
        yield Definition("reward", reward.name, tuple(_reward(reward, program.zone)))
    for reactor in program.reactors:
        yield Definition("reactor", reactor.name, tuple(_reactor(reactor, program)), _effects(reactor.then, program))
    for each in program.achievements:
        yield Definition("achievement", each.name, tuple(_achievement(each)), _effects(each.then, program))


def _settings(program: Program) -> Iterator[Attribute]:
    return attributes_by_key(
        PROGRAM,
        {
            "store": AttributeText(program.store),
            "title": _title(program.store, program.title),
            "timezone": AttributeText(program.zone.key),
            "region": None if program.region is None else AttributeText(program.region),
            "unknown_members": AttributeText("register" if program.registers_unknown_members else "refuse"),
            "notify_before": _notify_before(program),
            "tier_by": AttributeText(program.tier_by) if program.tiers else None,
            "tier_wallet": None if program.tier_wallet_code is None else AttributeText(program.tier_wallet_code),
            "tier_spend": None if program.tier_spend is None else AttributeRule(program.tier_spend),
            "tier_fall": AttributeText(program.tier_fall) if program.tier_fall != "to_reached" else None,
            "returns": None if program.returns == "automatic" else AttributeText(program.returns),
            "tier_on_return": None if program.tier_on_return == "now" else AttributeText(program.tier_on_return),
            "tier_review": AttributeText(phrases.tier_review(program.tier_review)) if program.reviews_tiers else None,
            **dict.fromkeys(("wallets", "tiers", "tier_sets", "badges"), None),  # definitions of their own
            "attributes": (
                Attribute(f"attributes {name}", AttributeSchema(schema.schema))
                for name, schema in program.attributes.items()
            ),
            "dated": None,  # it is declared for each wallet
        },
    )


def _notify_before(program: Program) -> Iterator[Attribute]:
    before = program.notify_before
    spans = {"points": before.points, "coupons": before.coupons, "tier": before.tier}
    values = {key: None if span is None else AttributeText(phrases.duration(span)) for key, span in spans.items()}
    return attributes_by_key(NOTIFY_BEFORE, values, "notify_before")


def _title(name: str, title: str) -> AttributeValue | None:
    return None if title == name else AttributeText(phrases.quoted(title))


def _wallet(wallet: Wallet) -> Iterator[Attribute]:
    return attributes_by_key(
        WALLET,
        {
            "title": _title(wallet.code, wallet.title),
            "default": AttributeText("yes") if wallet.default else None,
            "decimals": AttributeText(str(wallet.decimals)),
            "pending": AttributeText(phrases.duration(wallet.pending)) if wallet.pending else None,
            "expires": AttributeText(phrases.expiry(wallet.expires)),
            "dated": AttributeText(wallet.dated),
            "grace": AttributeText(phrases.duration(wallet.grace)),
            "debt": AttributeText(phrases.debt(wallet.debt)),
            "transfers": map(_transfer_limit, wallet.transfer_limits),
            "cost": None if wallet.cost is None else AttributeText(phrases.number(wallet.cost)),
        },
    )


def _transfer_limit(limit: TransferLimit) -> Attribute:
    counted = "times" if limit.times is not None else "points"
    return Attribute("transfers", AttributeText(phrases.transfer_limit(limit)), f"{limit.every} {counted}")


def _tier_set(tier_set: TierSet) -> Iterator[Attribute]:
    """Yield the attributes of a tier set; the amounts at which its tiers begin are one of them."""
    begins = ", ".join(f"{each.name} from {phrases.number(each.start)}" for each in tier_set.tiers)
    return attributes_by_key(
        TIER_SET,
        {
            "title": _title(tier_set.name, tier_set.title),
            "tiers": AttributeText(begins),
            "by": AttributeText(tier_set.by),
            "wallet": AttributeText(tier_set.wallet.code) if tier_set.by.endswith("points") else None,
            "spend": None if tier_set.spend is None else AttributeRule(tier_set.spend),
            "fall": AttributeText(tier_set.fall) if tier_set.fall != "to_reached" else None,
            "valid": AttributeText(phrases.tier_review(tier_set.review)) if tier_set.is_reviewed else None,
        },
    )


def _tier(tier: Tier) -> Iterator[Attribute]:
    start = AttributeText(phrases.number(tier.start))
    return attributes_by_key(TIER, {"tier": None, "title": _title(tier.name, tier.title), "from": start})


def _event_type(event_type: EventType) -> Iterator[Attribute]:
    title, schema = _title(event_type.name, event_type.title), AttributeSchema(event_type.body.schema)
    reverses = None if event_type.reverses is None else _reversal(event_type.reverses)
    return attributes_by_key(EVENT_TYPE, {"event": None, "title": title, "body": schema, "reverses": reverses})


def _reversal(reversal: Reversal) -> Iterator[Attribute]:
    return attributes_by_key(
        REVERSES,
        {
            "event": AttributeText(reversal.event),
            "where": [Attribute("reverses where", AttributeRule(rule), path) for path, rule in reversal.where.items()],
            "share": None if reversal.share is None else AttributeRule(reversal.share),
        },
        "reverses",
    )


def _reward(reward: Reward, zone: tzinfo) -> Iterator[Attribute]:
    return attributes_by_key(
        REWARD,
        {
            "reward": None,
            "title": _title(reward.name, reward.title),
            "description": AttributeText(phrases.quoted(reward.description)) if reward.description else None,
            "categories": AttributeText(", ".join(reward.categories)) if reward.categories else None,
            "price": None if reward.price is None else AttributeText(phrases.price(reward.price)),
            "for": None if reward.eligible is None else AttributeRule(reward.eligible),
            "shown": _span(SHOWN, reward.shown, zone),
            "sold": None if reward.sold == reward.shown else _span(SOLD, reward.sold, zone),
            "limits": map(_purchase_limit, reward.limits),
            "coupon": None if reward.coupon is None else _coupon(reward.coupon, zone),
            "statuses": None if reward.statuses == PROGRESS else AttributeText(", ".join(reward.statuses)),
            "cost": None if reward.cost is None else AttributeText(phrases.number(reward.cost)),
        },
    )


def _span(grammar: MapGrammar, span: Span, zone: tzinfo) -> Iterator[Attribute]:
    return attributes_by_key(
        grammar,
        {
            "from": None if span.start is None else AttributeText(phrases.first(span.start, zone)),
            "until": None if span.end is None else AttributeText(phrases.last(span.end, zone)),
        },
        grammar.title,
    )


def _purchase_limit(limit: PurchaseLimit) -> Attribute:
    return Attribute("limits", AttributeText(phrases.purchase_limit(limit)), f"{limit.per} {limit.every}")


def _coupon(coupon: Coupon, zone: tzinfo) -> Iterator[Attribute]:
    unit = "%" if coupon.value_type == "percentage" else " of money"
    value, is_given = coupon.value, coupon.shared is not None or coupon.codes == "uploaded"
    is_rounded = isinstance(value, Logic) and coupon.decimals != USUAL_DECIMALS
    worth: AttributeValue
    if isinstance(value, Logic):
        worth = AttributeRule(value, unit.strip())
    else:
        worth = AttributeText(f"{phrases.number(value)}{unit}")
    return attributes_by_key(
        COUPON,
        {
            "codes": None if coupon.codes == "generated" else AttributeText(coupon.codes),
            "shared": None if coupon.shared is None else AttributeText(phrases.shared_code(coupon.shared)),
            "value": [Attribute("coupon", worth)],
            "type": None,  # it is the unit of the value
            "decimals": AttributeText(str(coupon.decimals)) if is_rounded else None,
            "length": None if is_given else AttributeText(str(coupon.length)),
            "prefix": AttributeText(coupon.prefix) if coupon.prefix else None,
            "begins": None if coupon.begins is None else AttributeText(phrases.duration(coupon.begins)),
            "valid": None if coupon.valid is None else AttributeText(phrases.duration(coupon.valid)),
            "from": None if coupon.start is None else AttributeText(phrases.first(coupon.start, zone)),
            "until": None if coupon.until is None else AttributeText(phrases.last(coupon.until, zone)),
        },
        "coupon",
    )


def _reactor(reactor: Reactor, program: Program) -> Iterator[Attribute]:
    return attributes_by_key(
        REACTOR,
        {
            "reactor": None,
            "title": _title(reactor.name, reactor.title),
            "on": AttributeText(reactor.on),
            "when": None if reactor.when is None else AttributeRule(reactor.when),
            "code": None if reactor.code is None else _code(reactor.code),
            "limits": map(_limit, reactor.limits),
            "active": _active(reactor, program),
            "then": None,  # see `_effects`
        },
    )


def _code(code: CodeRule) -> Iterator[Attribute]:
    wanted: dict[str, ValuesOfKey] = {"is": AttributeRule(code.given), "uses": AttributeText(str(code.uses))}
    return attributes_by_key(CODE, wanted, "code")


def _limit(limit: Limit) -> Attribute:
    counted = "times" if limit.times is not None else "points"
    return Attribute("limits", AttributeText(phrases.limit(limit)), f"{limit.per} {limit.every} {counted}")


def _active(reactor: Reactor, program: Program) -> Iterator[Attribute]:
    start, end = reactor.active_from, reactor.active_until
    return attributes_by_key(
        ACTIVE,
        {
            "from": None if start is None else AttributeText(phrases.first(start, program.zone)),
            "until": None if end is None else AttributeText(phrases.last(end, program.zone)),
        },
        "active",
    )


def _achievement(achievement: Achievement) -> Iterator[Attribute]:
    return attributes_by_key(
        ACHIEVEMENT,
        {
            "achievement": None,
            "title": _title(achievement.name, achievement.title),
            "description": AttributeText(phrases.quoted(achievement.description)) if achievement.description else None,
            "on": AttributeText(achievement.on),
            "when": None if achievement.when is None else AttributeRule(achievement.when),
            "measure": _measure(achievement.measure),
            "window": AttributeText(phrases.window(achievement.window)),
            "goal": AttributeText(phrases.number(achievement.goal)),
            "repeat": AttributeText(phrases.repeat(achievement.repeat)),
            "then": None,  # see `_effects`
        },
    )


def _measure(measure: Measure) -> AttributeValue:
    match measure:
        case CountEvents():
            return AttributeText("events")
        case CountDays():
            return AttributeText("days")
        case Sum(number):
            return AttributeRule(number, "the sum of")
        case Distinct(value):
            return AttributeRule(value, "the different")
        case _:
            assert_never(measure)


def _effects(then: tuple[EffectRule, ...], program: Program) -> tuple[tuple[Attribute, ...], ...]:
    return tuple(tuple(_effect(effect, program)) for effect in then)


def _effect(effect: EffectRule, program: Program) -> Iterator[Attribute]:
    match effect:
        case AwardPointsRule(pending=pending, expires=expires, qualifies=qualifies):
            values: dict[str, ValuesOfKey] = {
                **_amount("award_points", effect, program),
                "qualifies": None if qualifies else AttributeText("no"),
                "pending": None if pending is None else AttributeText(phrases.duration(pending)),
                "expires": None if expires is None else AttributeText(phrases.expiry(expires)),
            }
            yield from attributes_by_key(AWARD_POINTS, values, "award_points")
        case DeductPointsRule(up_to=up_to):
            values = {
                **_amount("deduct_points", effect, program),
                "up_to": AttributeText("yes") if up_to else None,
            }
            yield from attributes_by_key(DEDUCT_POINTS, values, "deduct_points")
        case GrantBadge(badge):
            yield Attribute("grant_badge", AttributeText(badge))
        case IssueReward(reward):
            yield Attribute("issue_reward", AttributeText(reward))
        case SetTier(tier, tier_set):
            words = tier if tier_set == DEFAULT_SET else f"{tier} of {tier_set}"
            yield Attribute("set_tier", AttributeText(words))
        case SetAttributeRule(name, value):
            named = [Attribute("set_attribute", AttributeText(name))]
            filled = [Attribute(f"set_attribute {name}", AttributeTemplate(template_json(value)))]
            yield from attributes_by_key(SET_ATTRIBUTE, {"name": named, "value": filled})
        case CallWebhookRule():
            yield from _call_webhook(effect)
        case _:
            assert_never(effect)


def _call_webhook(effect: CallWebhookRule) -> Iterator[Attribute]:
    headers = (
        Attribute(f"call_webhook header {name}", AttributeText(phrases.quoted(value))) for name, value in effect.headers
    )
    return attributes_by_key(
        CALL_WEBHOOK,
        {
            "url": [Attribute("call_webhook", AttributeText(effect.url))],
            "body": AttributeTemplate(template_json(effect.body)),
            "headers": headers,
        },
        "call_webhook",
    )


def _amount(effect: str, rule: AwardPointsRule | DeductPointsRule, program: Program) -> dict[str, ValuesOfKey]:
    return {
        "points": [Attribute(effect, AttributeRule(rule.points))],
        "wallet": None if rule.wallet == program.default_wallet.code else AttributeText(rule.wallet),
        "round": None if rule.rounding == "down" else AttributeText(rule.rounding),
    }
