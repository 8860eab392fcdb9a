"""What is proposed at a position, in the program of the whole language."""

import pytest

from tests.workbench.editor.whole import FILES
from workbench.editor import FILE_SCHEMAS, read_vocabulary, schema_of
from workbench.editor.completion import complete

VOCABULARY, _ = read_vocabulary(FILES)
SCHEMA = schema_of(FILE_SCHEMAS["reactor"], VOCABULARY)
HEAD = "reactor: x\non: purchase\n"


def proposed(text: str) -> list[str]:
    """The labels at `|`."""
    before = text.split("|")[0]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return [each.label for each in complete("reactors/x.yaml", text.replace("|", ""), line, column, SCHEMA).proposals]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("|", "reactor"),
        ("reactor: x\non: pu|", "purchase"),
        (HEAD + "wh|\n", "when"),
        (HEAD + "when:\n  |\n", "and"),
        (HEAD + 'when: {">=": [{var: event.bo|}, 20]}\n', "event.body.total"),
        (HEAD + "then:\n  - aw|\n", "award_points"),
        (HEAD + "then:\n  |\n", "award_points"),
        (HEAD + "then:\n  - award_points: {points: 1, |}\n", "wallet"),
        (HEAD + "then:\n  - award_points:\n      points: 1\n      wallet: |\n", "points"),
        (HEAD + "limits:\n  - {per: |}\n", "member"),
    ],
)
def test_what_can_be_written_is_proposed(text: str, label: str) -> None:
    assert label in proposed(text)


def test_a_key_that_is_there_is_not_proposed_again() -> None:
    assert "on" not in proposed(HEAD + "|\n")


def test_the_word_at_the_position_is_replaced_as_a_whole() -> None:
    found = complete("reactors/x.yaml", HEAD + "when: {var: event.bo.x}\n", 3, 17, SCHEMA)

    assert (found.start, found.end) == (13, 23)


def test_a_file_that_cannot_be_read_has_no_proposals() -> None:
    assert proposed(HEAD + "when: {{{|") == []
