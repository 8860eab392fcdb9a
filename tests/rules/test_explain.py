from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

import rules
from tests.rules.strategies import any_rules, json_values

ITEMS = [{"sku": "tea", "price": 2, "quantity": 1}, {"sku": "mug", "price": 9, "quantity": 3}]
DATA = {"total": 12, "tier": "bronze", "items": ITEMS, "now": datetime(2026, 1, 1, tzinfo=UTC), "none": []}


def explanation_of(rule):
    expression = rules.parse(rule)
    return rules.explain(expression, rules.compile(expression).trace(DATA))


def _is(path, value):
    return {"==": [{"var": path}, value]}


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        ({">=": [{"var": "total"}, 20]}, (), "total is 12, needed >= 20"),
        ({"and": [_is("tier", "bronze"), {">=": [{"var": "total"}, 20]}]}, ("and", 1), "total is 12, needed >= 20"),
        (
            {"and": [_is("tier", "bronze"), _is("total", 12)]},
            (),
            'tier is "bronze", needed == "bronze"; total is 12, needed == 12',
        ),
        ({"or": [_is("tier", "gold"), _is("total", 12)]}, ("or", 1), "total is 12, needed == 12"),
        (
            {"or": [_is("tier", "gold"), _is("total", 1)]},
            (),
            'tier is "bronze", needed == "gold"; total is 12, needed == 1',
        ),
        ({"if": [{"==": [1, 1]}, "a", "b"]}, ("if", 0), "1 == 1 is true"),
        ({"!": [_is("tier", "bronze")]}, ("!", 0), 'tier is "bronze", needed != "bronze"'),
        ({"in": [{"var": "tier"}, ["silver", "gold"]]}, (), 'tier is "bronze", needed one of "silver", "gold"'),
        ({"<": [1, {"var": "total"}, 10]}, (), "total is 12, needed 1 < total < 10"),
        ({"==": [{"var": "total"}, {"var": "no"}]}, (), "total is 12, no is null, needed total == no"),
        ({">": [{"length": {"var": "items"}}, 2]}, (), "length(items) is 2, needed > 2"),
        (
            {"some": [{"var": "items"}, {"and": [{">": [{"var": "price"}, 5]}, {">": [{"var": "quantity"}, 2]}]}]},
            ("some", 1),
            "price is 9, needed > 5, in element 2 of items; quantity is 3, needed > 2, in element 2 of items",
        ),
        (
            {"some": [{"var": "items"}, _is("sku", "pot")]},
            (),
            'items is an array of 2, needed an element that has sku == "pot"',
        ),
        (
            {"all": [{"var": "items"}, {">": [{"var": "price"}, 5]}]},
            ("all", 1),
            "price is 2, needed > 5, in element 1 of items",
        ),
        (
            {"all": [{"var": "items"}, {">": [{"var": "price"}, 1]}]},
            (),
            "items is an array of 2, needed elements that all have price > 1",
        ),
        (
            {"none": [{"var": "items"}, _is("sku", "tea")]},
            ("none", 1),
            'sku is "tea", needed != "tea", in element 1 of items',
        ),
        ({"none": [{"var": "none"}, True]}, (), "none is [], needed no element that has true"),
        (
            {"if": [{"missing": ["total", "email"]}, False, True]},
            ("if", 0),
            'missing("total", "email") is ["email"], needed nothing',
        ),
        (
            {"if": [_is("total", 1), True, _is("tier", "gold")]},
            ("if", 2),
            'total is 12; tier is "bronze", needed == "gold"',
        ),
        ({"if": [_is("total", 1), True]}, ("if", 0), "total is 12"),
        ({"*": [{"var": "total"}, 2]}, (), "total * 2 is 24"),
        ({"var": "now"}, (), 'now is "2026-01-01T00:00:00+00:00"'),
        (True, (), "the rule is true, needed true"),
    ],
    ids=str,
)
def test_the_explanation_names_the_part_that_decided(rule, path, text):
    reason = explanation_of(rule)

    assert (reason.path, reason.text) == (path, text)


def test_a_clause_has_the_actual_values_and_what_was_needed():
    rule = {"or": [{"all": [{"var": "items"}, {">": [{"var": "price"}, 5]}]}, {">=": [{"var": "total"}, 20]}]}

    reason = explanation_of(rule)

    assert reason.clauses == (
        rules.Clause(("or", 0, "all", 1), {"price": 2}, "> 5", ("element 1 of items",)),
        rules.Clause(("or", 1), {"total": 12}, ">= 20"),
    )


@pytest.mark.parametrize(
    ("rule", "needed"),
    [
        ({"!": [{"!": [_is("total", 1)]}]}, "== 1"),
        ({"!": [{">": [{"var": "total"}, 1]}]}, "not > 1"),
        ({"!": [{"or": [_is("total", 1), _is("total", 12)]}]}, "!= 12"),
        ({"if": [_is("total", 12), False, True]}, "!= 12"),
        ({"if": [_is("total", 1), False, False]}, "== 1"),
        ({"and": [{"!!": [{"var": "none"}]}, True]}, "something"),
        ({"!": [{"var": "tier"}]}, "nothing"),
        ({"none": [{"var": "items"}, {">": [{"var": "price"}, 5]}]}, "not > 5"),
    ],
    ids=str,
)
def test_a_clause_needs_what_would_make_the_whole_rule_true(rule, needed):
    (clause,) = explanation_of(rule).clauses

    assert clause.needed == needed


def test_of_many_clauses_a_few_are_listed_and_the_others_counted():
    reason = explanation_of({"or": [_is("total", number) for number in range(9)]})

    assert (len(reason.clauses), reason.omitted) == (4, 5)
    assert reason.text.endswith("; and 5 more")


@pytest.mark.parametrize(
    ("value", "abbreviated"),
    [
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 57 + "..."),
        ([1, "a", None], [1, "a", None]),
        ([1] * 7, {"array of": 7}),
        ([[1]], {"array of": 1}),
        ({"a": 1, "b": 2}, {"object of": 2}),
        (10**40, "1.000000000e+40"),
        (Decimal("1E+6000"), "1e+6000"),
        (Decimal("12.50"), Decimal("12.50")),
    ],
    ids=lambda value: str(value)[:20],
)
def test_long_values_are_abbreviated(value, abbreviated):
    expression = rules.parse({"==": [{"var": "it"}, {"var": "other"}]})

    (clause,) = rules.explain(expression, rules.compile(expression).trace({"it": value})).clauses

    assert clause.actual["it"] == abbreviated


def test_in_nested_loops_the_last_iteration_is_explained():
    baskets = [{"items": [{"n": 9}], "open": True}, {"items": [{"n": 1}], "open": False}]
    inner = {"some": [{"var": "items"}, {">": [{"var": "n"}, 5]}]}
    expression = rules.parse({"all": [{"var": ""}, {"and": [{"var": "open"}, inner]}]})

    reason = rules.explain(expression, rules.compile(expression).trace(baskets))

    assert reason.text == "open is false, needed true, in element 2 of it"


def test_a_nested_loop_counts_its_own_iterations():
    baskets = [{"items": [{"n": 1}, {"n": 2}]}, {"items": [{"n": 9}]}]
    expression = rules.parse({"all": [{"var": ""}, {"none": [{"var": "items"}, {">": [{"var": "n"}, 5]}]}]})

    reason = rules.explain(expression, rules.compile(expression).trace(baskets))

    assert reason.text == "n is 9, needed not > 5, in element 1 of items, in element 2 of it"


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(any_rules, json_values)
def test_anything_can_be_explained(rule, data):
    expression = rules.parse(rule)
    try:
        trace = rules.compile(expression).trace(data)
    except rules.TooMuchWork:
        return

    reason = rules.explain(expression, trace)

    assert reason.text
    assert len(reason.text) < 10_000
