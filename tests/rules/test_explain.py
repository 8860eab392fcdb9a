from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings

import rules
from tests.rules.worlds import any_rules, json_values

ITEMS = [{"sku": "tea", "price": 2, "quantity": 1}, {"sku": "mug", "price": 9, "quantity": 3}]
DATA = {"total": 12, "tier": "bronze", "items": ITEMS, "now": datetime(2026, 1, 1, tzinfo=UTC), "none": []}


def why(rule):
    expression = rules.parse(rule)
    return rules.explain(expression, rules.compile(expression).trace(DATA))


def _is(path, value):
    return {"==": [{"var": path}, value]}


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        ({">=": [{"var": "total"}, 20]}, (), "total is 12, >= needs 20"),
        ({"and": [_is("tier", "bronze"), {">=": [{"var": "total"}, 20]}]}, ("and", 1), "total is 12, >= needs 20"),
        (
            {"and": [_is("tier", "bronze"), _is("total", 12)]},
            (),
            'tier is "bronze", == needs "bronze"; total is 12, == needs 12',
        ),
        ({"or": [_is("tier", "gold"), _is("total", 12)]}, ("or", 1), "total is 12, == needs 12"),
        (
            {"or": [_is("tier", "gold"), _is("total", 1)]},
            (),
            'tier is "bronze", == needs "gold"; total is 12, == needs 1',
        ),
        ({"!": [_is("tier", "bronze")]}, ("!", 0), 'tier is "bronze", == needs "bronze"'),
        ({"in": [{"var": "tier"}, ["silver", "gold"]]}, (), 'tier is "bronze", in needs one of "silver", "gold"'),
        ({"<": [1, {"var": "total"}, 10]}, (), "total is 12, needed: 1 < total < 10"),
        ({"==": [{"var": "total"}, {"var": "no"}]}, (), "total is 12, no is null, needed: total == no"),
        ({">": [{"length": {"var": "items"}}, 2]}, (), "length(items) is 2, > needs 2"),
        (
            {"some": [{"var": "items"}, {"and": [{">": [{"var": "price"}, 5]}, {">": [{"var": "quantity"}, 2]}]}]},
            ("some", 1),
            "price is 9, > needs 5; quantity is 3, > needs 2, in element 2 of items",
        ),
        ({"some": [{"var": "items"}, _is("sku", "pot")]}, (), 'no element of items (2) has sku == "pot"'),
        (
            {"all": [{"var": "items"}, {">": [{"var": "price"}, 5]}]},
            ("all", 1),
            "price is 2, > needs 5, in element 1 of items",
        ),
        ({"all": [{"var": "items"}, {">": [{"var": "price"}, 1]}]}, (), "every element of items (2) has price > 1"),
        (
            {"none": [{"var": "items"}, _is("sku", "tea")]},
            ("none", 1),
            'sku is "tea", == needs "tea", in element 1 of items',
        ),
        ({"none": [{"var": "none"}, True]}, (), "none has no elements"),
        ({"if": [{"missing": ["total", "email"]}, False, True]}, ("if", 0), "email is missing, so it is false"),
        (
            {"if": [_is("total", 1), True, _is("tier", "gold")]},
            ("if", 2),
            'total is 12, == needs 1; tier is "bronze", == needs "gold"',
        ),
        ({"if": [_is("total", 1), True]}, ("if", 0), "total is 12, == needs 1, so it is null"),
        ({"*": [{"var": "total"}, 2]}, (), "total * 2 is 24"),
        ({"var": "now"}, (), "now is 2026-01-01T00:00:00+00:00"),
        (True, (), "the rule says true"),
    ],
    ids=str,
)
def test_the_part_that_decided_is_told(rule, path, text):
    assert why(rule) == rules.Reason(path, text)


def test_in_a_loop_within_a_loop_the_last_turn_is_told():
    baskets = [{"items": [{"n": 9}], "open": True}, {"items": [{"n": 1}], "open": False}]
    inner = {"some": [{"var": "items"}, {">": [{"var": "n"}, 5]}]}
    expression = rules.parse({"all": [{"var": ""}, {"and": [{"var": "open"}, inner]}]})

    reason = rules.explain(expression, rules.compile(expression).trace(baskets))

    assert reason.text == "open is false, in element 2 of it"


def test_a_loop_within_a_loop_counts_its_own_turns():
    baskets = [{"items": [{"n": 1}, {"n": 2}]}, {"items": [{"n": 9}]}]
    expression = rules.parse({"all": [{"var": ""}, {"none": [{"var": "items"}, {">": [{"var": "n"}, 5]}]}]})

    reason = rules.explain(expression, rules.compile(expression).trace(baskets))

    assert reason.text == "n is 9, > needs 5, in element 1 of items, in element 2 of it"


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(any_rules, json_values)
def test_anything_can_be_explained(rule, data):
    expression = rules.parse(rule)
    try:
        trace = rules.compile(expression).trace(data)
    except rules.TooMuchWork:
        return

    assert rules.explain(expression, trace).text
