"""Runs designers' tests against a small program."""

import textwrap

from loyalty.program.program import Program
from program_files import read_program
from tests.kit import programs
from workbench.scenarios.files import read_tests
from workbench.scenarios.running import ScenarioResult, run


def program(**changed: str) -> Program:
    """A small coffee shop, with other files in place of some."""
    return read_program(programs.files(**changed))


def story(text: str, of: Program | None = None, at: str = "2024-05-01T09:00:00") -> ScenarioResult:
    """The result of a test with these lines below its name and start."""
    whole = f"test: a story\nat: {at}\n{textwrap.dedent(text)}"
    (scenario,) = read_tests({"tests/story.yaml": whole.encode()}, of or program())
    return run(scenario, of or program())


def missed(result: ScenarioResult) -> dict[str, tuple[str, str]]:
    """The expected and the actual value of each mismatch, by key."""
    return {mismatch.key: (mismatch.expected, mismatch.actual) for mismatch in result.mismatches}
