"""A file as blocks: nothing of it is dropped, and a change of a literal replaces its own characters alone."""

from decimal import Decimal

import pytest

from tests.workbench.editor.whole import FILES
from workbench.blocks import Block, LiteralValue, NotChanged, blocks_of, literal_at, literal_of, with_literal
from workbench.editor import FILE_SCHEMAS, read_vocabulary, schema_of

VOCABULARY, _ = read_vocabulary(FILES)
SCHEMA = schema_of(FILE_SCHEMAS["reactor"], VOCABULARY)
PATH = "reactors/x.yaml"
TEXT = """\
# Kept.
reactor: x   # its name
on: purchase
when:
  and:
    - {">=": [{var: event.body.total}, 20]}   # twenty
    - {unheard_of: ["ż", 'it''s']}
then:
  - award_points: {points: 1.50, wallet: points}
  - call_webhook: {url: "https://x.example", body: {yes: true}}
"""


def drawn(text: str = TEXT) -> Block:
    found = blocks_of(PATH, text, SCHEMA)
    assert found is not None
    return found


def literals(block: Block) -> list[LiteralValue | None]:
    own = [block.value] if block.kind == "literal" else []
    return [*own, *(value for each in block.blocks for value in literals(each))]


def changed(text: str, old: str, value: LiteralValue) -> str:
    before = text.split(old)[0]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return with_literal(PATH, text, line, column, value)


def test_every_part_is_a_block_also_one_that_no_rule_knows() -> None:
    whole = drawn()

    values = [
        "x",
        "purchase",
        "event.body.total",
        20,
        "ż",
        "it's",
        Decimal("1.50"),
        "points",
        "https://x.example",
        True,
    ]
    assert literals(whole) == values
    when = next(each for each in whole.blocks if each.label.startswith("when"))
    assert (when.kind, when.label, [each.label for each in when.blocks]) == ("operator", "when: and", [">=", ""])
    assert when.blocks[0].blocks[0].kind == "path"
    assert when.blocks[1].blocks[0].label == "unheard_of"
    assert "event.body.total" in (literal_at(whole, 6, 21) or whole).choices
    assert "ping" in (literal_at(whole, 3, 5) or whole).choices


def test_what_spans_lines_is_shown_and_changed_in_the_text_alone() -> None:
    text = "reactor: &a x\ntitle: >\n  long\n  text\non: *a\n"

    kinds = {each.label: each.kind for each in drawn(text).blocks}

    assert kinds == {"reactor": "text", "title": "text", "on": "text"}
    with pytest.raises(NotChanged):
        changed(text, "*a", "y")


@pytest.mark.parametrize(
    ("old", "value", "new"),
    [
        ("20]}   #", 35, "35]}   #"),
        ("1.50", Decimal("2.25"), "2.25"),
        ("purchase\n", "app_login", "app_login\n"),
        ("purchase\n", "a: b # c", '"a: b # c"\n'),
        ("purchase\n", "true", '"true"\n'),
        ("purchase\n", "12", '"12"\n'),
        ("'it''s'", "that's", "'that''s'"),
        ('"ż"', 'ż\n"', '"ż\\n\\""'),
        ("true}", False, "false}"),
        ("event.body.total", "event.body.channel", "event.body.channel"),
    ],
)
def test_a_change_replaces_its_own_characters_alone(old: str, value: LiteralValue, new: str) -> None:
    tail = old[len(old.rstrip("\n]}# ")) :] if not new.endswith(old[-1]) else ""

    assert changed(TEXT, old, value) == TEXT.replace(old, new + tail, 1)


def test_a_place_without_a_literal_is_not_changed() -> None:
    for line, column in ((1, 1), (2, 1), (2, 2), (99, 1), (4, 1)):
        with pytest.raises(NotChanged):
            with_literal(PATH, TEXT, line, column, 1)
    for path, text in (("reactors/x.json", '{"a": 1'), (PATH, "a: [")):
        assert blocks_of(path, text, SCHEMA) is None
        with pytest.raises(NotChanged):
            with_literal(path, text, 1, 4, 1)


JSON_PATH = "reactors/x.json"
JSON = r"""{
  "reactor": "x",   "on": "purchase",
	"when": {"and": [{">=": [{"var": "event.body.total"}, 20]}, {"unheard_of": ["ż\u0142", "a \" 1"]}]},
  "then": [{"award_points": {"points": 1.50}}, {"call_webhook": {"url": "https:\/\/x.example", "body": {"yes": true}}}]
}"""


def test_json_is_drawn_as_yaml_is() -> None:
    whole = blocks_of(JSON_PATH, JSON, SCHEMA)

    assert whole is not None
    values = ["x", "purchase", "event.body.total", 20, "żł", 'a " 1', Decimal("1.50"), "https://x.example", True]
    assert literals(whole) == values
    assert "ping" in (literal_at(whole, 2, 27) or whole).choices
    assert (
        "event.body.total"
        in (literal_at(whole, 3, JSON.splitlines()[2].index('"event.body.total"') + 1) or whole).choices
    )


@pytest.mark.parametrize(
    ("old", "value", "new"),
    [
        ('"purchase"', "ping", '"ping"'),
        ('"żł"'.replace("ł", r"\u0142"), 'say "ł"\n', r'"say \"ł\"\n"'),
        ("20]", Decimal("2.5"), "2.5]"),
        ("1.50", 7, "7"),
        ("true", False, "false"),
        (r'"https:\/\/x.example"', "https://y.example", '"https://y.example"'),
    ],
)
def test_a_literal_of_json_is_replaced_alone(old: str, value: LiteralValue, new: str) -> None:
    line, column = JSON.split(old)[0].count("\n") + 1, JSON.index(old) - JSON.rfind("\n", 0, JSON.index(old))

    assert with_literal(JSON_PATH, JSON, line, column, value) == JSON.replace(old, new, 1)


def test_a_key_of_json_and_what_stands_elsewhere_is_not_changed() -> None:
    for line, column in ((2, 3), (1, 1), (3, 10), (9, 9)):
        with pytest.raises(NotChanged):
            with_literal(JSON_PATH, JSON, line, column, "y")


def test_a_field_is_read_as_the_literal_that_it_replaces() -> None:
    read = [literal_of("7", 1), literal_of("7.5", 1), literal_of("true", False), literal_of("7", "x")]
    assert read == [7, Decimal("7.5"), True, "7"]
    for text, before in (("x", 1), ("1e9", 1), ("yes", True), ("", 1)):
        with pytest.raises(NotChanged):
            literal_of(text, before)
