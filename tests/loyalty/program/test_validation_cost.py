"""The work of validating a body never exceeds what its schema was said to cost, whatever the body holds."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from loyalty.program.applied_schemas import UNBOUNDED
from loyalty.program.body_schema import MOST_WORK_PER_VALUE, BodySchema
from loyalty.program.validation_cost import DEEPEST, ValidationCost

SELF = {"$ref": "#"}
KIT = {"type": "object", "properties": {"kind": {"const": "kit"}, "items": {"items": {"$ref": "#/$defs/line"}}}}
BUNDLE = {"type": "object", "properties": {"kind": {"const": "set"}, "items": {"items": {"$ref": "#/$defs/line"}}}}
LINES = {"properties": {"items": {"items": {"$ref": "#/$defs/line"}}}}


def lines(line: dict[str, Any]) -> dict[str, Any]:
    """A basket of lines, each of which may hold lines."""
    return {**LINES, "$defs": {"line": line, "kit": KIT, "bundle": BUNDLE}}


ONE_OF = lines({"oneOf": [{"$ref": "#/$defs/kit"}, {"$ref": "#/$defs/bundle"}]})
IF_THEN = lines(
    {
        "if": {"properties": {"kind": {"const": "kit"}}},
        "then": {"$ref": "#/$defs/kit"},
        "else": {"$ref": "#/$defs/bundle"},
    }
)
BESIDE = lines({**LINES, "oneOf": [{"properties": {"kind": {"const": kind}}} for kind in ("kit", "set")]})
FAN_OUT = {
    "properties": {"a": {"$ref": "#/$defs/0"}},
    "$defs": {str(n): {"allOf": [{"$ref": f"#/$defs/{n + 1}"}] * 2} for n in range(18)} | {"18": {"type": "string"}},
}


@pytest.mark.parametrize(
    ("schema", "path"),
    [
        pytest.param(ONE_OF, ("$defs", "line", "oneOf"), id="two alternatives that contain both"),
        pytest.param({"properties": {"a": {"anyOf": [SELF, SELF]}}}, ("properties", "a", "anyOf"), id="anyOf"),
        pytest.param({"properties": {"a": {"allOf": [SELF, SELF]}}}, ("properties", "a", "allOf"), id="allOf"),
        pytest.param({"properties": {"a": SELF}, "not": {"properties": {"a": SELF}}}, ("not",), id="not"),
        pytest.param({"properties": {"a": SELF}, "if": {"properties": {"a": SELF}}, "then": {}}, ("if",), id="if"),
        pytest.param({"items": SELF, "contains": SELF}, ("contains",), id="contains"),
        pytest.param(
            {"additionalProperties": SELF, "patternProperties": {"a": SELF}}, ("patternProperties",), id="names"
        ),
        pytest.param(
            {"allOf": [{"properties": {"a": SELF}}], "unevaluatedProperties": False}, ("allOf",), id="unevaluated"
        ),
        pytest.param(
            {"properties": {"a": SELF}, "dependentSchemas": {"b": {"properties": {"a": SELF}}}},
            ("dependentSchemas",),
            id="dependentSchemas",
        ),
        pytest.param(FAN_OUT, ("$defs", "0", "allOf"), id="references that multiply"),
        pytest.param(
            {"properties": {"a": {"pattern": "(?:.{0,999}){0,9}z"}}}, ("properties", "a", "pattern"), id="pattern"
        ),
    ],
)
def test_a_schema_whose_work_multiplies_is_found_with_the_keyword_that_does_it(
    schema: dict[str, Any], path: tuple[str, ...]
) -> None:
    assert BodySchema(schema).costly_part() == path


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param(IF_THEN, id="the alternatives by if, then and else"),
        pytest.param(BESIDE, id="the common fields beside oneOf"),
        pytest.param({"properties": {"a": {"anyOf": [SELF, {"type": "null"}]}}}, id="one alternative that recurs"),
        pytest.param({"properties": {"left": SELF, "right": SELF}}, id="a tree"),
        pytest.param({"properties": {"a": SELF}, "additionalProperties": SELF}, id="either of two fields"),
        pytest.param({"properties": {"a": SELF}, "unevaluatedProperties": False}, id="unevaluatedProperties"),
        pytest.param({"properties": {f"p{n}": {"oneOf": [{}, {}]} for n in range(2_000)}}, id="many fields"),
        pytest.param({"properties": {"a": {"pattern": r"^[\w .-]{1,4000}$"}}}, id="a class that is repeated"),
        pytest.param({"properties": {"a": {"pattern": "^([A-Z]{3}-){1,20}[0-9]{6}$"}}}, id="a short pattern"),
    ],
)
def test_a_schema_that_looks_at_each_value_a_few_times_costs_the_same_at_any_depth(schema: dict[str, Any]) -> None:
    cost = ValidationCost(schema)

    assert BodySchema(schema).costly_part() is None
    assert cost.work(5).visits == cost.work(DEEPEST).visits < 20


def test_a_schema_that_is_too_large_to_analyse_counts_as_unbounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loyalty.program.applied_schemas.MOST_STEPS", 100)
    schema = {"allOf": [{"properties": {f"p{n}": {"minimum": n}}} for n in range(200)]}

    assert ValidationCost(schema).work().visits == UNBOUNDED
    assert BodySchema(schema).costly_part() == ("allOf",)


# -- generated schemas: what a validator does is counted by a keyword in each of them


class Visits:
    """A keyword that counts how often the schemas with it are applied."""

    count = 0

    def __init__(self, *_: Any) -> None:
        pass

    def validate(self, _: Any) -> None:
        Visits.count += 1


NAMES = ("a", "b")
DEFINITIONS = ("one", "two", "three")


def schemas(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    leaf = st.one_of(
        st.sampled_from([{}, {"type": "object"}, {"type": "null"}, {"const": 1}, {"type": "array"}]),
        st.sampled_from(DEFINITIONS).map(lambda name: {"$ref": f"#/$defs/{name}"}),
    )
    if not depth:
        return leaf
    inner = schemas(depth - 1)
    several = st.lists(inner, min_size=1, max_size=2)
    named = st.dictionaries(st.sampled_from(NAMES), inner, max_size=2)
    return st.one_of(
        leaf,
        st.fixed_dictionaries(
            {},
            optional={
                **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), several),
                **dict.fromkeys(("properties", "dependentSchemas", "patternProperties"), named),
                **dict.fromkeys(("not", "if", "then", "else", "items", "contains", "additionalProperties"), inner),
                "unevaluatedProperties": inner,
                "unevaluatedItems": inner,
            },
        ).filter(lambda schema: len(schema) < 5),
    )


def whole_schemas() -> st.SearchStrategy[dict[str, Any]]:
    definitions = st.fixed_dictionaries({name: schemas(2) for name in DEFINITIONS})
    return st.builds(lambda root, defs: {**root, "$defs": defs}, schemas(2), definitions)


def bodies() -> st.SearchStrategy[Any]:
    return st.recursive(
        st.sampled_from([None, 1]),
        lambda inner: st.one_of(
            st.dictionaries(st.sampled_from((*NAMES, "c")), inner, max_size=3), st.lists(inner, max_size=2)
        ),
        max_leaves=12,
    ).flatmap(lambda body: st.integers(0, 8).map(lambda times: nested(body, times)))


def nested(body: Any, times: int) -> Any:
    """A body around itself, so that it is deep."""
    for number in range(times):
        body = [body] if number % 3 == 2 else {"a": body, "b": None}
    return body


def counted(schema: Any, *, at: str = "schema") -> Any:
    """The schema with the counting keyword in every schema inside it, as the analysis counts them."""
    if not isinstance(schema, dict):
        return schema
    named = ("properties", "dependentSchemas", "patternProperties", "$defs")
    counted_inner = {
        word: {name: counted(each) for name, each in inner.items()}
        if word in named
        else [counted(each) for each in inner]
        if isinstance(inner, list)
        else counted(inner)
        for word, inner in schema.items()
    }
    return counted_inner if list(schema) == ["$ref"] else {**counted_inner, "visits": True}


def parts(value: Any, depth: int = 0) -> Iterator[int]:
    """The depth of every value in a value."""
    yield depth
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts(each, depth + 1)


@settings(max_examples=150, deadline=None)
@given(whole_schemas(), bodies())
def test_no_body_is_visited_more_often_than_its_schema_costs(schema: dict[str, Any], body: Any) -> None:
    cost = ValidationCost(schema)
    assume(cost.work().visits < MOST_WORK_PER_VALUE.visits)  # others are refused, and may not even end
    validator = jsonschema_rs.Draft202012Validator(counted(schema), keywords={"visits": Visits}, offline=True)
    depths = list(parts(body))

    Visits.count = 0
    validator.is_valid(body)

    assert Visits.count <= cost.work(max(depths)).visits * len(depths)
