"""Coverage of a program by its tests.

It counts parts, not lines: everything in the files that can happen, and every condition and choice both ways.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias, assert_never

import rules
from loyalty.decisions.reasons import LimitReached, NotEnoughPoints
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
    DeductPoints,
    Effect,
    GrantBadge,
    IssueReward,
    SetTier,
)
from loyalty.program.logic import Place
from loyalty.program.program import Program
from loyalty.program.reactors import Limit, Reactor
from loyalty.program.tiers import DEFAULT_SET
from workbench.scenarios.branches import Branch, ConditionBranch, IfBranch
from workbench.scenarios.instrumentation import InstrumentedProgram

PartKind: TypeAlias = Literal["reactor", "achievement", "effect", "deduction", "limit", "condition", "branch"]
PlaceLookup: TypeAlias = Callable[[str, rules.JsonPath], Place]

DEFINITION = (
    "the share of the program's parts that a test reached. A part is a reactor that fires, an achievement that is "
    "completed, an effect that takes effect, a deduction that cannot be paid, a limit that is reached, a "
    "smallest condition that is true or one that is false, a result of an `if` that is chosen"
)


@dataclass(frozen=True, slots=True)
class ProgramPart:
    """One part of a program, of a `reactor/NAME` or `achievement/NAME`."""

    kind: PartKind
    owner: str
    place: Place
    words: str
    lack: str
    """The description of the part when no test reached it, after its name: "never fired"."""


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """All parts in the order of their places, and those that no test reached."""

    parts: tuple[ProgramPart, ...]
    missing: tuple[ProgramPart, ...]

    @property
    def percent(self) -> Decimal:
        """The share of parts that was reached, exactly; 100 for a program without parts."""
        reached = len(self.parts) - len(self.missing)
        return Decimal(100 * reached) / len(self.parts) if self.parts else Decimal(100)


class Coverage:
    """Collects which parts are reached when `program` is run and its events are given to `record`."""

    def __init__(self, program: Program, place_of: PlaceLookup) -> None:
        """Instrument a program; `place_of` returns the place of the value at a path in a file."""
        self._instrumented = InstrumentedProgram(program)
        self.program = self._instrumented.program
        self._place_of = place_of
        self._owners: dict[str, Reactor | Achievement] = {
            **{f"reactor/{reactor.name}": reactor for reactor in program.reactors},
            **{f"achievement/{achievement.name}": achievement for achievement in program.achievements},
        }
        self._reached: set[tuple[str, PartKind, int]] = set()

    def record(self, events: Sequence[ProcessedEvent]) -> None:
        """Add what processed events reached."""
        for each in events:
            if each.type == "achievement_completed":
                self._reached.add((f"achievement/{each.body['achievement']}", "achievement", 0))
            for answer in each.decision.outcomes:
                if answer.fired:
                    self._reached.add((answer.source, "reactor", 0))
                    self._record_effects(answer.source, answer.effects)
                for limit in answer.cut_by or (answer.reason,):
                    if isinstance(limit, LimitReached):
                        self._record_limit(answer.source, limit)
                if isinstance(answer.reason, NotEnoughPoints):
                    self._reached.add(
                        (answer.source, "deduction", _deductions(self._owners[answer.source])[answer.reason.wallet])
                    )

    def report(self) -> CoverageReport:
        """Return what was reached so far."""
        parts = [*self._owners_and_their_parts(), *self._branches()]
        parts.sort(key=lambda each: (each[0].place.file, each[0].place.line, each[0].place.column))
        return CoverageReport(
            tuple(part for part, _ in parts), tuple(part for part, is_reached in parts if not is_reached)
        )

    def _record_effects(self, source: str, effects: tuple[Effect, ...]) -> None:
        """Add the rule of each effect: amounts name theirs; others are in the order of their rules, one for each."""
        rules_of_others = (
            index
            for index, rule in enumerate(self._owners[source].then)
            if not isinstance(rule, AwardPointsRule | DeductPointsRule)
        )
        for effect in effects:
            index = effect.rule if isinstance(effect, AwardPoints | DeductPoints) else next(rules_of_others)
            if index is not None:
                self._reached.add((source, "effect", index))

    def _record_limit(self, source: str, reached: LimitReached) -> None:
        for index, limit in enumerate(_limits(self._owners[source])):
            most = limit.times if reached.unit == "times" else limit.points
            if (limit.per, limit.every, most) == (reached.per, reached.every, reached.most):
                self._reached.add((source, "limit", index))

    # -- parts

    def _owners_and_their_parts(self) -> Iterator[tuple[ProgramPart, bool]]:
        for owner, definition in self._owners.items():
            file = definition.place.file
            kind: PartKind = "reactor" if isinstance(definition, Reactor) else "achievement"
            lack = "never fired" if isinstance(definition, Reactor) else "was never completed"
            yield ProgramPart(kind, owner, definition.place, definition.name, lack), (owner, kind, 0) in self._reached
            for index, rule in enumerate(definition.then):
                place = self._place_of(file, ("then", index))
                effect = ProgramPart("effect", owner, place, _key_of(rule), "never took effect")
                yield effect, (owner, "effect", index) in self._reached
            for wallet, index in _deductions(definition).items():
                place = self._place_of(file, ("then", index))
                words = f"the deduction of {wallet}"
                deduction = ProgramPart("deduction", owner, place, words, "was always paid")
                yield deduction, (owner, "deduction", index) in self._reached
            for index, limit in enumerate(_limits(definition)):
                place = self._place_of(file, ("limits", index))
                reached = ProgramPart("limit", owner, place, f"the limit of {_limit_text(limit)}", "was never reached")
                yield reached, (owner, "limit", index) in self._reached

    def _branches(self) -> Iterator[tuple[ProgramPart, bool]]:
        for each in self._instrumented.rules:
            for branch, is_taken in each.branches:
                yield _part(branch, each.owner, each.logic.place_of(branch.path)), is_taken


def _part(branch: Branch, owner: str, place: Place) -> ProgramPart:
    match branch:
        case ConditionBranch():
            return ProgramPart(
                "condition", owner, place, branch.words, f"was never {'true' if branch.value else 'false'}"
            )
        case IfBranch():
            return ProgramPart("branch", owner, place, branch.words, "was never chosen")
        case _:
            assert_never(branch)


def _deductions(owner: Reactor | Achievement) -> Mapping[str, int]:
    """Return the index of the first effect that may stop its owner for lack of points, by wallet."""
    found: dict[str, int] = {}
    for index, rule in enumerate(owner.then):
        if isinstance(rule, DeductPointsRule) and not rule.up_to:
            found.setdefault(rule.wallet, index)
    return found


def _limits(owner: Reactor | Achievement) -> tuple[Limit, ...]:
    return owner.limits if isinstance(owner, Reactor) else ()


def _limit_text(limit: Limit) -> str:
    times = [] if limit.times is None else [f"{limit.times} times"]
    points = [] if limit.points is None else [f"{limit.points:f} points"]
    most = " and ".join([*times, *points])
    return f"{most} {'ever' if limit.every == 'ever' else f'a {limit.every}'}, per {limit.per}"


def _key_of(rule: EffectRule) -> str:
    """Return the key of an effect in program files, and the name in it."""
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
        case SetTier(name, tier_set):
            return f"set_tier {name}" if tier_set == DEFAULT_SET else f"set_tier {tier_set}/{name}"
        case _:
            assert_never(rule)
