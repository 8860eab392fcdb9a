"""The word at a source position, whether a suggestion can replace it, and the text then."""

import pytest

from loyalty.program.logic import Place
from program_files import Problem
from workbench.cures import Cure, Lines, Token, apply


def lines(text: str, file: str = "r.yaml") -> Lines:
    """The lines of one file."""
    return Lines({file: text.encode()})


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
    assert lines(text).token(Place("r.yaml", 1, 4)) == token


def test_lines_are_split_as_the_reader_splits_them() -> None:
    text = "a: 1\r\nb: 2\rc: 3\nd: 4"

    tokens = [lines(text).token(Place("r.yaml", line, 1)) for line in (1, 2, 3, 4, 5)]

    assert [token.text if token else None for token in tokens] == ["a", "b", "c", "d", None]
    assert lines('{"a":\r"b"}', "r.json").token(Place("r.json", 1, 7)) == Token("b", 8, 9)


def test_a_byte_order_mark_takes_no_column() -> None:
    assert lines("\ufeffa: 1").token(Place("r.yaml", 1, 1)) == Token("a", 1, 2)


def test_a_missing_or_unreadable_file_has_no_word() -> None:
    assert lines("").token(Place("other.yaml", 3, 3)) is None
    assert Lines({"r.yaml": b"\xff\xfe"}).token(Place("r.yaml", 1, 1)) is None


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
    assert (lines(text).cure(problem_) is not None) is is_replaced


@pytest.mark.parametrize(
    ("text", "line", "applied"),
    [
        ("a: teir # x\nb: 1\n", 1, "a: tier # x\nb: 1\n"),
        ("a: 1\r\nb: teir", 2, "a: 1\r\nb: tier"),
        ("a: teir", 9, "a: teir"),
    ],
)
def test_a_cure_replaces_its_word_alone(text: str, line: int, applied: str) -> None:
    assert apply(text, Cure(line, 4, 8, "tier")) == applied
