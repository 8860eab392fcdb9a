"""Simulate one event in memory: its result, and the state of its member before and after. Writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from loyalty.decisions.decision import Claim
from loyalty.engine.in_memory import REVISION, InMemoryEngine, ProcessedEvent
from loyalty.engine.snapshots import MemberSnapshot, load_into
from loyalty.events.operations import OperationContext
from loyalty.program.program import Program
from loyalty.store.limits import DailyUse
from loyalty.store.members import Balance, Identity, Member
from loyalty.store.memory.member_state import MemberState
from loyalty.store.rewards import RewardSupply
from loyalty.store.tiers import NO_PLACE
from loyalty.transactions.documents import Document
from loyalty.transactions.operations import register_transaction
from workbench.generation.generation import CannotGenerateTest, RecordedEvent
from workbench.scenarios.progress import MemberProgress, progress_of

MAX_DUE_ITEMS = 2_000
"""The most lots and coupons of a member with something due before the event: they take seconds."""


class TooManyDueItems(ValueError):
    """More items may be due before the event than a simulation processes; the message gives the cure."""


@dataclass(frozen=True, slots=True)
class SimulationInput:
    """An event to simulate, reported at `now`, and the state of its member. All instants are aware UTC."""

    type: str
    time: datetime
    body: Mapping[str, Any]
    member: MemberSnapshot
    now: datetime
    claims: tuple[Claim, ...] = ()
    """The use of limits by earlier firings, in addition to that in the member's state."""
    used: Mapping[str, Mapping[date, DailyUse]] | None = None
    """The use of limits `per: program` by earlier firings."""
    since: datetime | None = None
    """When the state of the member was read; what is due from then until `now` is processed first. None: `now`."""
    supplies: Sequence[RewardSupply] | None = None
    """The supplies of rewards in the store; None: all are unlimited."""
    document: Document | None = None
    """The sale or return that is reported instead of an event, whose type, time and body are not read then."""
    other_programs: Mapping[int, Program | None] = field(default_factory=dict)
    """The programs that decided earlier events of the member, by their revisions."""


MOST_CODES = 100
"""The most uploaded codes of one reward in a simulation."""


@dataclass(frozen=True, slots=True)
class MemberStatus:
    """The status of a member."""

    tier: str | None
    balances: Mapping[str, Balance]
    badges: Mapping[str, int]
    attributes: Mapping[str, Any]
    achievements: Mapping[str, MemberProgress]
    tiers: Mapping[str, str | None] = field(default_factory=dict)
    """The tiers of sets beside the default one."""


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """The result of a simulation. `meanwhile`: the due items processed before the event."""

    now: datetime
    before: MemberStatus
    meanwhile: Sequence[ProcessedEvent]
    events: Sequence[ProcessedEvent]
    """The event and all that it causes, after the registration of an unknown member and all that causes."""
    after: MemberStatus


def new_member_snapshot(member: Member, program: Program) -> MemberSnapshot:
    """Return the snapshot of an unknown member, who is registered in the lowest tier when the event is processed."""
    lowest = program.tier_at(0)
    return MemberSnapshot(MemberState(replace(member, tier=None if lowest is None else lowest.name)), is_new=True)


def _stock(engine: InMemoryEngine, supplies: Sequence[RewardSupply]) -> None:
    """Set the supplies of rewards as in the store; codes are generated, at most 100 of each."""
    rewards = engine.store.rewards
    rewards.makes_up_codes = False
    for supply in supplies:
        rewards.set_supply(replace(supply, codes=0))
        codes = [f"{supply.reward}-{number}" for number in range(min(supply.codes, MOST_CODES))]
        rewards.add_codes(supply.reward, codes, now=engine.now)


def simulate(program: Program, simulation: SimulationInput) -> SimulationResult:
    """Simulate an event by the steps of production; raise TooManyDueItems, RuleError, or why it is refused."""
    engine = _engine(program, simulation)
    if simulation.supplies is not None:
        _stock(engine, simulation.supplies)
    engine.other_programs = simulation.other_programs
    meanwhile: list[ProcessedEvent] = []
    events: list[ProcessedEvent] = []
    if simulation.member.is_new:
        engine.now = simulation.now
        state = simulation.member.state.copy()
        before = member_status(state, program, engine.today)
        events += engine.register(state)
    else:
        state, meanwhile = _load(engine, simulation)
        before = member_status(state, program, engine.today)
    if simulation.document is not None:
        events += _register_document(engine, state.member.id, simulation.document)
    elif not (simulation.member.is_new and simulation.type == "member_registered"):
        events += engine.report(state.member.id, simulation.type, simulation.body, time=simulation.time)
    return SimulationResult(simulation.now, before, meanwhile, events, member_status(state, program, engine.today))


def _register_document(engine: InMemoryEngine, member_id: str, document: Document) -> list[ProcessedEvent]:
    """Report a sale, or a return of one, of a member; raise a TransactionRefusal."""
    operation = OperationContext(engine.store, engine.program, REVISION, engine.now, "admin")
    identity = Identity(member_id) if document.type == "sell" else Identity()
    register_transaction(operation, replace(document, identity=identity, customer_data={}))
    return list(engine.process(operation.to_start))


def recorded(program: Program, simulation: SimulationInput) -> RecordedEvent:
    """Return the event with the state of its member just before it, for a designers' test.

    Raise TooManyDueItems, RuleError, or CannotGenerateTest for a document.
    """
    if simulation.document is not None:
        raise CannotGenerateTest("write the step of a sale or a return by hand, as docs/testing.md shows")
    engine = _engine(program, simulation)
    is_new = simulation.member.is_new
    state = simulation.member.state if is_new else _load(engine, simulation)[0]
    return RecordedEvent(
        type=simulation.type,
        time=simulation.time,
        received_at=simulation.now,
        body=simulation.body,
        state=state,
        is_registered=not is_new,
        used_by_program=engine.store.used,
    )


def _engine(program: Program, simulation: SimulationInput) -> InMemoryEngine:
    engine = InMemoryEngine(program, min(simulation.since or simulation.now, simulation.now), records_messages=True)
    engine.store.used.update({name: dict(days) for name, days in (simulation.used or {}).items()})
    return engine


def _load(engine: InMemoryEngine, simulation: SimulationInput) -> tuple[MemberState, list[ProcessedEvent]]:
    """Load a known member, and process what is due before the event; return their state, and those events."""
    state = load_into(engine, simulation.member)
    for claim in simulation.claims:
        engine.store.usage.claim(claim, state.member.id)
    return state, _process_due(engine, simulation.now, len(state.lots) + len(state.issued))


def _process_due(engine: InMemoryEngine, until: datetime, lots_and_coupons: int) -> list[ProcessedEvent]:
    earliest = engine.store.due_items.earliest()
    if lots_and_coupons > MAX_DUE_ITEMS and earliest is not None and earliest <= until:
        raise TooManyDueItems(
            f"the member has {lots_and_coupons} lots and coupons that may be due before the event: "
            "choose an earlier now"
        )
    return engine.advance(until)


def member_status(state: MemberState, program: Program, today: date) -> MemberStatus:
    """Return the status of a member on a day, for the wallets and achievements of a program."""
    achievements = {each.name: progress_of(state, each, today) for each in program.achievements}
    balances = {code: state.balances.get(code, Balance()) for code in program.wallets}
    tiers = {each.name: state.tier_places.get(each.name, NO_PLACE).tier for each in program.more_tier_sets}
    member = state.member
    return MemberStatus(member.tier, balances, dict(state.badges), dict(member.attributes), achievements, tiers)
