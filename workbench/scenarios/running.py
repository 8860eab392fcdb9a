"""Runs one test in memory, by the steps of production, on a clock that only the test moves."""

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
from workbench.scenarios.assertions import Mismatch, Observation, check_expectation
from workbench.scenarios.fixtures import snapshot_of
from workbench.scenarios.model import (
    AdvanceClock,
    Expect,
    Fixture,
    NothingOccurred,
    Occurred,
    ReportEvent,
    Scenario,
    ScenarioStep,
)
from workbench.scenarios.progress import MemberProgress, progress_of

ScenarioVerdict: TypeAlias = Literal["passed", "failed", "skipped"]
EventObserver: TypeAlias = Callable[[Sequence[ProcessedEvent]], None]
"""Called with the events of each step, in the order in which they were processed."""

REGISTERED = "member_registered"


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """The result of a test. The fields after `verdict` are empty unless it failed."""

    scenario: Scenario
    verdict: ScenarioVerdict
    mismatches: tuple[Mismatch, ...] = ()
    events: tuple[ProcessedEvent, ...] = ()
    """The member's events since the previous expectations."""
    achievements: tuple[MemberProgress, ...] = ()
    """The achievements that count events of these types."""


def run(scenario: Scenario, program: Program, observer: EventObserver | None = None) -> ScenarioResult:
    """Run a test up to its first step that fails.

    Decisions are made without reasons, which costs less; a test that fails is run again with them.
    """
    if scenario.skip:
        return ScenarioResult(scenario, "skipped")
    result = _Run(scenario, program, observer, with_reasons=False).run()
    return _Run(scenario, program, None, with_reasons=True).run() if result.verdict == "failed" else result


def record_run(scenario: Scenario, program: Program) -> tuple[InMemoryEngine, list[ProcessedEvent]]:
    """Run a test with reasons; return its engine as the test left it, and all events that were processed."""
    events: list[ProcessedEvent] = []
    recorded = _Run(scenario, program, events.extend, with_reasons=True)
    recorded.run()
    return recorded.engine, events


class _Run:
    def __init__(
        self, scenario: Scenario, program: Program, observer: EventObserver | None, *, with_reasons: bool
    ) -> None:
        self._scenario = scenario
        self._program = program
        self._observer = observer
        self.engine = InMemoryEngine(
            program, scenario.start, records_messages=_expects_messages(scenario), with_reasons=with_reasons
        )
        self._events: list[ProcessedEvent] = []
        """Those since the previous expectations."""
        self._states = {name: self._state(name, fixture) for name, fixture in scenario.members.items()}

    def run(self) -> ScenarioResult:
        """Run step by step; expectations in a row look at the same events."""
        previous: ScenarioStep | None = None
        for step in self._scenario.steps:
            if isinstance(previous, Expect) and not isinstance(step, Expect):
                self._events.clear()
            if mismatches := self._run_step(step):
                return self._failed(step, mismatches)
            previous = step
        return ScenarioResult(self._scenario, "passed")

    def _run_step(self, step: ScenarioStep) -> tuple[Mismatch, ...]:
        match step:
            case Expect():
                state = self._states[step.member]
                events = [each for each in self._events if each.member == state.member.id]
                observation = Observation(self.engine, state, events)
                checked = (check_expectation(each, observation) for each in step.expectations)
                return tuple(mismatch for mismatch in checked if mismatch is not None)
            case AdvanceClock():
                return self._process(step, "wait", partial(self.engine.advance, step.until))
            case ReportEvent():
                return self._report(step)
            case _:
                assert_never(step)

    def _report(self, step: ReportEvent) -> tuple[Mismatch, ...]:
        state = self._states[step.member]
        member = state.member.id
        for times in step.times:
            works: list[tuple[str, Callable[[], list[ProcessedEvent]]]] = [
                ("wait", partial(self.engine.advance, times.reported_at))
            ]
            if member not in self.engine.store.members_by_id:
                works.append((REGISTERED, partial(self._register, state)))
            if step.type != REGISTERED:
                report = partial(self.engine.report, member, step.type, step.body, time=times.happened_at)
                works.append((step.type, report))
            for name, work in works:
                if mismatches := self._process(step, name, work):
                    return mismatches
        return ()

    def _process(
        self, step: ReportEvent | AdvanceClock, name: str, work: Callable[[], list[ProcessedEvent]]
    ) -> tuple[Mismatch, ...]:
        """Process events and keep them; each event that cannot be processed is a mismatch, whatever the test expects.

        `name` stands for the step in the mismatch where a rule itself cannot be evaluated.
        """
        try:
            events = work()
        except rules.RuleError as error:
            return (Mismatch(step.place, name, "an answer", str(error)),)
        self._events += events
        if self._observer is not None:
            self._observer(events)
        return tuple(Mismatch(step.place, each.type, "an answer", each.error) for each in events if each.error)

    def _failed(self, step: ScenarioStep, mismatches: tuple[Mismatch, ...]) -> ScenarioResult:
        """Return the failure with the events and achievements of the step's member, or of all if it has none."""
        state = self._states[step.member] if isinstance(step, Expect | ReportEvent) else None
        events = [each for each in self._events if state is None or each.member == state.member.id]
        progress = [] if state is None else self._progress(state, {each.type for each in events})
        return ScenarioResult(self._scenario, "failed", mismatches, tuple(events), tuple(progress))

    def _progress(self, state: MemberState, event_types: set[str]) -> Iterator[MemberProgress]:
        for achievement in self._program.achievements:
            if achievement.on in event_types:
                yield progress_of(state, achievement)

    # -- members

    def _state(self, name: str, fixture: Fixture) -> MemberState:
        """Put a member into the engine and return their state; an unregistered member stays outside until registered.

        A registered member was so before the test, so nothing answers the registration.
        """
        snapshot = snapshot_of(fixture, name, self._program, self.engine.now)
        if not fixture.is_registered:
            return snapshot.state
        state = load_into(self.engine, snapshot)
        for claim in fixture.claims:
            self.engine.store.usage.claim(claim, state.member.id)
        return state

    def _register(self, state: MemberState) -> list[ProcessedEvent]:
        """Register a member in the lowest tier."""
        lowest = self._program.tier_at(0)
        tier = None if lowest is None else lowest.name
        state.member = replace(state.member, registered_at=self.engine.now, tier=tier)
        return self.engine.register(state)


def _expects_messages(scenario: Scenario) -> bool:
    """Return whether a test looks at webhooks to subscriptions: otherwise their messages are not built."""
    assertions = [each.assertion for step in scenario.steps if isinstance(step, Expect) for each in step.expectations]
    return any(
        isinstance(each, Occurred | NothingOccurred) and each.kind == "webhooks" and getattr(each, "name", "") != CALL
        for each in assertions
    )
