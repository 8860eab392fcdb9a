"""The result of tests as lines of text."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from itertools import groupby, zip_longest
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from commands.test.suite import SuiteResult
from loyalty.decisions.decision import RuleOutcome
from loyalty.decisions.reasons import ConditionFalse, describe_reason
from loyalty.engine.in_memory import ProcessedEvent
from workbench.scenarios.assertions import json_text
from workbench.scenarios.coverage import DEFINITION, CoverageReport
from workbench.scenarios.running import PlaceTogether, ScenarioResult
from workbench.scenarios.suite import TimedResult

Tone: TypeAlias = Literal["good", "bad", "quiet", "plain"]
"""The colour of a line, on terminals with colours."""

Line: TypeAlias = tuple[str, Tone]

MOST_EVENTS = 8
"""The most events shown of a failure, the latest ones."""

MOST_RUNS = 16
"""The most lines for the events reported together before those."""

MOST_LACKS = 40
"""The most parts listed that no test reached."""


def lines(suite: SuiteResult, fail_under: Decimal | None) -> Iterator[Line]:
    """Yield failures with the decisions behind them, skipped tests, the coverage, and the totals."""
    for test in suite.tests:
        if test.result.verdict == "failed":
            yield from _failure(test.result, suite.program.zone)
    for test in suite.tests:
        if test.result.verdict == "skipped":
            yield f"skipped: {test.result.scenario.name}: {test.result.scenario.skip}", "quiet"
    if suite.covered is not None:
        yield from _coverage(suite.covered, fail_under)
    yield from _totals(suite)


def percent(covered: CoverageReport) -> str:
    """Return the coverage with one decimal, rounded down: 100 % is full coverage."""
    return f"{covered.percent.quantize(Decimal('0.1'), ROUND_FLOOR).normalize():f} %"


def reasons(answer: RuleOutcome) -> Iterator[tuple[str, str]]:
    """Yield the reasons of a decision, each with its source position."""
    if isinstance(answer.reason, ConditionFalse):
        for leaf in answer.reason.parts:
            yield describe_reason(ConditionFalse((leaf,))), leaf.place
    else:
        yield answer.because or ("" if answer.reason is None else describe_reason(answer.reason)), answer.place


def _failure(result: ScenarioResult, zone: ZoneInfo) -> Iterator[Line]:
    scenario = result.scenario
    yield f"FAILED {scenario.name}", "bad"
    for mismatch in result.mismatches:
        yield f"  {mismatch.place}: {mismatch.key}: expected {mismatch.expected}, was {mismatch.actual}", "plain"
    decided = "what decided, since the expectations before:"
    yield (
        f"  {decided if result.events else 'since the expectations before, nothing happened to the member'}",
        "quiet",
    )
    yield from _earlier(result)
    for event in result.events[-MOST_EVENTS:]:
        yield from _event(event, zone, result.together.get(event.id))
    for each in result.achievements:
        completed = {0: "never", 1: "once"}.get(each.completed, f"{each.completed} times")
        yield f"  {each.achievement}: {each.progress:f}/{each.goal:f}, completed {completed}", "quiet"
    yield "", "plain"


def _earlier(result: ScenarioResult) -> Iterator[Line]:
    """Yield the effects of earlier events; of those reported together, one line for equal ones in a row."""
    earlier = result.events[:-MOST_EVENTS]
    together = [(result.together[event.id], event) for event in earlier if event.id in result.together]
    alike = groupby(together, key=lambda each: (each[0].place, each[1].type, each[1].log))
    runs = [(type_, log, [place.number for place, _ in events]) for (_, type_, log), events in alike]
    hidden = len(earlier) - sum(len(numbers) for _, _, numbers in runs[-MOST_RUNS:])
    if hidden:
        yield f"    (and {hidden} before these)", "quiet"
    for type_, log, (first, *others) in runs[-MOST_RUNS:]:
        which = f"{first} to {others[-1]}" if others else f"{first}"
        yield f"    together {which}: {type_} -> {', '.join(log) or 'nothing'}", "quiet"


def _event(event: ProcessedEvent, zone: ZoneInfo, together: PlaceTogether | None) -> Iterator[Line]:
    body = json_text(event.body) if event.body else ""
    which = "" if together is None else f"  (together {together.number} of {together.count}, {together.place})"
    yield f"    {moment(event.time, zone)} {event.type} {body}".rstrip() + which, "plain"
    for answer in event.decision.outcomes:
        _, _, name = answer.source.partition("/")
        for because, place in () if answer.verdict == "counted" else reasons(answer):  # progress is printed below
            yield f"      {answer.verdict.replace('_', ' ')}: {name}: {because}  ({place})", "quiet"
    for did in event.log:
        yield f"      -> {did}", "quiet"


def _coverage(covered: CoverageReport, fail_under: Decimal | None) -> Iterator[Line]:
    parts, missing = len(covered.parts), len(covered.missing)
    lacks = list(_lacks(covered))
    for lack in lacks[:MOST_LACKS]:
        yield f"not reached: {lack}", "quiet"
    if len(lacks) > MOST_LACKS:
        yield f"not reached: {len(lacks) - MOST_LACKS} more: --format json has them all", "quiet"
    is_low = fail_under is not None and covered.percent < fail_under
    wanted = f", --fail-under wants {fail_under:f} %" if is_low else ""
    tone: Tone = "bad" if is_low else "plain" if missing else "good"
    yield f"coverage {percent(covered)}: {parts - missing} of {parts} parts{wanted}", tone
    if missing:
        yield f"({DEFINITION})", "quiet"


def _lacks(covered: CoverageReport) -> Iterator[str]:
    """Yield the parts that no test reached; one line for a reactor without coverage, or a condition."""
    parts, missing = Counter(part.owner for part in covered.parts), Counter(part.owner for part in covered.missing)
    listed: set[tuple[str, str]] = set()
    for part, following in zip_longest(covered.missing, covered.missing[1:]):
        if parts[part.owner] == missing[part.owner]:
            kind, lack = "all", f"{part.owner}: none of its {parts[part.owner]} parts"
        elif following is not None and part == replace(following, lack=part.lack):
            kind, lack = part.kind, f"{part.owner}: {part.words} was never asked"
        else:
            kind, lack = part.kind, f"{part.owner}: {part.words} {part.lack}"
        key = (kind, part.owner if kind == "all" else str(part.place))
        if key not in listed:
            yield f"{part.place}: {lack}"
        listed.add(key)


def _totals(suite: SuiteResult) -> Iterator[Line]:
    counted = [f"{count} {verdict}" for verdict in ("failed", "passed", "skipped") if (count := suite.count(verdict))]
    rest = [f"{suite.not_run} not run"] if suite.not_run else []
    yield f"{', '.join([*counted, *rest])} in {suite.seconds:.2f} s", "bad" if suite.count("failed") else "good"


def moment(instant: datetime, zone: ZoneInfo) -> str:
    """Return an instant in the store's time zone."""
    local = instant.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M}" if local.second == 0 else f"{local:%Y-%m-%d %H:%M:%S}"


def failure_text(test: TimedResult, zone: ZoneInfo) -> str:
    """Return all lines about one failure."""
    return "\n".join(line for line, _ in _failure(test.result, zone)).rstrip()
