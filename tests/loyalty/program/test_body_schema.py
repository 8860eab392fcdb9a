"""A body is validated in bounded work, also by a schema that was deployed before such schemas were refused."""

from typing import Any

import pytest

from loyalty.program.body_schema import MOST_ERRORS, BodySchema

LINE = {"$ref": "#/$defs/line"}
ALTERNATIVES = {
    "properties": {"items": {"items": LINE}},
    "$defs": {
        "line": {"oneOf": [{"$ref": "#/$defs/kit"}, {"$ref": "#/$defs/set"}]},
        "kit": {"required": ["kind"], "properties": {"kind": {"const": "kit"}, "items": {"items": LINE}}},
        "set": {"required": ["kind"], "properties": {"kind": {"const": "set"}, "items": {"items": LINE}}},
    },
}


def kits(depth: int) -> dict[str, Any]:
    """Kits inside one another, the innermost of an unknown kind."""
    body: dict[str, Any] = {"kind": "?"}
    for _ in range(depth):
        body = {"kind": "kit", "items": [body]}
    return body


def test_a_shallow_body_is_validated_by_a_schema_that_is_refused_today() -> None:
    schema = BodySchema(ALTERNATIVES)

    assert list(schema.faults({"items": [{"kind": "kit", "items": [{"kind": "set"}]}]})) == []
    assert [fault.path for fault in schema.faults(kits(2))] == [("items", 0)]


@pytest.mark.parametrize(
    ("schema", "body"),
    [
        pytest.param(ALTERNATIVES, kits(30), id="alternatives"),
        pytest.param(
            {"properties": {"a": {"anyOf": [{"$ref": "#"}] * 2}}, "type": "object"}, kits(31), id="a deep body"
        ),
        pytest.param({"properties": {"a": {"pattern": "(?:.{0,999}){0,9}z"}}}, {"a": "b" * 40_000}, id="a long text"),
        pytest.param(
            {"properties": {"a": {"items": {"pattern": ".*a.{999}z"}}}}, {"a": ["b" * 99] * 99}, id="many texts"
        ),
        pytest.param({"patternProperties": {".*a.{500}z": {}}}, {"b" * 9_000: 1}, id="a long name"),
        pytest.param({"items": {"oneOf": [{"const": n} for n in range(900)]}}, [-1] * 40_000, id="many alternatives"),
    ],
)
def test_a_body_that_could_take_long_is_refused_without_being_validated(schema: dict[str, Any], body: Any) -> None:
    (fault,) = BodySchema(schema).faults(body)

    assert fault.path == ()
    assert fault.message.startswith("the body is too large for its schema")
    assert not BodySchema(schema).is_valid(body)


def test_texts_of_fields_without_a_pattern_do_not_count() -> None:
    schema = BodySchema({"properties": {"sku": {"pattern": "^([A-Z]{3}-){1,20}[0-9]{6}$"}, "note": {}}})

    assert schema.is_valid({"sku": "ABC-123456", "note": "a" * 200_000})


@pytest.mark.parametrize(
    ("schema", "body"),
    [
        pytest.param({"items": {"type": "string"}}, [1] * 100_000, id="one in each item"),
        pytest.param({"items": {"required": [f"p{n}" for n in range(500)]}}, [{}] * 20_000, id="many in each item"),
        pytest.param(
            {"items": {"anyOf": [{"required": ["a", "b"]}, {"type": "null"}]}}, [{}] * 9_000, id="alternatives"
        ),
        pytest.param({"required": [f"p{n}" for n in range(900)]}, {"note": "a" * 200_000}, id="a long body in each"),
    ],
)
def test_errors_that_would_be_too_many_are_not_listed(schema: dict[str, Any], body: Any) -> None:
    found = BodySchema(schema)

    (fault,) = found.faults(body)  # a list of all would take minutes

    assert "too large to say where" in fault.message


def test_the_errors_of_a_basket_of_hundreds_of_lines_are_listed() -> None:
    line = {
        "type": "object",
        "required": ["sku", "price"],
        "properties": {"sku": {"type": "string"}, "price": {"minimum": 0}},
    }
    basket = {"lines": [{"sku": f"sku-{n}", "price": -1 if n == 199 else n} for n in range(200)]}

    (fault,) = BodySchema({"properties": {"lines": {"items": line}}}).faults(basket)

    assert fault.path == ("lines", 199, "price")
    assert MOST_ERRORS > 200
