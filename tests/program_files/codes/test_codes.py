"""Every code is documented with a wrong and a right example, and both are what they say."""

from pathlib import Path

import pytest

from program_files.codes import CODES, Example, NoExample
from workbench.problems_page import page, problems_of

FOLDER = Path(__file__).parents[1]
PAGE = Path(__file__).parents[3] / "docs" / "problems.md"
EXAMPLES = [
    pytest.param(code, what.example, id=code) for code, what in CODES.items() if isinstance(what.example, Example)
]
TESTED_ELSEWHERE = {
    "bad-file-name": "test_layout",
    "misplaced-file": "cases",
    "missing-folder": "test_folder",
    "missing-program": "test_reading",
    "not-utf8": "test_text",
    "too-large": "test_hostile_folders",
    "too-many-files": "test_hostile_folders",
    "too-many-problems": "test_hostile_texts",
    "unreadable-file": "test_folder",
}
"""Codes that no text of a file shows, and the test module that tests them."""


@pytest.mark.parametrize(("code", "example"), EXAMPLES)
def test_the_wrong_example_has_this_problem_and_no_other(code: str, example: Example) -> None:
    found = problems_of(example.wrong)

    assert {problem.code for problem in found} == {code}
    assert {problem.severity for problem in found} == {CODES[code].severity}


@pytest.mark.parametrize(("code", "example"), EXAMPLES)
def test_the_wrong_example_is_pointed_at_in_one_of_its_own_files(code: str, example: Example) -> None:
    (place, *_) = (problem.place for problem in problems_of(example.wrong))

    texts = [text for path, text in example.wrong.items() if path == place.file or path.startswith(f"{place.file}/")]
    assert texts or place.file == "program.yaml"  # which stands in the base of every example
    assert all(place.line <= text.count("\n") + 1 for text in texts)


@pytest.mark.parametrize(("code", "example"), EXAMPLES)
def test_the_right_example_is_clean(code: str, example: Example) -> None:
    found = problems_of(example.right)

    assert found == ()


def test_a_code_without_an_example_says_why_and_is_tested_elsewhere() -> None:
    reasons = {code: what.example.because for code, what in CODES.items() if isinstance(what.example, NoExample)}

    assert set(reasons) == set(TESTED_ELSEWHERE)
    assert all(reasons.values())
    for code, module in TESTED_ELSEWHERE.items():
        assert code in next(FOLDER.rglob(f"{module}.py")).read_text()


def test_the_page_of_problems_is_made_of_the_codes() -> None:
    written = PAGE.read_text("utf-8")

    assert written == page(), "run: python -m workbench.problems_page > docs/problems.md"


def test_every_example_on_the_page_shows_what_check_prints() -> None:
    text = PAGE.read_text("utf-8")

    assert all(f"`{code}`" in text for code in CODES)
    assert "reactors/thanks.yaml:3:21: unknown-path: member.teir is unknown. Did you mean member.tier?\n" in text
