"""Runs one test on a trial: the steps of production, in memory, on a clock that stands still between steps."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, TypeAlias, assert_never

import rules
from loyalty.engine.in_memory import InMemoryEngine, ProcessedEvent
from loyalty.engine.snapshots import load_into
from loyalty.program.program import Program
from loyalty.store.memory.member_state import MemberState
from loyalty.webhooks.outbox import CALL
from workbench.scenarios.fixtures import opening_of
from workbench.scenarios.judging import Miss, Seen, judge, progress_of
from workbench.scenarios.model import Action, Expect, Fixture, NothingOccurred, Occurred, Pass, Report, Scenario

Verdict: TypeAlias = Literal["passed", "failed", "skipped"]
Watch: TypeAlias = Callable[[Sequence[ProcessedEvent]], None]
REGISTERED = "member_registered"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a member is with an achievement."""

    achievement: str
    completed: int
    progress: str
    """As `6/7`."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a test. Of one that failed: what was otherwise than expected, and what had happened before.

    `happened` begins after the expectations before.
    """

    scenario: Scenario
    verdict: Verdict
    misses: tuple[Miss, ...] = ()
    happened: tuple[ProcessedEvent, ...] = ()
    standings: tuple[Standing, ...] = ()


def run(scenario: Scenario, program: Program, watch: Watch | None = None) -> Result:
    """Run a test to its first step that fails. `watch` is shown all that happens.

    Nobody asks why while all is as expected; a test that fails is run again, with reasons.
    """
    if scenario.skip:
        return Result(scenario, "skipped")
    result = _Run(scenario, program, watch, with_reasons=False).run()
    return _Run(scenario, program, None, with_reasons=True).run() if result.verdict == "failed" else result


def play(scenario: Scenario, program: Program) -> tuple[InMemoryEngine, list[ProcessedEvent]]:
    """All that happens in a test, with reasons, and the store in its end; nobody minds what is expected last."""
    happened: list[ProcessedEvent] = []
    played = _Run(scenario, program, happened.extend, with_reasons=True)
    played.run()
    return played.trial, happened


class _Run:
    def __init__(self, scenario: Scenario, program: Program, watch: Watch | None, *, with_reasons: bool) -> None:
        self._scenario = scenario
        self._program = program
        self._watch = watch
        self.trial = InMemoryEngine(
            program, scenario.start, records_messages=_hears(scenario), with_reasons=with_reasons
        )
        self._window: list[ProcessedEvent] = []
        self._accounts = {name: self._account(name, fixture) for name, fixture in scenario.members.items()}

    def run(self) -> Result:
        """Step by step; expectations in a row look back on the same."""
        before: Action | None = None
        for step in self._scenario.steps:
            if isinstance(before, Expect) and not isinstance(step, Expect):
                self._window.clear()
            if misses := self._take(step):
                return self._failed(step, misses)
            before = step
        return Result(self._scenario, "passed")

    def _take(self, step: Action) -> tuple[Miss, ...]:
        """What a step shows to be wrong."""
        match step:
            case Expect():
                account = self._accounts[step.member]
                mine = [each for each in self._window if each.member == account.member.id]
                seen = Seen(self.trial, account, mine)
                return tuple(miss for check in step.checks if (miss := judge(check, seen)) is not None)
            case Pass():
                return self._let(step, "wait", partial(self.trial.advance, step.until))
            case Report():
                return self._report(step)
            case _:
                assert_never(step)

    def _report(self, step: Report) -> tuple[Miss, ...]:
        account = self._accounts[step.member]
        member = account.member.id
        for moment in step.moments:
            doings: list[tuple[str, Callable[[], list[ProcessedEvent]]]] = [
                ("wait", partial(self.trial.advance, moment.at))
            ]
            if member not in self.trial.store.members_by_id:
                doings.append((REGISTERED, partial(self._register, account)))
            if step.type != REGISTERED:
                report = partial(self.trial.report, member, step.type, step.body, time=moment.time)
                doings.append((step.type, report))
            for what, happen in doings:
                if misses := self._let(step, what, happen):
                    return misses
        return ()

    def _let(self, step: Report | Pass, what: str, happen: Callable[[], list[ProcessedEvent]]) -> tuple[Miss, ...]:
        """Let something happen; an event that cannot be answered is never what a test expects."""
        try:
            happened = happen()
        except rules.RuleError as error:
            return (Miss(step.place, what, "an answer", str(error)),)
        self._window += happened
        if self._watch is not None:
            self._watch(happened)
        return tuple(Miss(step.place, each.type, "an answer", each.error) for each in happened if each.error)

    def _failed(self, step: Action, misses: tuple[Miss, ...]) -> Result:
        """What the report of a failure needs: of the members it is about."""
        account = self._accounts[step.member] if isinstance(step, Expect | Report) else None
        mine = [each for each in self._window if account is None or each.member == account.member.id]
        standings = [] if account is None else self._standings(account, {each.type for each in mine})
        return Result(self._scenario, "failed", misses, tuple(mine), tuple(standings))

    def _standings(self, account: MemberState, types: set[str]) -> Iterator[Standing]:
        for achievement in self._program.achievements:
            if achievement.on in types:
                completed, progress = progress_of(account, self._program, achievement.name)
                yield Standing(achievement.name, completed, f"{progress:f}/{achievement.goal:f}")

    # -- members

    def _account(self, name: str, fixture: Fixture) -> MemberState:
        """What is kept of a member. Who is registered was so before: nothing answers it."""
        opening = opening_of(fixture, name, self._program, self.trial.now)
        if not fixture.is_registered:
            return opening.state
        account = load_into(self.trial, opening)
        for claim in fixture.claims:
            self.trial.store.usage.claim(claim, account.member.id)
        return account

    def _register(self, account: MemberState) -> list[ProcessedEvent]:
        """A member whom nobody knew is registered, in the lowest tier."""
        lowest = self._program.tier_at(0)
        tier = None if lowest is None else lowest.name
        account.member = replace(account.member, registered_at=self.trial.now, tier=tier)
        return self.trial.register(account)


def _hears(scenario: Scenario) -> bool:
    """Whether a test asks for messages: where none does, they are not even made."""
    wanted = [check.wanted for step in scenario.steps if isinstance(step, Expect) for check in step.checks]
    return any(
        isinstance(each, Occurred | NothingOccurred) and each.kind == "webhooks" and getattr(each, "name", "") != CALL
        for each in wanted
    )
