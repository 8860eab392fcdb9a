"""The bounds of a rule's result, from the schema of what it reads."""

from decimal import Decimal
from typing import Any

import pytest

import rules
from rules.types import NUMBER, record, type_of_schema

BODY = {
    "type": "object",
    "required": ["total", "free", "size"],
    "properties": {
        "total": {"type": "number", "minimum": 0, "maximum": 100},
        "free": {"type": "number"},
        "size": {"enum": [1, 2, 3]},
        "tip": {"type": "number", "minimum": -2},
        "note": {"type": "string"},
    },
}
SCOPE = record({"event": record({"body": type_of_schema(BODY)}), "member": record({"points": NUMBER})})
TOTAL, FREE, SIZE = ({"var": f"event.body.{name}"} for name in ("total", "free", "size"))
ANY = Decimal("Infinity")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (5, (5, 5)),
        (TOTAL, (0, 100)),
        (FREE, (-ANY, ANY)),
        (SIZE, (1, 3)),
        ({"*": [TOTAL, 2, SIZE]}, (0, 600)),
        ({"*": [TOTAL, -1]}, (-100, 0)),
        ({"*": [FREE, 0]}, (0, 0)),
        ({"-": [TOTAL, 30]}, (-30, 70)),
        ({"-": [TOTAL]}, (-100, 0)),
        ({"??": [TOTAL, 130]}, (0, 130)),
        ({"??": [TOTAL, FREE]}, (-ANY, ANY)),
        ({"-": [TOTAL, 30, TOTAL]}, (-130, 70)),
        ({"/": [TOTAL, SIZE, 2]}, (0, ANY)),
        ({"/": [TOTAL, SIZE, FREE]}, None),
        ({"+": [TOTAL, SIZE]}, (1, 103)),
        ({"/": [TOTAL, SIZE]}, (0, ANY)),
        ({"/": [TOTAL, FREE]}, None),
        ({"max": [0, FREE]}, (0, ANY)),
        ({"min": [TOTAL, 10]}, (0, 10)),
        ({"if": [{">": [FREE, 10]}, {"-": [FREE, 10]}, 0]}, (0, ANY)),
        ({"if": [{">": [TOTAL, 10]}, -5]}, (-5, -5)),
        ({"var": ["event.body.tip", 1]}, (-2, ANY)),
        ({"var": ["event.body.tip", {"var": "member.points"}]}, None),
        ({"length": [{"var": "event.body.note"}]}, (0, ANY)),
        ({"var": "member.points"}, None),
        ({"*": [TOTAL, {"var": "member.points"}]}, None),
        ({"var": "event.body.note"}, None),
        (True, None),
    ],
)
def test_the_bounds_of_a_rule(rule: Any, expected: tuple[Decimal, Decimal] | None) -> None:
    assert rules.bounds(rules.parse(rule), SCOPE, root="event") == expected
