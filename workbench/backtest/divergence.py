"""Where two programs part: on which events they may do something else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from loyalty.decisions.decision import Claim
from loyalty.engine.deciding import usage_on
from loyalty.events.builtin_events import BUILT_IN
from loyalty.events.decide import decide
from loyalty.program.achievements import Achievement
from loyalty.program.effects import Effect
from loyalty.program.program import Program
from loyalty.program.reactors import Reactor
from loyalty.store.events import Event
from loyalty.store.repositories import StoreRepositories
from workbench.differences import Change, differences

Done: TypeAlias = tuple[list[tuple[str, tuple[Effect, ...]]], tuple[Claim, ...]]
"""What is done about an event: the effects by their sources, and what they take from limits."""


@dataclass(frozen=True, slots=True)
class Parting:
    """Two programs that are the same but for some reactors, achievements and event types."""

    types: frozenset[str]
    """On events of these they may do something else whatever is in them."""
    old: Program
    """With only the reactors that are not the same in both; so is the new one."""
    new: Program

    @classmethod
    def of(cls, old: Program, new: Program) -> "Parting | None":
        """Where two programs part; None: perhaps everywhere.

        What only built-in events tell happens in the midst of other events, and a limit of everybody's is no member's.
        """
        changes = differences(old, new)
        changed = {change.name for change in changes if change.kind == "reactor"}
        types = _types(changes, old, new)
        both = (*old.reactors, *new.reactors)
        if (
            not all(map(_is_met_by_events_alone, changes))
            or types & BUILT_IN.keys()
            or any(reactor.on in BUILT_IN for reactor in both if reactor.name in changed)
            or any(limit.per == "program" for reactor in both for limit in reactor.limits)
            or not _in_one_order(old.reactors, new.reactors)
            or not _in_one_order(old.achievements, new.achievements)
        ):
            return None
        return cls(types, _only(old, changed), _only(new, changed))

    def is_same(self, books: StoreRepositories, event: Event, *, now: datetime) -> bool:
        """Whether both do the same about an event of no such type, if they have of all its member's until now."""
        if event.type not in self.old.reactors_on and event.type not in self.new.reactors_on:
            return True
        return _done(self.old, books, event, now) == _done(self.new, books, event, now)


def _types(changes: Sequence[Change], old: Program, new: Program) -> frozenset[str]:
    """Event types that are not the same in both, and those that achievements count that are not."""
    changed = {change.name for change in changes if change.kind == "achievement"}
    counted = {each.on for each in (*old.achievements, *new.achievements) if each.name in changed}
    return frozenset(counted | {change.name for change in changes if change.kind == "event type"})


def _is_met_by_events_alone(change: Change) -> bool:
    """Whether members meet a change only in events that are answered otherwise."""
    match change.kind:
        case "reactor" | "achievement" | "event type":
            return True
        case "reward" | "badge":
            return change.what == "added"  # and only what is changed too can name it
        case _:
            return False


def _in_one_order(old: Sequence[Reactor | Achievement], new: Sequence[Reactor | Achievement]) -> bool:
    before, since = [each.name for each in old], [each.name for each in new]
    both = {*before} & {*since}
    return [name for name in before if name in both] == [name for name in since if name in both]


def _only(program: Program, names: set[str]) -> Program:
    return replace(program, reactors=tuple(r for r in program.reactors if r.name in names), achievements=())


def _done(program: Program, books: StoreRepositories, event: Event, now: datetime) -> Done:
    member = books.members.facts(event.member) if event.type in program.decides_by_member else None
    decision = decide(program, member, event, usage_on(books, program, event), now=now, with_reasons=False)
    return [(answer.source, answer.effects) for answer in decision.outcomes if answer.fired], decision.claims
