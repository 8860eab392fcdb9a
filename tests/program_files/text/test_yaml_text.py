"""YAML 1.2 scalars, exact places, bombs that do not go off."""

from decimal import Decimal
from typing import Any

import pytest

from program_files.text.nodes import Node
from program_files.text.problems import Problems, Unreadable
from program_files.text.yaml_text import read_yaml


def read(text: str) -> Node:
    """The document of a text without problems."""
    problems = Problems()
    node = read_yaml("f.yaml", text, problems)
    assert problems.found == []
    return node


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("12:30:00", "12:30:00"),
        ("2026-01-01", "2026-01-01"),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("+7", 7),
        ("1.10", Decimal("1.10")),
        (".5", Decimal("0.5")),
        ("1e3", Decimal("1e3")),
        ("0.1000000000000000055", Decimal("0.1000000000000000055")),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("null", None),
        ("'1'", "1"),
        ('"true"', "true"),
        ("|\n  1\n", "1\n"),
        ("=", "="),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: Any) -> None:
    found = read(f"a: {text}\n").plain()["a"]

    assert (found, type(found), str(found)) == (value, type(value), str(value))


def test_columns_count_characters_from_1() -> None:
    node = read("\ufeff# é\n😀ż: [x, {y: 1}]\n".removeprefix("\ufeff"))

    assert str(node.keys["😀ż"]) == "f.yaml:2:1"
    assert str(node.place_of(("😀ż", 0))) == "f.yaml:2:6"
    assert str(node.place_of(("😀ż", 1, "y"))) == "f.yaml:2:13"
    assert str(node.place_of(("😀ż", 1, "y"), of_key=True)) == "f.yaml:2:10"
    assert str(node.place_of(("😀ż", 1, "z", 3))) == "f.yaml:2:9"


def test_an_alias_stands_for_its_value() -> None:
    node = read("a: &x [1, 2]\nb: [*x, *x]\n")

    assert node.plain() == {"a": [1, 2], "b": [[1, 2], [1, 2]]}
    assert node.size == 11


@pytest.mark.parametrize("levels", [6, 30])
def test_an_alias_bomb_is_stopped_where_it_passes_the_bound(levels: int) -> None:
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, levels)
    )

    with pytest.raises(Unreadable) as raised:
        read_yaml("f.yaml", bomb, Problems())

    assert raised.value.problem.code == "too-many-values"
    assert raised.value.problem.place.line == 6


def test_keys_are_texts_as_they_are_written() -> None:
    node = read("1.10: a\ntrue: b\n010: c\n'<<': d\n")

    assert node.plain() == {"1.10": "a", "true": "b", "010": "c", "<<": "d"}
