"""Problems as lines of text, and as JSON."""

import json

import pytest

from commands.shared.problem_text import problem_count, problem_lines, problems_as_json
from loyalty.program.logic import Place
from program_files import Problem

ERROR = Problem(Place("a.yaml", 1, 2), "unknown-path", "x is unknown", "y")
WARNING = Problem(Place("b.yaml", 3, 4), "not-read", "not read", severity="warning")


def test_each_problem_is_one_line_and_a_warning_is_marked() -> None:
    assert list(problem_lines([ERROR, WARNING])) == [
        "a.yaml:1:2: unknown-path: x is unknown. Did you mean y?",
        "b.yaml:3:4: warning: not-read: not read",
    ]


def test_unprintable_characters_are_escaped() -> None:
    odd = Problem(Place("a.yaml", 1, 2), "unknown-path", "a\nb\x1b[2J\u202e\ud800 ż", "c\rd")

    (line,) = problem_lines([odd])

    assert line == r"a.yaml:1:2: unknown-path: a\nb\x1b[2J\u202e\ud800 ż. Did you mean c\rd?"


@pytest.mark.parametrize(
    ("problems", "counted"),
    [
        ([ERROR], "1 problem"),
        ([ERROR, ERROR], "2 problems"),
        ([WARNING], "1 warning"),
        ([ERROR, WARNING, WARNING], "1 problem, 2 warnings"),
    ],
)
def test_problems_and_warnings_are_counted(problems: list[Problem], counted: str) -> None:
    assert problem_count(problems) == counted


def test_the_keys_of_json_are_stable() -> None:
    written = json.loads(problems_as_json([ERROR, WARNING], None))

    assert written == {
        "store": None,
        "problems": [
            {
                "file": "a.yaml",
                "line": 1,
                "column": 2,
                "code": "unknown-path",
                "message": "x is unknown",
                "suggestion": "y",
                "severity": "error",
            },
            {
                "file": "b.yaml",
                "line": 3,
                "column": 4,
                "code": "not-read",
                "message": "not read",
                "suggestion": None,
                "severity": "warning",
            },
        ],
    }


def test_json_is_ascii_with_any_name_in_it() -> None:
    odd = Problem(Place("\udcff.yaml", 1, 2), "bad-file-name", "ż\u2028\n")

    assert problems_as_json([odd], "S").isascii()
