"""Problems for people and for scripts."""

import json

import pytest

from commands.check.text import as_json, count, lines
from loyalty.program.logic import Place
from program_files import Problem

ERROR = Problem(Place("a.yaml", 1, 2), "unknown-path", "x is unknown", "y")
WARNING = Problem(Place("b.yaml", 3, 4), "not-read", "not read", severity="warning")


def test_each_is_a_line_and_a_warning_says_so() -> None:
    assert list(lines([ERROR, WARNING])) == [
        "a.yaml:1:2: unknown-path: x is unknown. Did you mean y?",
        "b.yaml:3:4: warning: not-read: not read",
    ]


def test_an_odd_name_breaks_no_line_and_moves_no_cursor() -> None:
    odd = Problem(Place("a.yaml", 1, 2), "unknown-path", "a\nb\x1b[2J\u202e\ud800 ż", "c\rd")

    (line,) = lines([odd])

    assert line == r"a.yaml:1:2: unknown-path: a\nb\x1b[2J\u202e\ud800 ż. Did you mean c\rd?"


@pytest.mark.parametrize(
    ("problems", "said"),
    [
        ([ERROR], "1 problem"),
        ([ERROR, ERROR], "2 problems"),
        ([WARNING], "1 warning"),
        ([ERROR, WARNING, WARNING], "1 problem, 2 warnings"),
    ],
)
def test_they_are_counted(problems: list[Problem], said: str) -> None:
    assert count(problems) == said


def test_the_keys_of_json_are_stable() -> None:
    told = json.loads(as_json([ERROR, WARNING], None))

    assert told == {
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


def test_json_is_ascii_whatever_names_are_in_it() -> None:
    odd = Problem(Place("\udcff.yaml", 1, 2), "bad-file-name", "ż\u2028\n")

    assert as_json([odd], "S").isascii()
