"""What is proposed at a position, in the program of the whole language."""

import pytest

from tests.workbench.editor.whole import FILES
from workbench.editor import FILE_SCHEMAS, read_vocabulary, schema_of
from workbench.editor.completion import Completion, complete

VOCABULARY, _ = read_vocabulary(FILES)
SCHEMA = schema_of(FILE_SCHEMAS["reactor"], VOCABULARY)
HEAD = "reactor: x\non: purchase\n"


def completed(text: str, path: str = "reactors/x.yaml") -> Completion:
    """What is proposed at `|`."""
    before = text.split("|")[0]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return complete(path, text.replace("|", ""), line, column, SCHEMA)


def proposed(text: str, path: str = "reactors/x.yaml") -> list[str]:
    """The labels at `|`."""
    return [each.label for each in completed(text, path).proposals]


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


JSON = '{\n  "reactor": "x",\n  "on": "purchase",\n  '


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("{|}", '"reactor"'),
        ("{|", '"reactor"'),
        ('{"|"}', '"reactor"'),
        ('{"reactor": "x", "on": "pu|"}', '"purchase"'),
        ('{"reactor": "x", "on": "pu|', '"purchase"'),
        ('{"reactor": "x", "on": |}', '"purchase"'),
        (JSON + '"wh|"\n}', '"when"'),
        (JSON + '"wh|"\n  "then": []\n}', '"when"'),
        (JSON + '"then": []\n  "wh|"\n}', '"when"'),
        (JSON + '"wh|": true\n}', '"when"'),
        (JSON + '"when": {|}\n}', '"and"'),
        (JSON + '"when": {">=": [{"var": "event.bo|"}, 20]}\n}', '"event.body.total"'),
        (JSON + '"when": {">=": [{"var": "event.bo|', '"event.body.total"'),
        (JSON + '"then": [{"aw|"}]\n}', '"award_points"'),
        (JSON + '"then": [{"award_points": {"points": 1, "wallet": "|"}}]\n}', '"points"'),
        (JSON + '"limits": [{"per": "|"}]\n}', '"member"'),
        (JSON + '"title": "a \\"b\\" {",\n  "wh|"\n}', '"when"'),
    ],
)
def test_what_can_be_written_in_json_is_proposed_with_its_quotes(text: str, label: str) -> None:
    assert label in proposed(text, "reactors/x.json")


def test_a_text_of_json_is_replaced_with_its_quotes() -> None:
    whole, opened, outside = (
        completed(text, "reactors/x.json") for text in ('{"on": "pu|"}', '{"on": "pu|', '{"on": |}')
    )

    assert [(each.start, each.end) for each in (whole, opened, outside)] == [(8, 12), (8, 11), (8, 8)]


def test_true_and_false_have_no_quotes_in_json() -> None:
    text = JSON + '"then": [{"award_points": {"points": 1, "qualifies": |}}]}'

    assert {"true", "false"} <= set(proposed(text, "reactors/x.json"))


@pytest.mark.parametrize("text", ["|", "{]|", '"|', '{"a": "b|c\\"', "{" * 2000 + "|", "\ufeff{|}"])
def test_a_json_file_that_makes_no_sense_breaks_nothing(text: str) -> None:
    assert set(proposed(text, "reactors/x.json")) <= set(proposed("{|}", "reactors/x.json"))
