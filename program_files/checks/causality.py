"""Reactors and achievements as what they are to one another: answers to events that cause events."""

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
from program_files.nodes import Node
from rules.types import NEVER, Type, intersection, narrowed, type_of_value

Body = Mapping[str, Any]
"""The fields of an event's body that are known beforehand."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What answers events of one type; an achievement is two: what counts events, and what its completion gives."""

    name: str
    on: str
    body: Body
    """What the event must hold, besides the condition."""
    when: Logic | None
    then: tuple[EffectRule, ...]
    completes: Achievement | None
    is_limited: bool
    active_from: datetime | None
    active_until: datetime | None
    place: Place
    effects: tuple[Node, ...]
    """Where each of `then` stands."""


@dataclass(frozen=True, slots=True, eq=False)
class Cause:
    """An event that an answer causes."""

    answer: Answer
    event_type: str
    body: Body
    words: str
    is_certain: bool
    """Whether it comes about each time."""
    place: Place


Nodes = Mapping[str, Mapping[str, Node | None]]
"""What files say, by folder and path."""


def answers_of(program: Program, nodes: Nodes) -> Iterator[Answer]:
    """Every reactor, then every achievement."""
    for reactor in program.reactors:
        yield _of_reactor(reactor, _effects(nodes["reactors"][reactor.place.file]))
    for achievement in program.achievements:
        yield from _of_achievement(achievement, _effects(nodes["achievements"][achievement.place.file]))


def causes_of(answer: Answer, program: Program) -> Iterator[Cause]:
    """The built-in events that an answer may cause at once; those that wait for a date are another day's."""
    if answer.completes is not None:
        yield _completion(answer, answer.completes)
    for effect, node in zip(answer.then, answer.effects, strict=True):
        match effect:
            case GrantBadge(badge):
                yield Cause(answer, "badge_granted", {"badge": badge}, f"grants badge {badge}", True, node.place)
            case IssueReward(reward):
                yield Cause(answer, "reward_issued", {"reward": reward}, f"issues {reward}", True, node.place)
            case SetTier(tier):
                yield Cause(answer, "tier_changed", {"to": tier}, f"sets tier {tier}", True, node.place)
            case AwardPointsRule() | DeductPointsRule():
                if _may_move_up(program, effect):
                    moves = "awards" if isinstance(effect, AwardPointsRule) else "deducts"
                    words = f"{moves} points that may reach a tier"
                    yield Cause(answer, "tier_changed", {"up": True}, words, False, node.place)
            case SetAttributeRule() | CallWebhookRule():
                pass
            case _:
                assert_never(effect)


def _may_move_up(program: Program, effect: AwardPointsRule | DeductPointsRule) -> bool:
    if not program.tiers or effect.wallet != program.default_wallet.code:
        return False
    return isinstance(effect, AwardPointsRule) or program.tier_by == "active_points"


def _completion(answer: Answer, achievement: Achievement) -> Cause:
    at_once = isinstance(achievement.measure, CountEvents) and achievement.goal <= 1
    body = {"achievement": achievement.name}
    return Cause(answer, "achievement_completed", body, "is completed", at_once, answer.place)


def _of_reactor(reactor: Reactor, effects: tuple[Node, ...]) -> Answer:
    return Answer(
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


def _of_achievement(achievement: Achievement, effects: tuple[Node, ...]) -> Iterator[Answer]:
    """One that can be completed only so often stops what it is a part of: it causes nothing again and again."""
    name, place = f"achievement {achievement.name}", achievement.place
    if achievement.repeat is None:
        yield Answer(name, achievement.on, {}, achievement.when, (), achievement, False, None, None, place, ())
    body = {"achievement": achievement.name}
    given = achievement.then
    yield Answer(name, "achievement_completed", body, None, given, None, False, None, None, place, effects)


def _effects(node: Node | None) -> tuple[Node, ...]:
    then = node and node.entries.get("then")
    return tuple(then.value) if then and isinstance(then.value, list) else ()


def overlap(one: Answer, other: Answer) -> bool:
    """Whether there is a time at which both are active."""
    starts = [each.active_from for each in (one, other) if each.active_from]
    ends = [each.active_until for each in (one, other) if each.active_until]
    return not starts or not ends or max(starts) < min(ends)


def agree(one: Body, other: Body) -> bool:
    """Whether one event can hold both."""
    return all(other.get(field, value) == value for field, value in one.items())


def with_body(scope: Type, body: Body) -> Type:
    """The scope of a rule, once these fields of the body are known."""
    for field, value in body.items():
        narrower = narrowed(scope, ("event", "body", field), partial(intersection, type_of_value(value)))
        scope = scope if narrower == NEVER else narrower
    return scope
