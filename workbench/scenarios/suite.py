"""Runs many tests, one after the other, and times each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

from loyalty.engine.in_memory import ProcessedEvent
from loyalty.program.program import Program
from program_files.folders.layout import SUFFIXES, TESTS
from workbench.scenarios.coverage import Coverage, CoverageReport
from workbench.scenarios.model import Scenario
from workbench.scenarios.running import ScenarioResult, run


@dataclass(frozen=True, slots=True)
class TimedResult:
    """A test's result, and the seconds it took."""

    result: ScenarioResult
    seconds: float


class _OutOfTime(Exception):
    """The time of all tests together is over."""


def run_scenarios(
    scenarios: Sequence[Scenario],
    program: Program,
    coverage: Coverage | None = None,
    *,
    fail_fast: bool = False,
    seconds: float | None = None,
) -> Iterator[TimedResult]:
    """Yield the result of each test, up to the first that fails with `fail_fast`, or until so many seconds are over.

    A test that is under way then is stopped after the step that it is in, and has no result.
    """
    ends = None if seconds is None else perf_counter() + seconds

    def observe(events: Sequence[ProcessedEvent]) -> None:
        if coverage is not None:
            coverage.record(events)
        if ends is not None and perf_counter() > ends:
            raise _OutOfTime

    for scenario in scenarios:
        began = perf_counter()
        if ends is not None and began > ends:
            return
        try:
            result = run(scenario, program if coverage is None else coverage.program, observe)
        except _OutOfTime:
            return
        yield TimedResult(result, perf_counter() - began)
        if fail_fast and result.verdict == "failed":
            return


def files_of_tests(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files of `tests/` among the files of a program."""
    return {path: each for path, each in files.items() if path.startswith(f"{TESTS}/") and path.endswith(SUFFIXES)}


def lines_not_reached(report: CoverageReport) -> dict[str, dict[int, list[str]]]:
    """Return what no test reached, by file and line: "double-on-web never fired"."""
    found: dict[str, dict[int, list[str]]] = {}
    for part in report.missing:
        found.setdefault(part.place.file, {}).setdefault(part.place.line, []).append(f"{part.words} {part.lack}")
    return found
