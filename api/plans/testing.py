"""Run the tests of a draft: the result of each, and the lines of the program that none of them reached."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Literal

from fastapi import APIRouter
from starlette.responses import Response
from typing_extensions import TypedDict

from api.drafts.checks import encoded
from api.drafts.routes import draft_of
from api.http.responses import ExactJson, ExactNumber
from api.simulations.running import run_simulating
from api.state.dependencies import AdminRequest
from loyalty.program.logic import Place
from program_files import read_program
from workbench.place_lookup import PlaceLookup
from workbench.scenarios.assertions import Mismatch
from workbench.scenarios.coverage import Coverage, CoverageReport
from workbench.scenarios.files import read_tests
from workbench.scenarios.suite import TimedResult, files_of_tests, lines_not_reached, run_scenarios

MOST_SECONDS = 20.0
"""How long the tests of one request may take together; further ones are not run."""

router = APIRouter(prefix="/api/{storeCode}/program/draft", tags=["Program"])


class UnmetExpectation(TypedDict):
    """An expectation of a test, and the actual value; `key` is that of `expect`, and the place that of its line."""

    file: str
    line: int
    column: int
    key: str
    expected: str
    actual: str


class DraftTestResult(TypedDict):
    """The result of one test. `skipped`: why it was not run."""

    name: str
    file: str
    line: int
    verdict: Literal["passed", "failed", "skipped"]
    skipped: str | None
    mismatches: list[UnmetExpectation]


class UnreachedLine(TypedDict):
    """A line of the program, and the part of it that no test reached."""

    line: int
    missing: list[str]


class UnreachedFile(TypedDict):
    """A file with lines that no test reached."""

    path: str
    lines: list[UnreachedLine]


class DraftCoverage(TypedDict):
    """How much of the program the tests reached, as `laurel test` counts it."""

    percent: ExactNumber
    parts: int
    reached: int
    files: list[UnreachedFile]


class DraftTestRun(TypedDict):
    """The results of all tests. `notRun`: how many were not run, since time ran out; then `coverage` is null."""

    passed: int
    failed: int
    skipped: int
    notRun: int
    tests: list[DraftTestResult]
    coverage: DraftCoverage | None


@dataclass(frozen=True, slots=True)
class _Run:
    count: int
    results: Sequence[TimedResult]
    report: CoverageReport


@router.post("/tests", summary="Run the tests of your draft", response_model=DraftTestRun)
async def run_draft_tests(store_request: AdminRequest) -> Response:
    """Run the tests in `tests/` of your draft as `laurel test` does. Nothing is written, nothing sent."""
    texts = (await draft_of(store_request)).texts
    return ExactJson(await run_simulating(lambda: results_of_tests(encoded(texts))))


def results_of_tests(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the results of the tests of a program, in the documented fields; raise ProgramFaults."""
    return _view(_run(files))


def _run(files: Mapping[str, bytes]) -> _Run:
    """Run the tests of a program; raise ProgramFaults for files with problems."""
    program = read_program(files)
    scenarios = read_tests(files_of_tests(files), program)
    coverage = Coverage(program, PlaceLookup(files).place_of)
    results = tuple(run_scenarios(scenarios, program, coverage, seconds=MOST_SECONDS))
    return _Run(len(scenarios), results, coverage.report())


def _view(done: _Run) -> dict[str, Any]:
    verdicts = [each.result.verdict for each in done.results]
    not_run = done.count - len(done.results)
    counts = {verdict: verdicts.count(verdict) for verdict in ("passed", "failed", "skipped")}
    tests = [_test_view(each) for each in done.results]
    return {**counts, "notRun": not_run, "tests": tests, "coverage": None if not_run else _coverage_view(done.report)}


def _test_view(timed: TimedResult) -> dict[str, Any]:
    result = timed.result
    return {
        "name": result.scenario.name,
        "file": result.scenario.place.file,
        "line": result.scenario.place.line,
        "verdict": result.verdict,
        "skipped": result.scenario.skip or None,
        "mismatches": list(_mismatches(result.mismatches)),
    }


def _mismatches(mismatches: Sequence[Mismatch]) -> Iterator[dict[str, Any]]:
    for each in mismatches:
        place: Place = each.place
        where = {"file": place.file, "line": place.line, "column": place.column}
        yield where | {"key": each.key, "expected": each.expected, "actual": each.actual}


def _coverage_view(report: CoverageReport) -> dict[str, Any]:
    lines = lines_not_reached(report)
    return {
        "percent": report.percent.quantize(Decimal("0.1"), ROUND_FLOOR),
        "parts": len(report.parts),
        "reached": len(report.parts) - len(report.missing),
        "files": [
            {"path": path, "lines": [{"line": line, "missing": missing} for line, missing in sorted(each.items())]}
            for path, each in sorted(lines.items())
        ],
    }
