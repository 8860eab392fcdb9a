"""Many tests: each is timed, and all together end when their time is over."""

from program_files import read_program
from tests.kit.programs import files
from workbench.place_lookup import PlaceLookup
from workbench.scenarios.coverage import Coverage
from workbench.scenarios.files import read_tests
from workbench.scenarios.suite import files_of_tests, lines_not_reached, run_scenarios

TESTS = b"""\
at: 2026-01-01T09:00:00
tests:
  - {test: a, steps: [{event: app_login}, {expect: {points: 0}}]}
  - {test: b, steps: [{wait: 1d}, {expect: {points: 0}}]}
"""


def test_tests_end_when_their_time_is_over() -> None:
    program = read_program(files())
    scenarios = read_tests({"tests/a.yaml": TESTS}, program)

    assert [each.result.verdict for each in run_scenarios(scenarios, program, seconds=60)] == ["passed", "passed"]
    assert list(run_scenarios(scenarios, program, seconds=-1)) == []


def test_what_no_test_reached_is_listed_by_line() -> None:
    texts = dict(files()) | {"tests/a.yaml": TESTS, "tests/notes.txt": b"x"}
    program = read_program(texts)
    coverage = Coverage(program, PlaceLookup(texts).place_of)

    list(run_scenarios(read_tests(files_of_tests(texts), program), program, coverage))

    assert lines_not_reached(coverage.report()) == {
        "achievements/seven-days.yaml": {
            1: ["seven-days was never completed"],
            7: ["award_points never took effect", "grant_badge early-bird never took effect"],
        },
        "reactors/points-for-purchase.yaml": {
            1: ["points-for-purchase never fired"],
            3: ["award_points never took effect"],
        },
    }
