import pytest

from rules.types import (
    ABSENT,
    ANY,
    BOOLEAN,
    DATED_TEXT,
    NEVER,
    NULL,
    NUMBER,
    TEXT,
    Number,
    Record,
    array,
    nullable,
    one_of,
    optional,
    record,
    step_into,
    type_of_schema,
    union,
)

OBJECT = {"type": "object"}


@pytest.mark.parametrize(
    ("schema", "type_"),
    [
        (True, ANY),
        (False, NEVER),
        ({}, ANY),
        ({"type": "integer"}, NUMBER),
        ({"type": "number", "exclusiveMinimum": 0}, Number(zero=False)),
        ({"type": "number", "minimum": 0}, NUMBER),
        ({"type": "boolean"}, BOOLEAN),
        ({"type": "null"}, NULL),
        ({"type": ["string", "null"]}, nullable(TEXT)),
        ({"type": "string", "format": "date-time"}, DATED_TEXT),
        ({"type": "string", "format": "date"}, DATED_TEXT),
        ({"type": "string", "format": "email"}, TEXT),
        ({"enum": ["a", "b", None]}, one_of("a", "b", None)),
        ({"const": "a"}, one_of("a")),
        ({"type": "string", "enum": ["a", 1]}, one_of("a")),
        ({"type": "array", "items": {"type": "string"}}, array(TEXT)),
        ({"items": {"type": "string"}}, array(TEXT)),
        ({"type": "array"}, array(ANY)),
        ({"type": "array", "prefixItems": [{"type": "null"}], "items": False}, array(NULL)),
        ({"anyOf": [{"type": "string"}, {"type": "number"}]}, union(TEXT, NUMBER)),
        ({"oneOf": [{"const": "a"}, {"const": "b"}]}, one_of("a", "b")),
        ({"allOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]}, one_of("b")),
        ({"type": "string", "anyOf": [{"type": "string"}, {"type": "null"}]}, TEXT),
        ({"$ref": "https://example.com/other"}, ANY),
        ({"$ref": "#/$defs/none"}, ANY),
        ({"type": "unheard-of"}, ANY),
        ({**OBJECT, "properties": {"a": {"type": "string"}}}, record({"a": optional(TEXT)})),
        ({"properties": {"a": {"type": "string"}}, "required": ["a"]}, record({"a": TEXT})),
        ({**OBJECT, "properties": {"a": False}}, record({"a": ABSENT})),
        ({**OBJECT, "required": ["b"]}, record({"b": ANY})),
        ({**OBJECT}, record({}, others=ANY)),
        ({**OBJECT, "additionalProperties": False}, record({})),
        ({**OBJECT, "properties": {}, "additionalProperties": {"type": "number"}}, record({}, others=NUMBER)),
        ({**OBJECT, "patternProperties": {"^x": {"type": "number"}}}, record({}, others=NUMBER)),
    ],
    ids=str,
)
def test_a_schema_says_its_type(schema, type_):
    assert type_of_schema(schema) == type_


def test_references_are_followed():
    schema = {
        **OBJECT,
        "properties": {"item": {"$ref": "#/$defs/a~1b"}, "items": {"type": "array", "items": {"$ref": "#/$defs/a~1b"}}},
        "required": ["item"],
        "$defs": {"a/b": {**OBJECT, "properties": {"price": {"type": "number"}}, "required": ["price"]}},
    }

    item = record({"price": NUMBER})

    assert type_of_schema(schema) == record({"item": item, "items": optional(array(item))})


def test_a_schema_within_itself_ends_in_anything():
    tree = type_of_schema({**OBJECT, "properties": {"child": {"$ref": "#"}}})

    assert isinstance(tree, Record)
    assert step_into(tree, "child") is not None


def test_a_member_of_any_of_may_require_what_the_base_describes():
    schema = {
        **OBJECT,
        "properties": {"email": {"type": "string"}, "phone": {"type": "string"}},
        "anyOf": [{"required": ["email"]}, {"required": ["phone"]}],
    }

    email_or_phone = type_of_schema(schema)

    assert email_or_phone == union(
        record({"email": TEXT, "phone": optional(TEXT)}), record({"email": optional(TEXT), "phone": TEXT})
    )


def test_a_discriminated_union_keeps_its_members():
    schema = {
        "oneOf": [
            {"properties": {"kind": {"const": "card"}, "number": {"type": "string"}}, "required": ["kind", "number"]},
            {"properties": {"kind": {"const": "cash"}}, "required": ["kind"]},
        ]
    }

    payment = type_of_schema(schema)

    assert step_into(payment, "number") == optional(TEXT)
    assert step_into(payment, "kind") == one_of("card", "cash")
