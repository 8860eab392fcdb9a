"""Run many tests in sequence, and time each."""

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
    """The time for all tests together has run out."""


def run_scenarios(
    scenarios: Sequence[Scenario],
    program: Program,
    coverage: Coverage | None = None,
    *,
    fail_fast: bool = False,
    seconds: float | None = None,
) -> Iterator[TimedResult]:
    """Yield the result of each test, up to the first failure with `fail_fast`, or until time runs out.

    A test that is running then is stopped after its present step, and has no result.
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
    """Return the parts that no test reached, by file and line: "double-on-web never fired"."""
    found: dict[str, dict[int, list[str]]] = {}
    for part in report.missing:
        found.setdefault(part.place.file, {}).setdefault(part.place.line, []).append(f"{part.words} {part.lack}")
    return found
