"""Bytes that are no text, or too many."""

import codecs

import pytest

from program_files.text.problems import Problems
from program_files.text.text import LARGEST_FILE, read_text

TEXT = "reactor: r\ntitle: Café\n"


def problem_of(content: bytes, file: str = "r.yaml") -> str:
    """The one problem of a file."""
    problems = Problems()
    assert read_text(file, content, problems) is None
    (problem,) = problems.found
    return str(problem)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("file", ["r.yaml", "r.json"])
def test_two_or_four_bytes_a_letter_are_called_by_their_name(encoding: str, file: str) -> None:
    found = problem_of(TEXT.encode(encoding), file)

    assert found == f"{file}:1:1: not-utf8: the file looks like UTF-16: save it as UTF-8"


@pytest.mark.parametrize("start", [b"", codecs.BOM_UTF8], ids=["plain", "with a mark"])
def test_the_first_byte_that_is_not_utf8_is_pointed_at(start: bytes) -> None:
    found = [problem_of(start + text.encode("latin-1")) for text in (TEXT, "title: Café\n")]

    assert found == [
        f"r.yaml:{place}: not-utf8: byte 0xe9 is not UTF-8: save the file as UTF-8" for place in ("2:11", "1:11")
    ]


@pytest.mark.parametrize(("file", "text"), [("r.yaml", "{reactor: r}"), ("r.json", '{"reactor": "r"}')])
def test_a_mark_of_utf8_is_no_part_of_the_text(file: str, text: str) -> None:
    problems = Problems()

    node = read_text(file, codecs.BOM_UTF8 + text.encode(), problems)

    assert problems.found == []
    assert node is not None
    assert str(node.keys["reactor"]) == f"{file}:1:2"


@pytest.mark.parametrize("content", [b"", codecs.BOM_UTF8, b" \n\t", b"# nothing\n", b"---\n"])
def test_a_file_that_says_nothing_is_empty_or_nothing(content: bytes) -> None:
    problems = Problems()

    node = read_text("r.yaml", content, problems)

    assert [problem.code for problem in problems.found] in (["empty-file"], ["not-yaml"]) or node is not None
    assert node is None or node.value is None


def test_a_file_of_a_megabyte_is_read_and_one_byte_more_is_not() -> None:
    problems = Problems()

    assert read_text("r.yaml", b"#" * (LARGEST_FILE - 4) + b"\na: ", problems) is not None
    assert "too-large" in problem_of(b"#" * (LARGEST_FILE + 1))


@pytest.mark.parametrize(
    ("file", "content", "line"),
    [
        ("r.yaml", 'title: "a\\0b"', "r.yaml:1:8: bad-character: U+0000 is not a character of a text: remove it"),
        (
            "r.json",
            '{"title": "a\\u0000"}',
            "r.json:1:11: bad-character: U+0000 is not a character of a text: remove it",
        ),
        ("r.json", '{"\\ud83d": 1}', "r.json:1:2: bad-character: half a surrogate pair is not a character"),
        ("r.yaml", "a: b\0", "r.yaml:1:5: bad-character: U+0000 cannot stand in YAML"),
        ("r.yaml", "a: b\ntitle: x\u2028y", "r.yaml:2:9: bad-character: U+2028 cannot stand in YAML"),
        ("r.yaml", "a: x\x85y", "r.yaml:1:5: bad-character: U+0085 cannot stand in YAML"),
    ],
)
def test_a_character_that_no_text_can_keep_is_pointed_at(file: str, content: str, line: str) -> None:
    assert problem_of(content.encode(), file) == line
