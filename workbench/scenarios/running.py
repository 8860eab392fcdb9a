"""Run one test in memory, by the steps of production, on a clock that only the test moves."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, TypeAlias, assert_never

import rules
from loyalty.engine.in_memory import REVISION, InMemoryEngine, ProcessedEvent
from loyalty.engine.snapshots import load_into
from loyalty.events.operations import OperationContext
from loyalty.program.logic import Place
from loyalty.program.program import Program
from loyalty.references import EventRef
from loyalty.refusals import Refusal
from loyalty.store.members import Identity
from loyalty.store.memory.member_state import MemberState
from loyalty.tiers.operations import AssignTier, assign_tier, unassign_tier
from loyalty.transactions.documents import Item, item_of
from loyalty.transactions.operations import register_transaction
from loyalty.transactions.returned_lines import left_of
from loyalty.webhooks.outbox import CALL
from workbench.scenarios.assertions import Mismatch, Observation, check_expectation
from workbench.scenarios.fixtures import snapshot_of
from workbench.scenarios.model import (
    AdvanceClock,
    BuyReward,
    EventTimes,
    Expect,
    Fixture,
    NothingOccurred,
    Occurred,
    ReportEvent,
    ReportTogether,
    ReportTransaction,
    Scenario,
    ScenarioStep,
    SetTierByHand,
)
from workbench.scenarios.progress import MemberProgress, progress_of
from workbench.scenarios.purchases import add_codes, buy, stock_rewards

ScenarioVerdict: TypeAlias = Literal["passed", "failed", "skipped"]
EventObserver: TypeAlias = Callable[[Sequence[ProcessedEvent]], None]
"""Called with the events of each step, in the order in which they were processed."""

REGISTERED = "member_registered"


@dataclass(frozen=True, slots=True)
class PlaceTogether:
    """The position of an event, or of its cause, in a `together` step: the `number`th of `count`, and its place."""

    number: int
    count: int
    place: Place


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
    together: Mapping[str, PlaceTogether] = field(default_factory=dict)
    """By event id, for the events of `together` steps and all that they caused."""


def run(scenario: Scenario, program: Program, observer: EventObserver | None = None) -> ScenarioResult:
    """Run a test up to its first failing step.

    Decisions are made without reasons, which costs less; a failing test is run again with them.
    """
    if scenario.skip:
        return ScenarioResult(scenario, "skipped")
    result = _Run(scenario, program, observer, with_reasons=False).run()
    return _Run(scenario, program, None, with_reasons=True).run() if result.verdict == "failed" else result


def record_run(scenario: Scenario, program: Program) -> tuple[InMemoryEngine, list[ProcessedEvent]]:
    """Run a test with reasons; return its engine after the test, and all processed events."""
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
        stock_rewards(self.engine, scenario.stock)
        add_codes(self.engine, scenario.codes)
        self._events: list[ProcessedEvent] = []
        """The events since the previous expectations."""
        self._together: dict[str, PlaceTogether] = {}
        self._states = {name: self._state(name, fixture) for name, fixture in scenario.members.items()}

    def run(self) -> ScenarioResult:
        """Run step by step; consecutive expectations see the same events."""
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
                return self._wait(step.place, step.until)
            case ReportEvent():
                return self._report(step)
            case ReportTogether():
                return self._report_together(step)
            case BuyReward():
                return self._buy(step)
            case ReportTransaction():
                return self._report_transaction(step)
            case SetTierByHand():
                return self._set_tier(step)
            case _:
                assert_never(step)

    def _wait(self, place: Place, until: datetime) -> tuple[Mismatch, ...]:
        try:
            events = self.engine.advance(until)
        except (rules.RuleError, Refusal) as error:
            return (Mismatch(place, "wait", "an answer", str(error)),)
        set_aside = tuple(Mismatch(place, "wait", "an answer", str(each)) for each in self.engine.set_aside)
        self.engine.set_aside.clear()
        return self._keep(events, place) + set_aside

    def _buy(self, step: BuyReward) -> tuple[Mismatch, ...]:
        """Let a member buy a reward, and process what the purchase recorded."""
        if mismatches := self._wait(step.place, step.at):
            return mismatches
        member_id = self._states[step.member].member.id
        bought = buy(self.engine, member_id, step.reward, step.points)
        if bought.refused != step.refused or (bought.why and step.refused is None):
            expected, actual = step.refused or "bought", bought.why or "bought"
            return (Mismatch(step.place, f"buy {step.reward}", expected, actual),)
        return self._process(bought.recorded, step.place) if bought.recorded else ()

    def _set_tier(self, step: SetTierByHand) -> tuple[Mismatch, ...]:
        """Set or remove a member's tier by hand with the operation of production; process what it records."""
        if mismatches := self._wait(step.place, step.at):
            return mismatches
        member_id = self._states[step.member].member.id
        operation = OperationContext(self.engine.store, self._program, REVISION, self.engine.now, "admin")
        try:
            if step.tier is None:
                unassign_tier(operation, member_id, step.tier_set)
            else:
                assign_tier(operation, AssignTier(member_id, step.tier, step.ends, step.pinned, step.tier_set))
        except Refusal as refusal:
            return (Mismatch(step.place, f"set_tier {step.tier or 'null'}", "an answer", str(refusal)),)
        return self._process(operation.to_start, step.place)

    def _report(self, step: ReportEvent) -> tuple[Mismatch, ...]:
        for times in step.times:
            mismatches = self._wait(step.place, times.reported_at)
            mismatches = mismatches or self._report_once(step, times)
            if mismatches:
                return mismatches
        return ()

    def _report_once(self, step: ReportEvent, times: EventTimes) -> tuple[Mismatch, ...]:
        try:
            accepted = list(self._accept(step, times))
        except Refusal as refusal:
            return (Mismatch(step.place, step.type, "an answer", str(refusal)),)
        return self._process(accepted, step.place)

    def _report_together(self, step: ReportTogether) -> tuple[Mismatch, ...]:
        """Accept all events, then process them; a failing event does not block those behind it."""
        if mismatches := self._wait(step.place, step.at):
            return mismatches
        reports = [(event, times) for event in step.events for times in event.times]
        accepted: list[EventRef] = []
        for number, (event, times) in enumerate(reports, 1):
            try:
                for each in self._accept(event, times):
                    accepted.append(each)
                    self._together[each.id] = PlaceTogether(number, len(reports), event.place)
            except Refusal as refusal:
                return (Mismatch(event.place, event.type, "an answer", str(refusal)),)
        return self._process(accepted, step.place)

    def _report_transaction(self, step: ReportTransaction) -> tuple[Mismatch, ...]:
        """Report a sale or a return by the operation of production, and process what it records."""
        if mismatches := self._wait(step.place, step.at):
            return mismatches
        document = step.document
        if step.member is not None:
            member_id = self._states[step.member].member.id
            data = {"customerId": member_id}
            document = replace(document, identity=Identity(member_id), customer_data=data)
        if not document.items:
            document = replace(document, items=self._left(document.linked_number or ""))
        operation = OperationContext(self.engine.store, self._program, REVISION, self.engine.now, "admin")
        try:
            register_transaction(operation, document)
        except Refusal as refusal:
            return (Mismatch(step.place, document.number, "an answer", str(refusal)),)
        return self._process(operation.to_start, step.place) if operation.to_start else ()

    def _left(self, number: str) -> tuple[Item, ...]:
        """Return what is left of a sale; nothing of an unknown one."""
        transactions = self.engine.store.transactions
        sale = transactions.by_number(number)
        if sale is None:
            return ()
        lines = left_of(sale.items, [each.items for each in transactions.returns_of(number)]).lines
        return tuple(item_of(line) for line in lines)

    def _accept(self, step: ReportEvent, times: EventTimes) -> Iterator[EventRef]:
        """Accept an event as production does: an unknown member is registered first."""
        state = self._states[step.member]
        member = state.member.id
        if member not in self.engine.store.members_by_id:
            self._register(state)
            yield self.engine.accept(member, REGISTERED, {})
        if step.type != REGISTERED:
            yield self.engine.accept(member, step.type, step.body, time=times.happened_at)

    def _process(self, accepted: Sequence[EventRef], place: Place) -> tuple[Mismatch, ...]:
        """Process accepted events and keep them; unprocessable ones are mismatches."""
        processed: list[ProcessedEvent] = []
        current = accepted[0]

        def in_order() -> Iterator[EventRef]:
            nonlocal current
            for event in accepted:
                current = event
                yield event

        refused: tuple[Mismatch, ...] = ()
        try:
            processed.extend(self.engine.process(in_order()))
        except rules.RuleError as error:
            refused = (Mismatch(self._place_of(current.id, place), current.type, "an answer", str(error)),)
        return self._keep(processed, place) + refused

    def _keep(self, events: Sequence[ProcessedEvent], place: Place) -> tuple[Mismatch, ...]:
        """Keep processed events; each that failed is a mismatch, whatever the test expects."""
        for each in events:
            if each.parent in self._together:
                self._together[each.id] = self._together[each.parent]
        self._events += events
        if self._observer is not None:
            self._observer(events)
        failed = [each for each in events if each.error]
        return tuple(Mismatch(self._place_of(each.id, place), each.type, "an answer", each.error) for each in failed)

    def _place_of(self, event_id: str, place: Place) -> Place:
        """Return the place of an event of `together`; that of the step for all others."""
        together = self._together.get(event_id)
        return place if together is None else together.place

    def _failed(self, step: ScenarioStep, mismatches: tuple[Mismatch, ...]) -> ScenarioResult:
        """Return the failure with the events and achievements of the step's member, or of all if it has none."""
        state = self._states[step.member] if isinstance(step, Expect | ReportEvent) else None
        events = [each for each in self._events if state is None or each.member == state.member.id]
        progress = [] if state is None else self._progress(state, {each.type for each in events})
        together = {each.id: self._together[each.id] for each in events if each.id in self._together}
        return ScenarioResult(self._scenario, "failed", mismatches, tuple(events), tuple(progress), together)

    def _progress(self, state: MemberState, event_types: set[str]) -> Iterator[MemberProgress]:
        for achievement in self._program.achievements:
            if achievement.on in event_types:
                yield progress_of(state, achievement, self.engine.today)

    # -- members

    def _state(self, name: str, fixture: Fixture) -> MemberState:
        """Put a member into the engine and return their state; an unregistered member stays outside until registered.

        A registered member was registered before the test, so nothing answers the registration.
        """
        snapshot = snapshot_of(fixture, name, self._program, self.engine.now)
        if not fixture.is_registered:
            return snapshot.state
        state = load_into(self.engine, snapshot)
        for claim in fixture.claims:
            self.engine.store.usage.claim(claim, state.member.id)
        return state

    def _register(self, state: MemberState) -> None:
        """Put a member who registers now into the engine, in the lowest tier."""
        lowest = self._program.tier_at(0)
        tier = None if lowest is None else lowest.name
        state.member = replace(state.member, registered_at=self.engine.now, tier=tier)
        self.engine.store.load(state)


def _expects_messages(scenario: Scenario) -> bool:
    """Return whether a test checks webhooks to subscriptions: otherwise their messages are not created."""
    assertions = [each.assertion for step in scenario.steps if isinstance(step, Expect) for each in step.expectations]
    return any(
        isinstance(each, Occurred | NothingOccurred) and each.kind == "webhooks" and getattr(each, "name", "") != CALL
        for each in assertions
    )
