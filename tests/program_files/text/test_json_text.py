"""JSON as JSON, with places."""

from decimal import Decimal
from typing import Any

import pytest

from program_files.text.json_text import read_json
from program_files.text.problems import Problems, Unreadable


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r'"\ud83d\ude00 \/ \u00e9"', "😀 / é"),
        ("1.10", Decimal("1.10")),
        ("-0", 0),
        ("1E2", Decimal("1E2")),
        ("{}", {}),
        ("[]", []),
        ('\t{"a"\n:\r\n[true,false , null]}\n', {"a": [True, False, None]}),
        ('"]"', "]"),
        ('["}", {"a": ","}]', ["}", {"a": ","}]),
        ('{"' + "k" * 2000 + '": 1}', {"k" * 2000: 1}),
        ('"\x7f"', "\x7f"),
    ],
)
def test_values_are_those_of_json(text: str, value: Any) -> None:
    found = read_json("f.json", text, Problems()).plain()

    assert (found, str(found)) == (value, str(value))


def test_columns_count_characters_from_1() -> None:
    node = read_json("f.json", '{\n  "😀": ["é", {"y": 1}]}', Problems())

    assert str(node.keys["😀"]) == "f.json:2:3"
    assert str(node.place_of(("😀", 1, "y"))) == "f.json:2:20"


@pytest.mark.parametrize(
    "text", ["[1,]", "{'a': 1}", "[1 2]", '{"a" 1}', "tru", "01", '"\n"', "1 2", "[", "{", "]", "+1", "Infinity"]
)
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(Unreadable) as raised:
        read_json("f.json", text, Problems())

    assert raised.value.problem.code == "not-json"


def test_a_file_of_too_many_values_is_refused() -> None:
    with pytest.raises(Unreadable) as raised:
        read_json("f.json", "[" + "0," * 100_000 + "0]", Problems())

    assert str(raised.value.problem.place) == "f.json:1:200000"
