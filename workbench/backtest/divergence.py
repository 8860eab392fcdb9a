"""Where two programs diverge: the events that they may process differently."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from loyalty.decisions.decision import Claim
from loyalty.engine.deciding import spendable_on, usage_on
from loyalty.events.builtin_events import BUILT_IN
from loyalty.events.decide import decide
from loyalty.events.decision_size import BEYOND_BOUNDS
from loyalty.events.member_facts import read_facts
from loyalty.program.achievements import Achievement
from loyalty.program.effects import Effect
from loyalty.program.program import Program
from loyalty.program.reactors import Reactor
from loyalty.store.events import Event
from loyalty.store.repositories import StoreRepositories
from workbench.differences import Change, differences

FiredEffects: TypeAlias = tuple[list[tuple[str, tuple[Effect, ...]]], tuple[Claim, ...]]
"""The effects of the reactors that fired, by source, and what they use of limits."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """Two programs that only differ in reactors, achievements and event types."""

    types: frozenset[str]
    """Events of these types may be processed differently, whatever their bodies are."""
    old: Program
    """The old program with only the differing reactors; likewise the new one."""
    new: Program

    @classmethod
    def of(cls, old: Program, new: Program) -> "Divergence | None":
        """Return where two programs diverge; None if any event may be processed differently.

        A difference in built-in events can show while any event is processed, and a limit `per: program` and a code
        of so many uses are shared by all members.
        """
        changes = differences(old, new)
        changed = {change.name for change in changes if change.kind == "reactor"}
        types = _types(changes, old, new)
        both = (*old.reactors, *new.reactors)
        if (
            not all(map(_shows_in_events_alone, changes))
            or types & BUILT_IN.keys()
            or _reverse_differently(types, old, new)
            or any(reactor.on in BUILT_IN for reactor in both if reactor.name in changed)
            or any(limit.per == "program" for reactor in both for limit in reactor.limits)
            or shares_codes(old)
            or shares_codes(new)
            or not _in_same_order(old.reactors, new.reactors)
            or not _in_same_order(old.achievements, new.achievements)
        ):
            return None
        return cls(types, _only(old, changed), _only(new, changed))

    def is_same(self, store: StoreRepositories, event: Event, *, now: datetime) -> bool:
        """Return whether both process an event of another type alike, if they did so with all events before it."""
        if event.type not in self.old.reactors_on and event.type not in self.new.reactors_on:
            return True
        return _fired(self.old, store, event, now) == _fired(self.new, store, event, now)


def shares_codes(program: Program) -> bool:
    """Return whether a coupon of the program has a code that all members share."""
    return any(each.coupon is not None and each.coupon.shared is not None for each in program.rewards.values())


def _reverse_differently(types: frozenset[str], old: Program, new: Program) -> bool:
    """Return whether one of some event types reverses others, or is reversed: of that a member's past is read."""
    reversing = {name for each in (old, new) for name, type_ in each.event_types.items() if type_.reverses is not None}
    return not types.isdisjoint(reversing | old.reversals_of.keys() | new.reversals_of.keys())


def _types(changes: Sequence[Change], old: Program, new: Program) -> frozenset[str]:
    """Return the event types that differ, and those that differing achievements count."""
    changed = {change.name for change in changes if change.kind == "achievement"}
    counted = {each.on for each in (*old.achievements, *new.achievements) if each.name in changed}
    return frozenset(counted | {change.name for change in changes if change.kind == "event type"})


def _shows_in_events_alone(change: Change) -> bool:
    """Return whether a change only shows in events that are processed differently."""
    match change.kind:
        case "reactor" | "achievement" | "event type":
            return True
        case "reward" | "badge":
            return change.what == "added"  # only a changed reactor or achievement can use it
        case _:
            return False


def _in_same_order(old: Sequence[Reactor | Achievement], new: Sequence[Reactor | Achievement]) -> bool:
    old_names, new_names = [each.name for each in old], [each.name for each in new]
    both = {*old_names} & {*new_names}
    return [name for name in old_names if name in both] == [name for name in new_names if name in both]


def _only(program: Program, names: set[str]) -> Program:
    return replace(program, reactors=tuple(r for r in program.reactors if r.name in names), achievements=())


def _fired(program: Program, store: StoreRepositories, event: Event, now: datetime) -> FiredEffects:
    known = read_facts(store, program, event.member)
    member = known if event.type in program.decides_by_member else None
    is_frozen, is_test = known.frozen_at is not None, known.is_test
    usage, spendable = usage_on(store, program, event), spendable_on(store, program, event, now=now)
    try:
        decision = decide(
            program,
            member,
            event,
            usage,
            spendable,
            now=now,
            with_reasons=False,
            is_frozen=is_frozen,
            is_test=is_test,
        )
    except BEYOND_BOUNDS:
        return [], ()  # the event fails, and has no effects
    return [(answer.source, answer.effects) for answer in decision.outcomes if answer.fired], decision.claims
