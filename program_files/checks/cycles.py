"""Cycles of responders that cause one another. At run time a cycle ends as an error on the event; here it is found
before the program is deployed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

import rules
from loyalty.program.effect_rules import DeductPointsRule
from loyalty.program.program import Program
from program_files.checks.causality import CausedEvent, Responder, agree, events_caused_by, overlap, with_body
from program_files.readers.declarations import Declarations
from program_files.text.problems import Problems
from rules.types import Type, excluding, narrowed

CausalGraph: TypeAlias = Mapping[CausedEvent, Mapping[CausedEvent, bool]]
"""The events that each event leads to, and whether it always does."""


def note_cycles(responders: Sequence[Responder], program: Program, declared: Declarations, problems: Problems) -> None:
    """Note an error for an unconditional cycle, and a warning for one that only conditions or limits may stop."""
    graph = _graph(responders, program, declared)
    certain = {event: {next_: True for next_, always in after.items() if always} for event, after in graph.items()}
    endless: set[CausedEvent] = set()
    for cycle in _cycles(certain):
        path = _shortest_path(certain, cycle, cycle[0])
        if path is not None:
            problems.add(cycle[0].place, "endless-cycle", f"{_describe(path)}, and so on without end", can_run=True)
            endless |= set(cycle)
    for cycle in _cycles(graph):
        if endless.isdisjoint(cycle):
            _note_possible(graph, cycle, program, problems)


def _note_possible(graph: CausalGraph, cycle: list[CausedEvent], program: Program, problems: Problems) -> None:
    for start in cycle:
        path = _shortest_path(graph, cycle, start)
        if path is not None and not _ends_by_tiers(path, program):
            message = f"{_describe(path)}, and so on: only conditions or limits may stop it"
            problems.warn(start.place, "possible-cycle", message)
            return


def _ends_by_tiers(path: list[CausedEvent], program: Program) -> bool:
    """Return whether tiers end a cycle: no member moves to their own tier, and rising points reach each tier once."""
    tiers = [event for event in path if event.event_type == "tier_changed"]
    by_points = any("to" not in event.body for event in tiers)
    falls = any(isinstance(effect, DeductPointsRule) for event in path for effect in event.responder.then)
    if by_points:
        return not falls or all(each.by != "active_points" for each in program.tier_sets.values())
    return len({event.body["to"] for event in tiers}) == 1


def _graph(
    responders: Sequence[Responder], program: Program, declared: Declarations
) -> dict[CausedEvent, dict[CausedEvent, bool]]:
    events_of = {responder: list(events_caused_by(responder, program)) for responder in responders}
    caused = {event.event_type for events in events_of.values() for event in events}
    by_type: dict[str, list[Responder]] = {}
    for responder, events in events_of.items():
        if events and responder.on in caused:
            by_type.setdefault(responder.on, []).append(responder)
    conditions = _Conditions(declared)
    return {
        event: dict(_following(event, by_type.get(event.event_type, ()), events_of, conditions))
        for responder, events in events_of.items()
        if responder.on in caused
        for event in events
    }


def _following(
    event: CausedEvent,
    responders: Iterable[Responder],
    events_of: Mapping[Responder, list[CausedEvent]],
    conditions: "_Conditions",
) -> Iterator[tuple[CausedEvent, bool]]:
    """Yield the events that responders to an event cause, each with whether they always do."""
    for responder in responders:
        if not agree(event.body, responder.body) or not overlap(event.responder, responder):
            continue
        fires = conditions.hold(event, responder)  # last, as it costs most
        if fires is False:
            continue
        for further in events_of[responder]:
            tier, present = further.body.get("to"), event.body.get("to")
            if tier is None or tier != present:
                moves = tier is None or present is not None
                yield further, bool(fires) and moves and further.is_certain and not responder.is_limited


class _Conditions:
    """Evaluates the conditions of responders for caused events, each once for each condition and body."""

    def __init__(self, declared: Declarations) -> None:
        self._declared = declared
        self._scopes: dict[tuple[object, ...], Type] = {}
        self._results: dict[tuple[object, ...], bool | None] = {}

    def hold(self, event: CausedEvent, responder: Responder) -> bool | None:
        """Return whether the condition holds for every such event; None if it depends on the event."""
        if responder.when is None:
            return True
        key = event.event_type, *event.body.items()
        if (responder, *key) not in self._results:
            if key not in self._scopes:
                self._scopes[key] = self._scope(event)
            scope = self._declared.scope_of(event.event_type)
            self._results[responder, *key] = rules.static_truth(responder.when.expression, scope, self._scopes[key])
        return self._results[responder, *key]

    def _scope(self, event: CausedEvent) -> Type:
        scope = with_body(self._declared.scope_of(event.event_type), event.body)
        if "to" in event.body:
            scope = narrowed(scope, ("event", "body", "from"), lambda found: excluding(found, [event.body["to"]]))
        return scope


def _cycles(graph: CausalGraph) -> list[list[CausedEvent]]:
    """Return the strongly connected components with a cycle, by Kosaraju's algorithm, in the order of their files."""
    order = {event: number for number, event in enumerate(graph)}
    before: dict[CausedEvent, list[CausedEvent]] = {event: [] for event in graph}
    for event, after in graph.items():
        for next_ in after:
            before[next_].append(event)
    cycles: list[list[CausedEvent]] = []
    seen: set[CausedEvent] = set()
    for last in reversed(_postorder(graph)):
        component = [last] if last not in seen else []
        seen.add(last)
        for event in component:
            new = [each for each in before[event] if each not in seen]
            seen.update(new)
            component += new
        if len(component) > 1 or last in graph[last]:
            cycles.append(sorted(component, key=order.__getitem__))
    return sorted((cycle for cycle in cycles if cycle), key=lambda cycle: order[cycle[0]])


def _postorder(graph: CausalGraph) -> list[CausedEvent]:
    """Return the events in the order in which a depth-first search finishes them."""
    finished: list[CausedEvent] = []
    seen: set[CausedEvent] = set()
    for root in graph:
        stack = [] if root in seen else [(root, iter(graph[root]))]
        seen.add(root)
        while stack:
            event, ahead = stack[-1]
            further = next((each for each in ahead if each not in seen), None)
            if further is None:
                finished.append(event)
                stack.pop()
            else:
                seen.add(further)
                stack.append((further, iter(graph[further])))
    return finished


def _shortest_path(graph: CausalGraph, cycle: list[CausedEvent], start: CausedEvent) -> list[CausedEvent] | None:
    """Return the shortest path inside a cycle from an event back to it."""
    inside, paths = set(cycle), [[start]]
    seen: set[CausedEvent] = set()
    for path in paths:
        for event in graph[path[-1]]:
            if event is start:
                return path
            if event in inside and event not in seen:
                seen.add(event)
                paths.append([*path, event])
    return None


def _describe(path: list[CausedEvent]) -> str:
    """ "reactor a grants badge b, reactor c answers that and grants badge d, reactor a answers that" """
    first, *others = path
    parts = [f"{first.responder.name} {first.description}"]
    parts += [f"{event.responder.name} answers that and {event.description}" for event in others]
    parts.append(f"{first.responder.name} answers that" if others else "which it answers itself")
    return ", ".join(parts)
