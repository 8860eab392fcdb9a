"""Texts made to hurt: each is a problem that points, found without much time or memory."""

import json

import pytest

from program_files import check_program, reading
from program_files.codes import CODES
from program_files.text import problems as problems_module
from program_files.text.problems import MOST_PROBLEMS, Problem
from tests.program_files.cases import GOOD, reactor
from workbench.problems_page import NOW

DEEP = 10_000
R, RJ = "reactors/r.yaml", "reactors/r.json"


def found(path: str, content: str) -> tuple[Problem, ...]:
    """The problems of a file beside a good program."""
    return check_program({**GOOD, path: content.encode()}, now=NOW).problems


RULE = '{"!": [' * DEEP + "1" + "]}" * DEEP
NESTED = {
    "a rule in flow": (R, reactor(f"when: {RULE}\n"), "3:356"),
    "a rule in block": (R, reactor("when:\n" + "- " * DEEP + "1\n"), "4:199"),
    "keys of keys": (R, reactor("when:\n  " + "? " * DEEP + "1\n"), "4:201"),
    "lines deeper and deeper": (R, reactor("when:\n" + "".join(" " * n + "a:\n" for n in range(1, 1400))), "103:101"),
    "a rule in JSON": (RJ, f'{{"reactor": "r", "on": "purchase", "when": {RULE}}}', "1:393"),
    "brackets alone": (RJ, "[" * 1_000_000, "1:101"),
    "braces alone": (R, "{" * 1_000_000, "1:101"),
    "brackets on lines": (R, "[\n" * 500_000, "101:1"),
}


@pytest.mark.parametrize(("path", "content", "place"), NESTED.values(), ids=list(NESTED))
def test_what_is_nested_ten_thousand_deep_is_stopped_where_it_is_too_deep(path: str, content: str, place: str) -> None:
    problems = found(path, content)

    assert [str(problem) for problem in problems] == [
        f"{path}:{place}: too-deep: lists and maps are nested more than 100 deep"
    ]


def test_aliases_of_aliases_count_as_what_they_stand_for() -> None:
    rows = ["&a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    rows += [f"&{name} [{', '.join([f'*{before}'] * 10)}]" for before, name in zip("abcdefgh", "bcdefghi", strict=True)]

    (problem,) = found(R, reactor(f"when: {{or: [{', '.join(rows)}]}}\n"))

    assert problem.code == "too-many-values"
    assert problem.place.line == 3


def test_a_program_of_too_many_values_is_stopped_though_each_file_is_small_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "MOST_VALUES", 1_000)
    files = {f"rewards/r{number:02}.yaml": f"[{'0,' * 98}]".encode() for number in range(15)}

    problems = check_program({**GOOD, **files}, now=NOW).problems

    (stopped,) = (problem.place.file for problem in problems if problem.code == "too-many-values")
    assert "rewards/r05.yaml" < stopped < "rewards/r14.yaml"
    assert max(problem.place.file for problem in problems) == stopped


@pytest.mark.parametrize("digits", ["1e99999999999999999999999", "-1e-99999999999999999999999", "9" * 100_000])
@pytest.mark.parametrize("path", ["achievements/a.yaml", "achievements/a.json"])
def test_a_number_beyond_counting_is_a_bad_number(path: str, digits: str) -> None:
    problems = found(path, f'{{"achievement": "a", "on": "purchase", "goal": {digits}}}')

    assert [problem.code for problem in problems] == ["bad-number"]


def test_more_problems_than_anybody_reads_end_with_one_that_says_so() -> None:
    problems = found(R, "a: 1\n" * 50_000)

    assert len(problems) == MOST_PROBLEMS + 1
    assert problems[-1].code == "too-many-problems"
    assert problems[-1].place.line == MOST_PROBLEMS + 2


def test_looking_for_what_was_meant_ends_where_it_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problems_module, "MOST_COMPARED", 1_000)
    properties = ", ".join(f"property{number}: {{}}" for number in range(100))
    required = ", ".join(f"properly{number}" for number in range(100))

    problems = found("events/e.yaml", f"event: e\nbody: {{required: [{required}], properties: {{{properties}}}}}\n")

    assert [problem.code for problem in problems] == ["unknown-property"] * 10


ODD = ("a\nb", "\x1b[2J", "\u202e", "", "é\x85", "x" * 5_000, "a.b", "$ref", "::error::", "%0A", "<script>")


@pytest.mark.parametrize("name", ODD)
def test_an_odd_name_anywhere_is_told_on_one_line_that_is_not_long(name: str) -> None:
    odd = {
        "reactor": name,
        "on": name,
        name: name,
        "when": {name: [{"var": f"event.body.{name}"}]},
        "then": [{name: 1}, {"award_points": {"points": {"var": name}, "wallet": name, "expires": {name: name}}}],
        "active": {"from": name, "until": name},
        "limits": [{"every": name, "times": name}],
    }

    problems = found(RJ, json.dumps(odd))

    assert problems
    assert all(problem.code in CODES for problem in problems)
    assert all(len(str(problem)) < 1_000 for problem in problems)


@pytest.mark.parametrize("name", ODD)
def test_an_odd_name_in_a_schema_is_told_on_one_line_that_is_not_long(name: str) -> None:
    schema = {
        "type": "object",
        name: name,
        "required": [name, f"{name}s"],
        "properties": {name: {"type": name, "format": name, "pattern": name}, "a": {"$ref": f"#/{name}"}},
        "$defs": {name: {"enum": [name]}},
    }

    problems = found("events/e.json", json.dumps({"event": name, "title": name, "body": schema}))

    assert problems
    assert all(problem.code in CODES for problem in problems)
    assert all(len(str(problem)) < 1_000 for problem in problems)
