"""Which events reactors and achievements respond to, and which events they cause."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, assert_never

from loyalty.program.achievements import Achievement, CountEvents
from loyalty.program.effect_rules import (
    AwardPointsRule,
    CallWebhookRule,
    DeductPointsRule,
    EffectRule,
    SetAttributeRule,
)
from loyalty.program.effects import GrantBadge, IssueReward, SetTier
from loyalty.program.logic import Logic, Place
from loyalty.program.program import Program
from loyalty.program.reactors import Reactor
from loyalty.program.tiers import TierBy
from program_files.text.nodes import Node
from rules.types import NEVER, Type, intersection, narrowed, type_of_value

Body = Mapping[str, Any]
"""The fields of an event's body that are known without running anything."""


@dataclass(frozen=True, slots=True, eq=False)
class Responder:
    """A reactor, or one half of an achievement: the counting of its events, or the effects of its completion."""

    name: str
    on: str
    body: Body
    """The values that the event's body must have, besides the condition."""
    when: Logic | None
    then: tuple[EffectRule, ...]
    completes: Achievement | None
    is_limited: bool
    active_from: datetime | None
    active_until: datetime | None
    place: Place
    effects: tuple[Node, ...]
    """The node of each effect in `then`."""


@dataclass(frozen=True, slots=True, eq=False)
class CausedEvent:
    """A built-in event that a responder causes."""

    responder: Responder
    event_type: str
    body: Body
    description: str
    is_certain: bool
    """Whether it is caused each time the responder fires."""
    place: Place


Nodes = Mapping[str, Mapping[str, Node | None]]
"""The content of files, by folder and path; None if a file cannot be read."""


def responders_of(program: Program, nodes: Nodes) -> Iterator[Responder]:
    """Yield every reactor, then both halves of every achievement."""
    for reactor in program.reactors:
        yield _of_reactor(reactor, _effects(nodes["reactors"][reactor.place.file]))
    for achievement in program.achievements:
        yield from _of_achievement(achievement, _effects(nodes["achievements"][achievement.place.file]))


def events_caused_by(responder: Responder, program: Program) -> Iterator[CausedEvent]:
    """Yield the built-in events that a responder may cause at once, without those that become due later."""
    if responder.completes is not None:
        yield _completion(responder, responder.completes)
    for effect, node in zip(responder.then, responder.effects, strict=True):
        match effect:
            case GrantBadge(badge):
                yield CausedEvent(
                    responder, "badge_granted", {"badge": badge}, f"grants badge {badge}", True, node.place
                )
            case IssueReward(reward):
                yield CausedEvent(responder, "reward_issued", {"reward": reward}, f"issues {reward}", True, node.place)
            case SetTier(tier):
                yield CausedEvent(responder, "tier_changed", {"to": tier}, f"sets tier {tier}", True, node.place)
            case AwardPointsRule() | DeductPointsRule():
                if _may_move_up(program, effect):
                    moves = "awards" if isinstance(effect, AwardPointsRule) else "deducts"
                    words = f"{moves} points that may reach a tier"
                    yield CausedEvent(responder, "tier_changed", {"up": True}, words, False, node.place)
            case SetAttributeRule() | CallWebhookRule():
                pass
            case _:
                assert_never(effect)


def _may_move_up(program: Program, effect: AwardPointsRule | DeductPointsRule) -> bool:
    sets = program.tier_sets.values()
    return any(each.wallet.code == effect.wallet and _moves_up(each.by, effect) for each in sets)


def _moves_up(by: TierBy, effect: AwardPointsRule | DeductPointsRule) -> bool:
    match by:
        case "earned_points":
            return isinstance(effect, AwardPointsRule) and effect.qualifies
        case "active_points":
            return True
        case "spent_points":
            return isinstance(effect, DeductPointsRule)
        case "spend" | "membership_months":
            return False


def _completion(responder: Responder, achievement: Achievement) -> CausedEvent:
    at_once = isinstance(achievement.measure, CountEvents) and achievement.goal <= 1
    body = {"achievement": achievement.name}
    return CausedEvent(responder, "achievement_completed", body, "is completed", at_once, responder.place)


def _of_reactor(reactor: Reactor, effects: tuple[Node, ...]) -> Responder:
    return Responder(
        name=f"reactor {reactor.name}",
        on=reactor.on,
        body={},
        when=reactor.when,
        then=reactor.then,
        completes=None,
        is_limited=bool(reactor.limits),
        active_from=reactor.active_from,
        active_until=reactor.active_until,
        place=reactor.place,
        effects=effects,
    )


def _of_achievement(achievement: Achievement, effects: tuple[Node, ...]) -> Iterator[Responder]:
    """Yield the halves of an achievement; without unlimited completions, counting causes no event: it ends a cycle."""
    name, place = f"achievement {achievement.name}", achievement.place
    if achievement.repeat is None:
        yield Responder(name, achievement.on, {}, achievement.when, (), achievement, False, None, None, place, ())
    body = {"achievement": achievement.name}
    given = achievement.then
    yield Responder(name, "achievement_completed", body, None, given, None, False, None, None, place, effects)


def _effects(node: Node | None) -> tuple[Node, ...]:
    then = node and node.entries.get("then")
    return tuple(then.value) if then and isinstance(then.value, list) else ()


def overlap(one: Responder, other: Responder) -> bool:
    """Return whether there is a time at which both are active."""
    starts = [each.active_from for each in (one, other) if each.active_from]
    ends = [each.active_until for each in (one, other) if each.active_until]
    return not starts or not ends or max(starts) < min(ends)


def agree(one: Body, other: Body) -> bool:
    """Return whether one event can have both bodies."""
    return all(other.get(field, value) == value for field, value in one.items())


def with_body(scope: Type, body: Body) -> Type:
    """Return the scope of a rule, narrowed to these values of the body's fields."""
    for field, value in body.items():
        narrower = narrowed(scope, ("event", "body", field), partial(intersection, type_of_value(value)))
        scope = scope if narrower == NEVER else narrower
    return scope
