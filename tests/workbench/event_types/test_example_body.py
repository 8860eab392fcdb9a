"""Examples of bodies: they fit their schema, or are empty."""

import pytest

from loyalty.program.body_schema import BodySchema
from workbench.event_types.example_body import example_body


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (
            {
                "type": "object",
                "required": ["total"],
                "properties": {
                    "total": {"type": "number", "minimum": 5},
                    "channel": {"enum": ["web", "store"]},
                    "paid": {"type": "boolean"},
                    "on": {"type": "string", "format": "date"},
                    "items": {"type": "array", "items": {"type": "object", "properties": {"sku": {"type": "string"}}}},
                },
            },
            {"total": 5, "channel": "web", "paid": True, "on": "2026-01-31", "items": [{"sku": "text"}]},
        ),
        (
            {
                "type": "object",
                "required": ["age"],
                "properties": {"age": {"type": ["integer", "null"]}, "code": {"type": "string", "pattern": "^[0-9]+$"}},
            },
            {"age": 1},  # not every field: no text fits the pattern
        ),
        ({"type": "object", "required": ["code"], "properties": {"code": {"pattern": "^[0-9]+$"}}}, {}),
        (
            {"type": "object", "properties": {"a": {"const": 3}, "b": {"default": "x"}, "c": True}},
            {"a": 3, "b": "x", "c": "text"},
        ),
        ({"type": "object", "properties": {"a": {"type": "string", "minLength": 6}}}, {"a": "textxx"}),
        ({"type": "object"}, {}),
        (True, {}),
        ({"type": "array"}, {}),
    ],
)
def test_an_example_fits_its_schema(schema: object, expected: object) -> None:
    assert example_body(BodySchema(schema)) == expected


def test_a_schema_that_refers_to_itself_has_an_example() -> None:
    tree = {"type": "object", "properties": {"left": {"$ref": "#/$defs/tree"}}}
    schema = {"$defs": {"tree": tree}, **tree}

    assert BodySchema(schema).is_valid(example_body(BodySchema(schema)))
