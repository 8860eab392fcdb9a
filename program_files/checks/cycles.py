"""Cycles: answers that cause one another. At run time one ends as an error on the event; here it is found before."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

import rules
from loyalty.program.effect_rules import DeductPointsRule
from loyalty.program.program import Program
from program_files.checks.causality import Answer, Cause, agree, causes_of, overlap, with_body
from program_files.known_names import Known
from program_files.problems import Problems
from rules.types import Type, excluding, narrowed

Edges: TypeAlias = Mapping[Cause, Mapping[Cause, bool]]
"""What each cause leads to, and whether it always does."""


def note_cycles(answers: Sequence[Answer], program: Program, known: Known, problems: Problems) -> None:
    """An error for a cycle that nothing stops, a warning for one that only conditions or limits may stop."""
    edges = _edges(answers, program, known)
    certain = {cause: {next_: True for next_, always in after.items() if always} for cause, after in edges.items()}
    endless: set[Cause] = set()
    for circle in _circles(certain):
        path = _shortest(certain, circle, circle[0])
        if path is not None:
            problems.add(circle[0].place, "endless-cycle", f"{_told(path)}, and so on without end", can_run=True)
            endless |= set(circle)
    for circle in _circles(edges):
        if endless.isdisjoint(circle):
            _note_possible(edges, circle, program, problems)


def _note_possible(edges: Edges, circle: list[Cause], program: Program, problems: Problems) -> None:
    for start in circle:
        path = _shortest(edges, circle, start)
        if path is not None and not _runs_out(path, program):
            message = f"{_told(path)}, and so on: only conditions or limits may stop it"
            problems.warn(start.place, "possible-cycle", message)
            return


def _runs_out(path: list[Cause], program: Program) -> bool:
    """Whether tiers end it: who is in a tier is not put there again, and points that only grow reach each tier once."""
    tiers = [cause for cause in path if cause.event_type == "tier_changed"]
    by_points = any("to" not in cause.body for cause in tiers)
    falls = any(isinstance(effect, DeductPointsRule) for cause in path for effect in cause.answer.then)
    if by_points:
        return program.tier_by == "earned_points" or not falls
    return len({cause.body["to"] for cause in tiers}) == 1


def _edges(answers: Sequence[Answer], program: Program, known: Known) -> dict[Cause, dict[Cause, bool]]:
    causes = {answer: list(causes_of(answer, program)) for answer in answers}
    caused = {cause.event_type for each in causes.values() for cause in each}
    answering: dict[str, list[Answer]] = {}
    for answer, each in causes.items():
        if each and answer.on in caused:
            answering.setdefault(answer.on, []).append(answer)
    held = _Held(known)
    return {
        cause: dict(_next(cause, answering.get(cause.event_type, ()), causes, held))
        for answer, each in causes.items()
        if answer.on in caused
        for cause in each
    }


def _next(
    cause: Cause, answering: Iterable[Answer], causes: Mapping[Answer, list[Cause]], held: "_Held"
) -> Iterator[tuple[Cause, bool]]:
    """What comes of the answers to a caused event."""
    for answer in answering:
        if not agree(cause.body, answer.body) or not overlap(cause.answer, answer):
            continue
        fires = held.of(cause, answer)  # asked last, as it costs most
        if fires is False:
            continue
        for further in causes[answer]:
            tier, present = further.body.get("to"), cause.body.get("to")
            if tier is None or tier != present:
                moves = tier is None or present is not None
                yield further, bool(fires) and moves and further.is_certain and not answer.is_limited


class _Held:
    """Whether conditions hold for caused events: asked once for each condition and each kind of event."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._scopes: dict[tuple[object, ...], Type] = {}
        self._found: dict[tuple[object, ...], bool | None] = {}

    def of(self, cause: Cause, answer: Answer) -> bool | None:
        if answer.when is None:
            return True
        event = cause.event_type, *cause.body.items()
        if (answer, *event) not in self._found:
            if event not in self._scopes:
                self._scopes[event] = self._scope(cause)
            scope = self._known.scope_of(cause.event_type)
            self._found[answer, *event] = rules.static_truth(answer.when.expression, scope, self._scopes[event])
        return self._found[answer, *event]

    def _scope(self, cause: Cause) -> Type:
        scope = with_body(self._known.scope_of(cause.event_type), cause.body)
        if "to" in cause.body:
            scope = narrowed(scope, ("event", "body", "from"), lambda found: excluding(found, [cause.body["to"]]))
        return scope


def _circles(edges: Edges) -> list[list[Cause]]:
    """The sets of causes each of which leads to all others of its set, or to itself; in the order of their files."""
    order = {cause: number for number, cause in enumerate(edges)}
    before: dict[Cause, list[Cause]] = {cause: [] for cause in edges}
    for cause, after in edges.items():
        for next_ in after:
            before[next_].append(cause)
    circles: list[list[Cause]] = []
    seen: set[Cause] = set()
    for last in reversed(_left(edges)):
        circle = [last] if last not in seen else []
        seen.add(last)
        for cause in circle:
            new = [each for each in before[cause] if each not in seen]
            seen.update(new)
            circle += new
        if len(circle) > 1 or last in edges[last]:
            circles.append(sorted(circle, key=order.__getitem__))
    return sorted((circle for circle in circles if circle), key=lambda circle: order[circle[0]])


def _left(edges: Edges) -> list[Cause]:
    """The causes in the order in which a walk along the edges leaves them for good (Kosaraju)."""
    left: list[Cause] = []
    seen: set[Cause] = set()
    for root in edges:
        way = [] if root in seen else [(root, iter(edges[root]))]
        seen.add(root)
        while way:
            cause, ahead = way[-1]
            further = next((each for each in ahead if each not in seen), None)
            if further is None:
                left.append(cause)
                way.pop()
            else:
                seen.add(further)
                way.append((further, iter(edges[further])))
    return left


def _shortest(edges: Edges, circle: list[Cause], start: Cause) -> list[Cause] | None:
    """The shortest way from a cause back to it."""
    inside, ways = set(circle), [[start]]
    seen: set[Cause] = set()
    for way in ways:
        for cause in edges[way[-1]]:
            if cause is start:
                return way
            if cause in inside and cause not in seen:
                seen.add(cause)
                ways.append([*way, cause])
    return None


def _told(path: list[Cause]) -> str:
    """ "reactor a grants badge b, which reactor c answers: it grants badge d, which reactor a answers" """
    first, *others = path
    parts = [f"{first.answer.name} {first.words}"]
    parts += [f"{cause.answer.name} answers that and {cause.words}" for cause in others]
    parts.append(f"{first.answer.name} answers that" if others else "which it answers itself")
    return ", ".join(parts)
