"""A misspelt operator in a template is questioned; JSON that only looks like a rule is not."""

from datetime import UTC, datetime

import pytest

from program_files import check_program
from tests.program_files.cases import GOOD, then

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def problems_of(body: str) -> list[str]:
    """Return the problems of a webhook with this body."""
    text = then(f'call_webhook: {{url: "https://a.example", body: {{x: {body}}}}}')
    report = check_program({**GOOD, "reactors/r.yaml": text.encode()}, now=NOW)
    return [str(problem) for problem in report.problems]


@pytest.mark.parametrize(
    ("body", "key", "expected"),
    [
        ("{vra: event.body.total}", "vra", "var"),
        ("{vr: event.body.total}", "vr", "var"),
        ("{vaar: [event.body.tip, 0]}", "vaar", "var"),
        ("{car: event.body.total}", "car", "var"),
        ("{vra: event.body.totl}", "vra", "var"),
        ("{maxx: [{var: event.body.total}, 5]}", "maxx", "max"),
        ("{lowe: {var: event.type}}", "lowe", "lower"),
        ("{concat: [{var: event.type}, x]}", "concat", "cat"),
        ("[{vra: event.body.total}]", "vra", "var"),
    ],
)
def test_what_would_be_right_but_for_its_name_is_questioned(body: str, key: str, expected: str) -> None:
    (line,) = problems_of(body)

    why = f"{key} is not an operator, and is kept as it stands. Did you mean {expected}?"
    assert line.startswith("reactors/r.yaml:3:6")
    assert line.endswith(f": warning: misspelt-operator: {why}")


@pytest.mark.parametrize(
    "body",
    [
        "{name: x}",
        "{var_name: event.body.total}",
        "{bar: 5}",
        "{bar: some text}",
        "{car: member}",
        "{vra: event.body.total, b: 1}",
        "{data: {var: event.time}}",
        "{sum: {var: event.body.total}}",
        "{mix: [1, 2]}",
        "{total: {var: event.body.total}}",
        "{}",
    ],
)
def test_ordinary_json_is_left_alone(body: str) -> None:
    assert [each for each in problems_of(body) if "misspelt-operator" in each] == []


@pytest.mark.parametrize(
    ("body", "path"), [("event.body.total", "event.body.total"), ("[1, member.tier]", "member.tier")]
)
def test_a_path_that_stands_as_a_text_is_questioned(body: str, path: str) -> None:
    (line,) = problems_of(body)

    assert line.endswith(f'warning: path-as-text: {path} is used as a text. Did you mean {{"var": "{path}"}}?')


@pytest.mark.parametrize(
    "body", ["event.body.other", "member", "a.b", "{var: event.body.total}", '"event.body.total is"']
)
def test_other_texts_are_left_alone(body: str) -> None:
    assert problems_of(body) == []


def test_a_path_whose_text_would_be_counted_as_the_only_value_is_questioned() -> None:
    text = "achievement: a\non: purchase\nmeasure: {distinct: event.body.channel}\ngoal: 2\n"
    report = check_program({**GOOD, "achievements/a.yaml": text.encode()}, now=NOW)

    assert [each.code for each in report.problems] == ["path-as-text"]
