"""A `$ref` is resolved inside its document."""

from typing import Any

import pytest

from rules.json_pointer import json_part, resolve

DOCUMENT: dict[str, Any] = {
    "$defs": {"item": {"type": "text"}, "a/b": 1, "c~d": 2, "e f": 3, "no": False},
    "anyOf": [{"type": "number"}, {"items": ["x"]}],
}


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("#", DOCUMENT),
        ("#/$defs/item", {"type": "text"}),
        ("#/anyOf/1/items/0", "x"),
        ("#/$defs/a~1b", 1),
        ("#/$defs/c~0d", 2),
        ("#/$defs/e%20f", 3),
        ("#/$defs/no", False),
        ("#/$defs/nothing", None),
        ("#/anyOf/2", None),
        ("#/anyOf/-1", None),
        ("#/$defs/item/type/deeper", None),
        ("#item", None),
        ("other.json#/$defs/item", None),
        ("", None),
    ],
)
def test_a_reference_leads_to_its_value_or_nowhere(reference: str, expected: object) -> None:
    found = resolve(DOCUMENT, reference, json_part)

    assert found == expected
