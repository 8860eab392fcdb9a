"""Warnings of constant conditions are right: no event contradicts one."""

from datetime import UTC
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rules
from rules import types
from rules.compile import interpreted_trace
from rules.types import BOOLEAN
from rules.values import is_truthy
from tests.rules.effort import effort

ITEM = {
    "type": "object",
    "required": ["price", "kind"],
    "properties": {"price": {"type": "number", "minimum": 0}, "kind": {"enum": ["tea", "coffee"]}},
}
SCHEMA = {
    "type": "object",
    "required": ["total", "size", "flag", "sure", "items", "kind"],
    "properties": {
        "total": {"type": "number", "minimum": 0},
        "tip": {"type": "number", "exclusiveMinimum": 0, "maximum": 3},
        "size": {"enum": [1, 2, 3]},
        "channel": {"enum": ["web", "store"]},
        "coupon": {"type": ["string", "null"]},
        "flag": {"type": "boolean"},
        "sure": {"const": True},
        "items": {"type": "array", "minItems": 1, "items": ITEM},
        "more": {"type": "array", "items": ITEM},
        "kind": {"enum": ["sale", "gift"]},
        "code": {"type": "string"},
        "few": {"type": "array", "maxItems": 2, "items": {"type": "number"}},
    },
    "if": {"properties": {"kind": {"const": "gift"}}},
    "then": {"required": ["code"]},
    "else": {"properties": {"code": False}},
}
SCOPE = types.intersection(types.type_of_schema(SCHEMA), types.record({"day": types.INSTANT}, types.ANY))
TIERS = types.record({"tier": types.TextType(("silver", "gold"), open=True)})


def var(path, *default):
    return {"var": [path, *default]} if default else {"var": path}


TEA = {"==": [var("kind"), "tea"]}


def warnings(rule, scope=SCOPE):
    """Return each warning as (path, message) of a rule without faults."""
    checked = rules.check(rules.parse(rule), scope, BOOLEAN)
    assert checked.faults == ()
    return [(warning.path, warning.message) for warning in checked.warnings]


CONSTANT = [
    # rule, path, message
    ({">=": [var("total"), 0]}, (), "total >= 0 is always true: total is 0 or more"),
    ({">": [-1, var("total")]}, (), "-1 > total is always false: total is 0 or more"),
    ({"<": [0, var("tip", 1), 4]}, (), "0 < tip < 4 is always true: tip is more than 0 and 3 or less"),
    ({"<": [5, var("total"), 3]}, (), "5 < total < 3 is always false: total is 0 or more"),
    ({"in": [var("size"), [1, 2, 3, 4]]}, (), "size in 1, 2, 3, 4 is always true: size is 1 or 2 or 3"),
    ({"==": [var("sure"), True]}, (), "sure == true is always true: sure is true"),
    ({"!=": [var("total"), None]}, (), "total != null is always true: total is 0 or more"),
    ({"!": {"missing": ["total"]}}, (), '!(missing("total")) is always true: none of these paths is ever missing'),
    ({"!!": var("items")}, (), "!!(items) is always true: items is a non-empty array"),
    ({"!": {"!": var("items")}}, (), "!(!(items)) is always true: items is a non-empty array"),
    ({"!": {">=": [var("total"), 0]}}, (), "!(total >= 0) is always false: total is 0 or more"),
    (
        {"!": {"or": [{">=": [var("total"), 0]}, var("flag")]}},
        ("!", "or", 0),
        "total >= 0 is always true: total is 0 or more",
    ),
    (
        {"and": [{"==": [{"month": var("day")}, 1]}, {"==": [{"month": var("day")}, 2]}]},
        ("and", 1),
        "month(day) == 2 is always false: month(day) is 1",
    ),
    (
        {"and": [{">": [{"length": var("code", "")}, 3]}, {"<=": [{"length": var("code", "")}, 2]}]},
        ("and", 1),
        "length(code) <= 2 is always false: length(code) is more than 3",
    ),
    (
        {"and": [{"!": {"in": [{"hour": var("day")}, [8, 9]]}}, {"<": [{"hour": var("day")}, 0]}]},
        ("and", 1),
        "hour(day) < 0 is always false: hour(day) is from 0 to 23",
    ),
    (
        {"and": [{">": [var("total"), var("size")]}, {"<=": [var("total"), var("size")]}]},
        ("and", 1),
        "total <= size is always false, given the conditions before it",
    ),
    (
        {"or": [{"<": [var("total"), var("size")]}, {"<=": [var("size"), var("total")]}]},
        ("or", 1),
        "size <= total is always true, given the conditions before it",
    ),
    (
        {"if": [{"==": [var("code"), var("coupon")]}, {"!=": [var("coupon"), var("code")]}, var("flag")]},
        ("if", 1),
        "coupon != code is always false, given the conditions before it",
    ),
    (
        {"and": [{"some": [var("more"), TEA]}, {"none": [var("more"), TEA]}]},
        ("and", 1),
        'none(more, kind == "tea") is always false, given the conditions before it',
    ),
    (
        {"or": [{"starts_with": [var("code", ""), "x"]}, {"starts_with": [var("code", ""), "x"]}]},
        ("or", 1),
        'starts_with(code, "x") is always false, given the conditions before it',
    ),
    ({"and": [var("flag"), {"!": var("flag")}]}, ("and", 1), "!(flag) is always false: flag is true"),
    ({"==": [var("total"), var("total")]}, (), "total == total is always true: total is 0 or more"),
    ({"<": [var("total"), var("total")]}, (), "total < total is always false: total is 0 or more"),
    ({"==": [1, 1]}, (), "1 == 1 is always true"),
    (True, (), "true is always true"),
    ({"and": [True, var("flag")]}, ("and", 0), "true is always true"),
    ({"some": [var("more"), {">=": [var("price"), 0]}]}, ("some", 1), "price >= 0 is always true: price is 0 or more"),
    ({">": [{"length": var("items")}, 0]}, (), "length(items) > 0 is always true: length(items) is 1 or more"),
    (
        {"some": [var("items"), {">=": [var("price"), 0]}]},
        (),
        "some(items, price >= 0) is always true: items is a non-empty array and price >= 0 is true",
    ),
    (
        {"and": [{"<": [var("total"), 5]}, {">": [var("total"), 10]}]},
        ("and", 1),
        "total > 10 is always false: total is 0 or more and less than 5",
    ),
    (
        {"and": [{">": [var("total"), 5]}, var("flag"), {">=": [var("total"), 5]}]},
        ("and", 2),
        "total >= 5 is always true: total is more than 5",
    ),
    (
        {"and": [{"==": [var("channel"), "web"]}, {"==": [var("channel"), "store"]}]},
        ("and", 1),
        'channel == "store" is always false: channel is "web"',
    ),
    (
        {"and": [{"==": [var("size"), 1]}, {"==": [var("size"), 2]}]},
        ("and", 1),
        "size == 2 is always false: size is 1",
    ),
    (
        {"and": [{"!": {"in": [var("channel"), ["web"]]}}, {"==": [var("channel"), "web"]}]},
        ("and", 1),
        'channel == "web" is always false: channel is "store" or missing',
    ),
    (
        {"or": [{"<": [var("total"), 5]}, {">=": [var("total"), 5]}]},
        ("or", 1),
        "total >= 5 is always true: total is 5 or more",
    ),
    (
        {"and": [{"or": [{"==": [var("size"), 1]}, {"==": [var("size"), 2]}]}, {"==": [var("size"), 3]}]},
        ("and", 1),
        "size == 3 is always false: size is 1 or 2",
    ),
    (
        {"and": [{"==": [var("kind"), "gift"]}, {"==": [var("code"), None]}]},
        ("and", 1),
        "code == null is always false: code is text",
    ),
    (
        {"if": [{"==": [var("kind"), "sale"]}, {"!=": [var("code"), None]}, var("flag")]},
        ("if", 1),
        "code != null is always false: code is missing",
    ),
    (
        {"and": [{"==": [var("coupon"), None]}, {"!=": [var("coupon"), None]}]},
        ("and", 1),
        "coupon != null is always false: coupon is missing",
    ),
    ({"and": [{"!": var("flag")}, var("flag")]}, ("and", 1), "flag is always false: flag is false"),
]


@pytest.mark.parametrize(("rule", "path", "message"), CONSTANT, ids=[each[2] for each in CONSTANT])
def test_a_constant_condition_is_reported_with_its_cause(rule, path, message):
    assert warnings(rule) == [(path, message)]


DEPENDING = [
    {">": [var("total"), 0]},
    {"<=": [var("tip", 0), 2]},
    {"in": [var("channel"), ["web", "store"]]},  # it may be missing
    {"and": [{">": [var("total"), 5]}, {"<": [var("total"), 6]}]},
    {"and": [{"<": [var("tip", 9), 5]}, {"!=": [var("tip"), None]}]},
    {"and": [{"!=": [var("channel", "web"), "store"]}, {"==": [var("channel"), None]}]},
    {"if": [{">": [var("total"), 5]}, True, False]},
    {"or": [var("flag"), {"==": [var("coupon"), None]}]},
    {"some": [var("more"), {">": [var("price"), 0]}]},
    {"all": [var("items"), {">": [var("price"), 0]}]},
    {"!": {"missing": ["coupon"]}},
    {"and": [var("coupon"), {"!=": [var("coupon"), "x"]}]},
    {"==": [var("total"), var("size")]},
    {"and": [{">": [var("total"), var("size")]}, {">": [var("size"), 1]}]},
    {"or": [{"==": [{"weekday": var("day")}, "monday"]}, {"==": [{"weekday": var("day")}, "friday"]}]},
    {
        "and": [
            {"some": [var("items"), {">": [{"+": [var("price"), 1]}, 3]}]},
            {"some": [var("more"), {"<": [{"+": [var("price"), 1]}, 2]}]},
        ]
    },
]


@pytest.mark.parametrize("rule", DEPENDING, ids=str)
def test_a_condition_that_depends_on_the_data_is_not_reported(rule):
    assert warnings(rule) == []


def test_an_enum_that_may_have_unknown_values_makes_no_condition_constant():
    several = {"and": [{"!=": [var("tier"), "silver"]}, {"!=": [var("tier"), "gold"]}]}

    assert warnings({"in": [var("tier"), ["silver", "gold"]]}, TIERS) == []
    assert warnings(several, TIERS) == []
    assert len(warnings({"and": [{"==": [var("tier"), "gold"]}, {"==": [var("tier"), "silver"]}]}, TIERS)) == 1


def test_an_unreachable_condition_is_not_reported():
    rule = {"and": [{"<": [var("total"), 0]}, {">=": [var("total"), 0]}, {"==": [1, 2]}]}

    assert [path for path, _ in warnings(rule)] == [("and", 0)]


def test_a_condition_with_a_fault_gets_no_warning():
    rule = {"and": [{"<": [var("totl"), 0]}, {">=": [var("total"), 0]}]}

    checked = rules.check(rules.parse(rule), SCOPE, BOOLEAN)

    assert [fault.code for fault in checked.faults] == ["unknown_path"]
    assert [warning.path for warning in checked.warnings] == [("and", 1)]


def test_the_static_truth_of_a_condition_follows_from_a_narrower_scope():
    condition = rules.parse({"==": [var("channel"), "web"]})
    store = types.narrowed(SCOPE, ("channel",), lambda found: types.intersection(found, types.one_of("store")))

    assert rules.static_truth(condition, SCOPE, store) is False
    assert rules.static_truth(condition, SCOPE, SCOPE) is None


class ConditionGenerator:
    """Generates conditions on SCHEMA that often contradict or repeat each other."""

    def __init__(self, random: Random) -> None:
        self.pick = random.choice
        self.chance = random.random

    def condition(self, depth, path=""):
        if depth and self.chance() < 0.7:
            parts = [self.condition(depth - 1, path) for _ in range(self.pick([2, 2, 3]))]
            word = self.pick(["and", "and", "or", "!", "if", "some", "all", "none"])
            if word in ("some", "all", "none") and not path:
                return {word: [var(self.pick(["items", "more"])), self.condition(depth - 1, "item")]}
            return {"and": parts, "or": parts, "!": parts[:1], "if": parts[:3]}.get(word, {"and": parts})
        return self.pick([self.order, self.equality, self.presence, self.fields])(path)

    def order(self, path):
        number = self.pick([-1, 0, 1, 2, 3, 4])
        computed = {"+": [var("price"), 1]} if path else {"*": [var("total"), 2]}
        fields = [var("price")] if path else [var("total"), var("size"), var("tip", self.pick([0, 2, 9]))]
        value = self.pick([*fields, computed, *([] if path else [{"length": [var("few", [])]}])])
        operands = self.pick([[value, number], [number, value], [self.pick([0, 2]), value, number]])
        return {self.pick(["<", "<="] if len(operands) == 3 else ["<", "<=", ">", ">="]): operands}

    def equality(self, path):
        value, listed = self.pick(
            [(var("kind"), ["tea", "coffee"])]
            if path
            else [
                (var("size"), [1, 2, 3]),
                (var("channel"), ["web", "store"]),
                (var("channel", "web"), ["web", "store"]),
                (var("kind"), ["sale", "gift"]),
                (var("flag"), [True, False]),
                (var("tip", 2), [1, 2, 3]),
            ]
        )
        if self.chance() < 0.3:
            return {"in": [value, [self.pick(listed) for _ in range(self.pick([1, 2, 3]))]]}
        return {self.pick(["==", "===", "!=", "!=="]): [value, self.pick(listed)]}

    def fields(self, path):
        """A comparison of two of a few values, so that the same comparison occurs often, also mirrored or negated."""
        one, other = self.pick([(var("price"), {"+": [var("price"), 1]})] if path else [(var("total"), var("size"))])
        operands = self.pick([[one, other], [other, one]])
        return {self.pick(["<", "<=", ">", ">=", "==", "!=", "===", "!=="]): operands}

    def presence(self, path):
        if path:
            return {"!!": var("kind")}
        field = self.pick(["tip", "channel", "coupon", "more", "code", "total"])
        ways = [{"!=": [var(field), None]}, {"==": [var(field), None]}, {"!!": var(field)}, {"!": {"missing": [field]}}]
        return self.pick([ways[2], ways[3]] if field == "more" else ways)


def body(random):
    kind = random.choice(["sale", "gift"])
    some = {
        "tip": random.choice([1, 2, 3, 0.5]),
        "channel": random.choice(["web", "store"]),
        "coupon": random.choice(["", "a", "x", None]),
        "few": [random.choice([0, 1]) for _ in range(random.randint(0, 2))],
        "more": [item(random) for _ in range(random.randint(0, 2))],
    }
    return {
        "total": random.choice([0, 1, 2, 3, 4, 2.5]),
        "size": random.choice([1, 2, 3]),
        "flag": random.choice([True, False]),
        "sure": True,
        "items": [item(random) for _ in range(random.randint(1, 2))],
        "kind": kind,
        **({"code": random.choice(["", "c"])} if kind == "gift" else {}),
        **{name: value for name, value in some.items() if random.random() < 0.6},
    }


def item(random):
    return {"price": random.choice([0, 1, 3]), "kind": random.choice(["tea", "coffee"])}


@effort(60)
@given(st.integers(0, 2**63))
def test_no_event_of_the_schema_contradicts_a_warning(seed):
    random = Random(seed)
    for _ in range(10):
        expression = rules.parse(ConditionGenerator(random).condition(3))
        checked = rules.check(expression, SCOPE, BOOLEAN)
        tracing = interpreted_trace(expression, UTC)
        claims = {warning.path: warning.code == "always_true" for warning in checked.warnings}
        for _ in range(10):
            trace = tracing(body(random))
            assert checked.faults or types.fits(types.type_of_value(trace.value), checked.type)
            for step in trace.entries:
                assert claims.get(step.path, is_truthy(step.value)) is is_truthy(step.value), (step, claims)


def test_the_condition_generator_generates_enough_constant_conditions():
    random = Random(1)
    checked = [rules.check(rules.parse(ConditionGenerator(random).condition(3)), SCOPE, BOOLEAN) for _ in range(300)]

    assert sum(bool(each.warnings) and not each.faults for each in checked) > 60
    assert sum(not each.warnings and not each.faults for each in checked) > 30
