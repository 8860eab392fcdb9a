"""The word at a source position, and whether a suggestion can replace it."""

import pytest

from commands.check.findings import Findings, Token
from loyalty.program.logic import Place
from program_files import Problem


def findings(text: str, file: str = "r.yaml", root: str = ".") -> Findings:
    """One file, without problems."""
    return Findings(root, (), {file: text.encode()})


def problem(suggestion: str | None, *, word: str = "teir", column: int = 4) -> Problem:
    """A problem in line 1."""
    return Problem(Place("r.yaml", 1, column), "unknown-path", f"{word} is unknown", suggestion)


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("a: member.teir]", Token("member.teir", 4, 15)),
        ('a: "member.teir"', Token("member.teir", 5, 16)),
        ("a: 'ż'", Token("ż", 5, 6)),
        ("a: [x]", None),
        ('a: "two words"', None),
        ("a:", None),
        ("", None),
    ],
)
def test_a_word_is_found_without_its_quotes(text: str, token: Token | None) -> None:
    assert findings(text).token(Place("r.yaml", 1, 4)) == token


def test_lines_are_split_as_the_reader_splits_them() -> None:
    text = "a: 1\r\nb: 2\rc: 3\nd: 4"

    tokens = [findings(text).token(Place("r.yaml", line, 1)) for line in (1, 2, 3, 4, 5)]

    assert [token.text if token else None for token in tokens] == ["a", "b", "c", "d", None]
    assert findings('{"a":\r"b"}', "r.json").token(Place("r.json", 1, 7)) == Token("b", 8, 9)


def test_a_byte_order_mark_takes_no_column() -> None:
    assert findings("\ufeffa: 1").token(Place("r.yaml", 1, 1)) == Token("a", 1, 2)


def test_a_missing_or_unreadable_file_has_no_word() -> None:
    assert findings("").token(Place("other.yaml", 3, 3)) is None
    assert Findings(".", (), {"r.yaml": b"\xff\xfe"}).token(Place("r.yaml", 1, 1)) is None


@pytest.mark.parametrize(
    ("text", "problem_", "is_replaced"),
    [
        ("a: teir", problem("tier"), True),
        ('a: "teir"', problem("tier"), True),
        ("a: teir", problem(None), False),
        ("a: teir", problem("completely-other"), False),
        ("a: teir", problem('{"var": ["teir", 0]}'), False),
        ("a: other", problem("tier"), False),
        ("a: teir", problem("tier", word="something else"), False),
        ("a: teir", problem("tier", column=3), False),
    ],
)
def test_only_a_near_word_that_the_message_names_is_replaced(text: str, problem_: Problem, is_replaced: bool) -> None:
    assert (findings(text).replaced_token(problem_) is not None) is is_replaced


@pytest.mark.parametrize(
    ("root", "path"),
    [(".", "reactors/a.yaml"), ("programs/shop", "programs/shop/reactors/a.yaml"), ("/", "/reactors/a.yaml")],
)
def test_a_path_is_relative_to_the_current_folder(root: str, path: str) -> None:
    assert findings("", root=root).path(Place("reactors/a.yaml", 1, 1)) == path
