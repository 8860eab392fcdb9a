"""Select and run the tests of a folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from time import perf_counter

from loyalty.program.program import Program
from program_files import read_folder, read_program
from program_files.folders.folder import only_tests
from workbench.place_lookup import PlaceLookup
from workbench.scenarios.coverage import Coverage, CoverageReport
from workbench.scenarios.files import read_tests
from workbench.scenarios.model import Scenario
from workbench.scenarios.suite import TimedResult, run_scenarios


class NoTests(Exception):
    """There is no test to run; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which tests are run, and how. `coverage`: whether it is measured; None: only if all tests are run."""

    filter: str = ""
    tags: Sequence[str] = ()
    coverage: bool | None = None
    fail_fast: bool = False

    @property
    def is_all(self) -> bool:
        return not self.filter and not self.tags

    @property
    def covers(self) -> bool:
        return self.is_all if self.coverage is None else self.coverage


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """The results of a run."""

    program: Program
    tests: tuple[TimedResult, ...]
    not_run: int
    """Selected tests that were not run, since an earlier one failed."""
    covered: CoverageReport | None
    seconds: float

    def count(self, verdict: str) -> int:
        """Return how many tests passed, failed or were skipped."""
        return sum(test.result.verdict == verdict for test in self.tests)

    def is_good(self, fail_under: Decimal | None) -> bool:
        """Return whether no test failed and the coverage is at least `fail_under` percent."""
        is_covered = fail_under is None or self.covered is None or self.covered.percent >= fail_under
        return is_covered and not self.count("failed")


def run_suite(folder: Path, selection: Selection) -> SuiteResult:
    """Read a program and its tests, and run them. Raise ProgramFaults or NoTests."""
    began = perf_counter()
    files = read_folder(folder)
    program = read_program(files)
    scenarios = _select(read_tests(only_tests(files), program), selection, folder)
    coverage = Coverage(program, PlaceLookup(files).place_of) if selection.covers else None
    tests = tuple(run_scenarios(scenarios, program, coverage, fail_fast=selection.fail_fast))
    covered = None if coverage is None else coverage.report()
    return SuiteResult(program, tests, len(scenarios) - len(tests), covered, perf_counter() - began)


def _select(scenarios: Sequence[Scenario], selection: Selection, folder: Path) -> Sequence[Scenario]:
    if not scenarios:
        raise NoTests(f"{folder} has no tests: write one in {folder / 'tests'}, as docs/testing.md shows")
    tags = sorted({tag for scenario in scenarios for tag in scenario.tags})
    if unknown := [tag for tag in selection.tags if tag not in tags]:
        raise NoTests(f"no test has the tag {unknown[0]}: there is {', '.join(tags) or 'none'}")
    chosen = [scenario for scenario in scenarios if _matches(scenario, selection)]
    if not chosen:
        raise NoTests(f"none of {len(scenarios)} tests fits: --filter is a part of a test's name or file, or a glob")
    return chosen


def _matches(scenario: Scenario, selection: Selection) -> bool:
    if selection.tags and not set(selection.tags) & set(scenario.tags):
        return False
    asked = selection.filter.casefold()
    names = (scenario.name.casefold(), scenario.place.file.casefold())
    return any(asked in name or fnmatchcase(name, asked) for name in names)
