"""Cures that the type checker offers: applied, a missing field makes no condition hold."""

import pytest

import rules
from rules.types import BOOLEAN, NUMBER, TEXT, optional, record

SCOPE = record({"tip": optional(NUMBER), "total": NUMBER, "coupon": optional(TEXT), "code": TEXT})
MISSING = {"total": 10, "code": "SPRING"}


def var(name, *default):
    return {"var": [name, *default] if default else name}


CONDITIONS = [
    {"in": [var("coupon"), "SPRING, SUMMER"]},
    {"in": [var("coupon"), var("code")]},
    {"in": ["SPRING", var("coupon")]},
    {"starts_with": [var("code"), var("coupon")]},
    {"starts_with": [var("coupon"), "SPRING"]},
    {"ends_with": ["SPRING", var("coupon")]},
    {"<": [var("tip"), 5]},
    {"<": [5, var("tip")]},
    {"<=": [-1, var("tip"), 5]},
    {"<=": [1, var("tip"), 5]},
    {">": [var("tip"), 5]},
    {">=": [var("tip"), 0]},
    {"<": [var("tip"), var("total")]},
    {"<": [var("coupon"), "M"]},
    {">": [var("coupon"), "M"]},
]


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
def test_with_its_cure_a_condition_on_a_missing_field_does_not_hold(condition):
    (fault,) = rules.check(rules.parse(condition), SCOPE, BOOLEAN).faults

    assert fault.code == "may_be_missing"
    cured = _cured(condition, fault)

    assert rules.check(rules.parse(cured), SCOPE, BOOLEAN).faults == ()
    assert rules.compile(rules.parse(cured))(MISSING) is False


def _cured(condition, fault):
    if fault.suggestion is not None:
        operator, index = fault.path
        operands = list(condition[operator])
        operands[index] = rules.exact.loads(fault.suggestion.encode())
        return {operator: operands}
    written = fault.message.split(": write ")[1].removesuffix(" around the condition")
    guard = rules.exact.loads(written.replace(", ...]", "]").encode())
    return {"and": [*guard["and"], condition]}


def test_an_amount_gets_the_default_that_adds_nothing():
    (fault,) = rules.check(rules.parse({"*": [var("tip"), 2]}), SCOPE, NUMBER).faults

    assert fault.suggestion == '{"var": ["tip", 0]}'


@pytest.mark.parametrize(
    ("condition", "suggestion"),
    [
        ({"in": [var("coupon", ""), "SPRING, SUMMER"]}, '["SPRING", "SUMMER"]'),
        ({"in": [{"or": [var("coupon"), ""]}, var("code")]}, None),
        ({"starts_with": [var("code"), var("coupon", "")]}, None),
    ],
)
def test_a_default_that_is_a_part_of_every_text_is_questioned(condition, suggestion):
    (warning,) = rules.check(rules.parse(condition), SCOPE, BOOLEAN).warnings

    assert (warning.code, warning.suggestion) == ("empty_default", suggestion)


@pytest.mark.parametrize(
    "condition",
    [
        {"in": [var("coupon", "none"), "SPRING, SUMMER"]},
        {"in": ["SPRING", var("coupon", "")]},
        {"starts_with": [var("coupon", ""), "SPRING"]},
        {"in": [var("code", ""), "SPRING"]},
        {"and": [{"!=": [var("coupon"), None]}, {"in": [var("coupon", ""), "SPRING"]}]},
    ],
    ids=str,
)
def test_a_default_that_makes_nothing_hold_is_not_questioned(condition):
    assert rules.check(rules.parse(condition), SCOPE, BOOLEAN).warnings == ()
