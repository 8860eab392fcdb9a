"""Instrument a program for coverage: each rule with branches records those that are taken."""

from dataclasses import dataclass, replace
from typing import assert_never

from loyalty.program.achievements import Achievement, CountDays, CountEvents, Distinct, Measure, Sum
from loyalty.program.effect_rules import (
    AwardPointsRule,
    CallWebhookRule,
    DeductPointsRule,
    EffectRule,
    SetAttributeRule,
)
from loyalty.program.effects import GrantBadge, IssueReward, SetTier
from loyalty.program.logic import Logic, Template
from loyalty.program.program import Program
from loyalty.program.reactors import Reactor
from workbench.scenarios.branches import Branches, InstrumentedRule


@dataclass(frozen=True, slots=True)
class InstrumentedLogic:
    """A rule of a `reactor/NAME` or `achievement/NAME`, and its branches."""

    owner: str
    logic: Logic
    branches: Branches


class InstrumentedProgram:
    """A program that decides as the original does, and its rules that record their branches."""

    def __init__(self, program: Program) -> None:
        self.rules: list[InstrumentedLogic] = []
        self.program = replace(
            program,
            reactors=tuple(map(self._reactor, program.reactors)),
            achievements=tuple(map(self._achievement, program.achievements)),
        )

    def _reactor(self, reactor: Reactor) -> Reactor:
        owner = f"reactor/{reactor.name}"
        return replace(reactor, when=self._when(owner, reactor.when), then=self._then(owner, reactor.then))

    def _achievement(self, achievement: Achievement) -> Achievement:
        owner = f"achievement/{achievement.name}"
        return replace(
            achievement,
            when=self._when(owner, achievement.when),
            measure=self._measure(owner, achievement.measure),
            then=self._then(owner, achievement.then),
        )

    def _when(self, owner: str, when: Logic | None) -> Logic | None:
        return None if when is None else self._instrumented(owner, when, is_condition=True)

    def _measure(self, owner: str, measure: Measure) -> Measure:
        match measure:
            case Sum(number):
                return Sum(self._instrumented(owner, number))
            case Distinct(value):
                return Distinct(self._instrumented(owner, value))
            case CountEvents() | CountDays():
                return measure
            case _:
                assert_never(measure)

    def _then(self, owner: str, then: tuple[EffectRule, ...]) -> tuple[EffectRule, ...]:
        return tuple(self._effect(owner, rule) for rule in then)

    def _effect(self, owner: str, rule: EffectRule) -> EffectRule:
        match rule:
            case AwardPointsRule() | DeductPointsRule():
                return replace(rule, points=self._instrumented(owner, rule.points))
            case SetAttributeRule():
                return replace(rule, value=self._template(owner, rule.value))
            case CallWebhookRule():
                return replace(rule, body=self._template(owner, rule.body))
            case GrantBadge() | IssueReward() | SetTier():
                return rule
            case _:
                assert_never(rule)

    def _template(self, owner: str, template: Template) -> Template:
        match template:
            case Logic():
                return self._instrumented(owner, template)
            case dict():
                return {key: self._template(owner, value) for key, value in template.items()}
            case list() | tuple():
                return [self._template(owner, value) for value in template]
            case _:
                return template

    def _instrumented(self, owner: str, logic: Logic, *, is_condition: bool = False) -> Logic:
        branches = Branches(logic.expression, is_condition=is_condition)
        if branches.all_taken:
            return logic
        self.rules.append(InstrumentedLogic(owner, logic, branches))
        return replace(logic, rule=InstrumentedRule(logic.rule, branches))
