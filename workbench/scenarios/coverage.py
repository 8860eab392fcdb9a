"""What of a program its tests reach.

A program's parts are counted, not its lines: what a designer wrote that can happen, or come out so and otherwise.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias, assert_never

import rules
from loyalty.decisions.reasons import LimitReached
from loyalty.engine.in_memory import ProcessedEvent
from loyalty.program.achievements import Achievement
from loyalty.program.effect_rules import (
    AwardPointsRule,
    CallWebhookRule,
    DeductPointsRule,
    EffectRule,
    SetAttributeRule,
)
from loyalty.program.effects import (
    AwardPoints,
    CallWebhook,
    DeductPoints,
    Effect,
    GrantBadge,
    IssueReward,
    SetAttribute,
    SetTier,
)
from loyalty.program.logic import Place
from loyalty.program.program import Program
from loyalty.program.reactors import Limit, Reactor
from workbench.scenarios.branches import Branch, Choice, Outcome
from workbench.scenarios.instrumentation import WatchedProgram

Kind: TypeAlias = Literal["reactor", "achievement", "effect", "limit", "condition", "branch"]
PlaceOf: TypeAlias = Callable[[str, rules.JsonPath], Place]

DEFINITION = (
    "the share of the program's parts that a test reached. A part is a reactor that fires, an achievement that is "
    "completed, an effect that comes to something, a limit that stops its reactor, a smallest condition that is true "
    "or one that is false, a consequence of an `if` that is chosen"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a program, of a `reactor/NAME` or `achievement/NAME`."""

    kind: Kind
    owner: str
    place: Place
    words: str
    lack: str
    """What it did not where it was not reached: "never fired", after its words."""


@dataclass(frozen=True, slots=True)
class Covered:
    """What tests reached: all parts in the order of their places, and those that none reached."""

    parts: tuple[Part, ...]
    missing: tuple[Part, ...]

    @property
    def percent(self) -> Decimal:
        """Exact; a program without parts is covered."""
        reached = len(self.parts) - len(self.missing)
        return Decimal(100 * reached) / len(self.parts) if self.parts else Decimal(100)


class Coverage:
    """Counts what `program` does, where it is run, and what is shown to `see`."""

    def __init__(self, program: Program, place_of: PlaceOf) -> None:
        """`place_of` answers where the value at a path in a file stands."""
        self._watched = WatchedProgram(program)
        self.program = self._watched.program
        self._place_of = place_of
        self._things: dict[str, Reactor | Achievement] = {
            **{f"reactor/{reactor.name}": reactor for reactor in program.reactors},
            **{f"achievement/{achievement.name}": achievement for achievement in program.achievements},
        }
        self._reached: set[tuple[str, Kind, int]] = set()

    def see(self, happened: Sequence[ProcessedEvent]) -> None:
        """Note what was reached."""
        for each in happened:
            if each.type == "achievement_completed":
                self._reached.add((f"achievement/{each.body['achievement']}", "achievement", 0))
            for answer in each.decision.outcomes:
                if answer.fired:
                    self._reached.add((answer.source, "reactor", 0))
                    self._see_effects(answer.source, answer.effects)
                elif isinstance(answer.reason, LimitReached):
                    self._see_limit(answer.source, answer.reason)

    def covered(self) -> Covered:
        """What was reached by now."""
        known = [*self._parts_of_things(), *self._parts_of_rules()]
        known.sort(key=lambda each: (each[0].place.file, each[0].place.line, each[0].place.column))
        return Covered(tuple(part for part, _ in known), tuple(part for part, is_reached in known if not is_reached))

    def _see_effects(self, source: str, effects: tuple[Effect, ...]) -> None:
        """Find the rule of each effect: they keep their order, and some come to nothing."""
        rest = iter(enumerate(self._things[source].then))
        for effect in effects:
            number = next(number for number, rule in rest if _makes(rule, effect))
            self._reached.add((source, "effect", number))

    def _see_limit(self, source: str, reached: LimitReached) -> None:
        for number, limit in enumerate(_limits(self._things[source])):
            most = limit.times if reached.unit == "times" else limit.points
            if (limit.per, limit.every, most) == (reached.per, reached.every, reached.most):
                self._reached.add((source, "limit", number))

    # -- parts

    def _parts_of_things(self) -> Iterator[tuple[Part, bool]]:
        for owner, thing in self._things.items():
            kind: Kind = "reactor" if isinstance(thing, Reactor) else "achievement"
            lack = "never fired" if isinstance(thing, Reactor) else "was never completed"
            yield Part(kind, owner, thing.place, thing.name, lack), (owner, kind, 0) in self._reached
            for number, rule in enumerate(thing.then):
                place = self._place_of(thing.place.file, ("then", number))
                effect = Part("effect", owner, place, _name(rule), "never came to anything")
                yield effect, (owner, "effect", number) in self._reached
            for number, limit in enumerate(_limits(thing)):
                place = self._place_of(thing.place.file, ("limits", number))
                held = Part("limit", owner, place, f"the limit of {_told(limit)}", "was never reached")
                yield held, (owner, "limit", number) in self._reached

    def _parts_of_rules(self) -> Iterator[tuple[Part, bool]]:
        for each in self._watched.rules:
            for branch, is_taken in each.branches:
                yield _part(branch, each.owner, each.logic.place_of(branch.path)), is_taken


def _part(branch: Branch, owner: str, place: Place) -> Part:
    match branch:
        case Outcome():
            return Part("condition", owner, place, branch.words, f"was never {'true' if branch.value else 'false'}")
        case Choice():
            return Part("branch", owner, place, branch.words, "was never chosen")
        case _:
            assert_never(branch)


def _limits(thing: Reactor | Achievement) -> tuple[Limit, ...]:
    return thing.limits if isinstance(thing, Reactor) else ()


def _told(limit: Limit) -> str:
    times = [] if limit.times is None else [f"{limit.times} times"]
    points = [] if limit.points is None else [f"{limit.points:f} points"]
    most = " and ".join([*times, *points])
    return f"{most} {'ever' if limit.every == 'ever' else f'a {limit.every}'}, per {limit.per}"


def _makes(rule: EffectRule, effect: Effect) -> bool:
    """Whether an effect may be what a rule came to."""
    match rule, effect:
        case AwardPointsRule(), AwardPoints(wallet):
            return rule.wallet == wallet
        case DeductPointsRule(), DeductPoints(wallet):
            return rule.wallet == wallet
        case SetAttributeRule(), SetAttribute(name):
            return rule.name == name
        case CallWebhookRule(), CallWebhook(url):
            return rule.url == url
        case _:
            return rule == effect


def _name(rule: EffectRule) -> str:
    """What files call it."""
    match rule:
        case AwardPointsRule():
            return "award_points"
        case DeductPointsRule():
            return "deduct_points"
        case SetAttributeRule():
            return f"set_attribute {rule.name}"
        case CallWebhookRule():
            return "call_webhook"
        case GrantBadge(name):
            return f"grant_badge {name}"
        case IssueReward(name):
            return f"issue_reward {name}"
        case SetTier(name):
            return f"set_tier {name}"
        case _:
            assert_never(rule)
