import json

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
    ArrayType,
    NumberType,
    Range,
    RecordType,
    array,
    fits,
    intersection,
    narrowed,
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
        ({"type": "number", "exclusiveMinimum": 0}, NumberType(None, zero=False, within=Range(0, above=True))),
        ({"type": "number", "minimum": 0, "exclusiveMinimum": -1}, NumberType(within=Range(0))),
        ({"type": "number", "maximum": 5, "exclusiveMaximum": 5}, NumberType(within=Range(None, 5, below=True))),
        ({"type": "integer", "minimum": 1, "maximum": 1}, one_of(1)),
        ({"type": "integer", "minimum": 2, "maximum": 1}, NEVER),
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
        ({"type": "array", "items": {"type": "string"}, "minItems": 2}, ArrayType(TEXT, least=2)),
        ({"type": "array"}, array(ANY)),
        (
            {"type": "array", "prefixItems": [{"type": "null"}], "items": False},
            ArrayType(NULL, (NULL,), rest=NEVER, most=1),
        ),
        (
            {"type": "array", "prefixItems": [{"type": "null"}], "items": {"type": "string"}, "maxItems": 9},
            ArrayType(nullable(TEXT), (NULL,), rest=TEXT, most=9),
        ),
        ({"type": "array", "minItems": 2, "maxItems": 1}, NEVER),
        ({"anyOf": [{"type": "string"}, {"type": "number"}]}, union(TEXT, NUMBER)),
        ({"oneOf": [{"const": "a"}, {"const": "b"}]}, one_of("a", "b")),
        ({"allOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]}, one_of("b")),
        ({"type": "string", "anyOf": [{"type": "string"}, {"type": "null"}]}, TEXT),
        ({"$ref": "https://example.com/other"}, ANY),
        ({"$ref": "#/$defs/none"}, ANY),
        ({"type": "unheard-of"}, ANY),
        ({**OBJECT, "properties": {"a": {"type": "string"}}}, record({"a": optional(TEXT)}, open=True)),
        ({**OBJECT, "properties": {"a": {"type": "string"}}, "required": ["a"]}, record({"a": TEXT}, open=True)),
        ({**OBJECT, "properties": {"a": False}}, record({"a": ABSENT}, open=True)),
        ({**OBJECT, "properties": {"a": False}, "required": ["a"]}, NEVER),
        ({**OBJECT, "required": ["b"]}, record({"b": ANY}, open=True)),
        ({**OBJECT}, record({}, others=ANY)),
        ({**OBJECT, "additionalProperties": False}, record({})),
        ({**OBJECT, "properties": {}, "additionalProperties": {"type": "number"}}, record({}, others=NUMBER)),
        (
            {**OBJECT, "patternProperties": {"^x": {"type": "number"}}},
            RecordType((), None, open=True, prefixed=(("x", optional(NUMBER)),)),
        ),
        ({**OBJECT, "patternProperties": {"[a-c]": {"type": "number"}}}, record({}, others=ANY)),
        (
            {**OBJECT, "patternProperties": {"[a-c]": {"type": "number"}}, "additionalProperties": False},
            record({}, others=NUMBER),
        ),
    ],
    ids=str,
)
def test_a_schema_is_converted_to_a_type(schema, type_):
    assert type_of_schema(schema) == type_


def test_references_are_followed():
    schema = {
        **OBJECT,
        "properties": {"item": {"$ref": "#/$defs/a~1b"}, "items": {"type": "array", "items": {"$ref": "#/$defs/a~1b"}}},
        "required": ["item"],
        "$defs": {"a/b": {**OBJECT, "properties": {"price": {"type": "number"}}, "required": ["price"]}},
    }

    item = record({"price": NUMBER}, open=True)

    assert type_of_schema(schema) == record({"item": item, "items": optional(array(item))}, open=True)


def test_a_recursive_schema_is_expanded_a_few_times_and_then_any():
    schema = {**OBJECT, "properties": {"name": {"type": "string"}, "child": {"$ref": "#"}}}

    tree = type_of_schema(schema)

    assert at(tree, "child.child.child.child.child.name") == optional(TEXT)
    assert at(tree, ".".join(["child"] * 7)) == optional(ANY)


def test_a_branching_recursive_schema_is_expanded_fewer_times_and_its_siblings_are_read():
    fields = {"name": {"type": "string"}, **{f"child{n}": {"$ref": "#/$defs/tree"} for n in range(6)}}
    schema = {
        **OBJECT,
        "properties": {"tree": {"$ref": "#/$defs/tree"}, "other": {"type": "string"}},
        "$defs": {"tree": {**OBJECT, "properties": fields}},
    }

    found = type_of_schema(schema)

    assert at(found, "tree.child5.child5.name") == optional(TEXT)
    assert at(found, "other") == optional(TEXT)


def test_references_that_double_at_every_level_are_read_in_bounded_time():
    twice = {str(n): {**OBJECT, "properties": {key: {"$ref": f"#/$defs/{n + 1}"} for key in "ab"}} for n in range(60)}

    found = type_of_schema({"$ref": "#/$defs/0", "$defs": twice})

    assert isinstance(found, RecordType)


def test_combinations_that_multiply_are_read_in_bounded_time():
    one = {"anyOf": [{"properties": {"a": {"const": n}}, "required": ["a"]} for n in range(2)]}
    several = [json.loads(json.dumps(one).replace('"a"', f'"a{n}"')) for n in range(40)]

    found = type_of_schema({**OBJECT, "allOf": several})

    assert at(found, "a7") == one_of(0, 1)


def test_a_member_of_any_of_may_require_a_property_of_the_base():
    schema = {
        **OBJECT,
        "properties": {"email": {"type": "string"}, "phone": {"type": "string"}},
        "anyOf": [{"required": ["email"]}, {"required": ["phone"]}],
    }

    email_or_phone = type_of_schema(schema)

    assert email_or_phone == union(
        record({"email": TEXT, "phone": optional(TEXT)}, open=True),
        record({"email": optional(TEXT), "phone": TEXT}, open=True),
    )


CARD = {"properties": {"kind": {"const": "card"}, "number": {"type": "string"}}, "required": ["kind", "number"]}
CASH = {"properties": {"kind": {"const": "cash"}}, "required": ["kind"]}


def test_a_discriminated_union_keeps_its_variants():
    payment = type_of_schema({**OBJECT, "oneOf": [CARD, CASH]})

    by_card = narrowed(payment, ("kind",), lambda kind: intersection(kind, one_of("card")))

    assert at(payment, "kind") == one_of("card", "cash")
    assert at(payment, "number") == optional(ANY)  # cash that is open may have a number of any kind
    assert at(by_card, "number") == TEXT


def test_a_closed_member_of_one_of_has_no_other_fields():
    payment = type_of_schema({**OBJECT, "oneOf": [CARD, {**CASH, "additionalProperties": False}]})

    assert at(payment, "number") == optional(TEXT)


def test_properties_without_a_type_constrain_only_objects():
    found = type_of_schema({"properties": {"city": {"type": "string"}}, "required": ["city"]})

    assert at(found, "city") == optional(TEXT)
    assert at(found, "town") is None
    assert fits(NUMBER, found)


GIFT = {
    **OBJECT,
    "properties": {"kind": {"enum": ["sale", "gift"]}, "code": {"type": "string"}},
    "required": ["kind"],
    "if": {"properties": {"kind": {"const": "gift"}}},
    "then": {"required": ["code"]},
}


def test_then_applies_if_the_condition_holds():
    sale_or_gift = type_of_schema(GIFT)

    gift = narrowed(sale_or_gift, ("kind",), lambda kind: intersection(kind, one_of("gift")))
    sale = narrowed(sale_or_gift, ("kind",), lambda kind: intersection(kind, one_of("sale")))

    assert at(sale_or_gift, "code") == optional(TEXT)
    assert at(gift, "code") == TEXT
    assert at(sale, "code") == optional(TEXT)


def test_else_applies_if_the_condition_does_not_hold():
    schema = {**GIFT, "then": True, "else": {"properties": {"code": False}}}

    sale = narrowed(type_of_schema(schema), ("kind",), lambda kind: intersection(kind, one_of("sale")))

    assert at(sale, "code") == ABSENT


def test_an_absent_field_satisfies_if_unless_if_requires_it():
    without_kind = {**GIFT, "required": []}
    requiring = {**without_kind, "if": {**GIFT["if"], "required": ["kind"]}}

    absent = [narrowed(type_of_schema(each), ("kind",), no_more_than(ABSENT)) for each in (without_kind, requiring)]

    assert [at(each, "code") for each in absent] == [TEXT, optional(TEXT)]


def no_more_than(type_):
    return lambda found: intersection(found, type_)


def at(of, path):
    for step in path.split("."):
        of = of and step_into(of, step)
    return of


def test_items_is_the_type_after_the_prefix_items_and_false_ends_the_array():
    open_end = type_of_schema({"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "number"}})
    closed = type_of_schema({"type": "array", "prefixItems": [{"type": "string"}], "items": False})

    assert step_into(open_end, "0") == optional(TEXT)
    assert step_into(open_end, "1") == optional(NUMBER)
    assert step_into(closed, "1") is None


@pytest.mark.parametrize(
    ("word", "needs"), [("dependentRequired", ["y"]), ("dependentSchemas", {"required": ["y"]})], ids=str
)
def test_a_dependency_of_a_field_is_present_where_the_field_is(word, needs):
    fields = {"x": {"type": "number"}, "y": {"type": "string"}}
    schema = type_of_schema({"type": "object", "properties": fields, word: {"x": needs}})

    with_x = narrowed(schema, ("x",), lambda found: intersection(found, NUMBER))

    assert step_into(schema, "y") == optional(TEXT)
    assert step_into(with_x, "y") == TEXT
