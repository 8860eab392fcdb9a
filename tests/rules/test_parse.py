from decimal import Decimal

import pytest

import rules
from rules.bounds import CHARACTERS, DEPTH, NODES
from rules.expression import Call, walk


def _faults(rule):
    with pytest.raises(rules.RuleError) as error:
        rules.parse(rule)
    return error.value.faults


def _nested(depth, rule=True):
    for _ in range(depth):
        rule = {"!": [rule]}
    return rule


def test_every_fault_is_found_with_its_path():
    faults = _faults({"and": [{"eq": [1, 2]}, {"!": [1, 2]}, {"==": [1, {"<": [1], "x": 2}]}]})

    assert [(fault.code, fault.path) for fault in faults] == [
        ("unknown_operator", ("and", 0, "eq")),
        ("wrong_arity", ("and", 1, "!")),
        ("several_operators", ("and", 2, "==", 1)),
        ("wrong_arity", ("and", 2, "==", 1, "<")),
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("=", "=="), ("not", "!"), ("mising", "missing"), ("starts_wiht", "starts_with"), ("AND", "and"), ("gte", ">=")],
)
def test_a_misspelt_operator_gets_a_suggestion(name, expected):
    (fault,) = _faults({name: [1, 2]})

    assert str(fault) == f"{name} is not an operator. Did you mean {expected}?"


def test_faults_within_an_unknown_operator_are_found_too():
    assert len(_faults({"nope": [{"!": []}, {"other": 1}]})) == 3


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"!": []}, "! takes 1 operand, not 0"),
        ({"-": []}, "- takes at least 1 operand, not 0"),
        ({"min": []}, "min takes at least 1 operand, not 0"),
    ],
)
def test_a_wrong_number_of_operands_is_refused(rule, message):
    (fault,) = _faults(rule)

    assert fault.message == message


@pytest.mark.parametrize("rule", [float("nan"), Decimal("Infinity"), Decimal("1E+99999"), 10**2000, {1, 2}, b"x"])
def test_what_json_cannot_hold_is_refused(rule):
    assert [fault.code for fault in _faults({"!": [rule]})] == ["not_json"]


def test_a_rule_nested_10_000_deep_is_refused():
    assert "too_deep" in [fault.code for fault in _faults(_nested(10_000))]


def test_arrays_nested_10_000_deep_are_refused():
    rule = []
    for _ in range(10_000):
        rule = [rule]

    assert [fault.code for fault in _faults(rule)] == ["too_deep"]


def test_a_rule_as_deep_as_allowed_runs():
    rule = _nested(DEPTH)

    assert rules.evaluate(rule, {}) is rules.compile(rules.parse(rule))({}) is True


@pytest.mark.parametrize("rule", [[1] * (NODES + 1), "x" * (CHARACTERS + 1), {"cat": ["x" * 1000] * 300}])
def test_a_rule_that_is_too_big_has_one_fault(rule):
    assert [fault.code for fault in _faults(rule)] == ["too_big"]


def test_floats_are_parsed_as_exact_decimals():
    assert rules.parse(0.1).value == Decimal("0.1")


def test_a_single_operand_needs_no_array():
    (operand,) = rules.parse({"!": {"var": "a"}}).operands

    assert operand.path == ("!",)
    assert operand.operands[0].path == ("!", "var")


def test_a_rule_with_faults_is_parsed_as_far_as_possible():
    parsed = rules.parse_with_recovery({"and": [{"foo": [{"var": "a"}, 1]}, {"som": [{"var": "b"}, True]}, {">": [1]}]})

    assert [fault.code for fault in parsed.faults] == ["unknown_operator", "unknown_operator", "wrong_arity"]
    assert parsed.invalid == {("and", 0), ("and", 1), ("and", 2)}
    assert [part.operator.name for part in walk(parsed.expression) if isinstance(part, Call)] == [
        *("and", "var", "some", "var"),
    ]


def test_a_rule_that_is_too_big_is_not_parsed_at_all():
    parsed = rules.parse_with_recovery([1] * (NODES + 1))

    assert [fault.code for fault in parsed.faults] == ["too_big"]
    assert parsed.invalid == {()}


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("lenght", "Did you mean length?"),
        ("vra", "Did you mean var?"),
        ("Not", "Did you mean !?"),
        ("add", "Did you mean +?"),
        ("subtract", "Did you mean -?"),
        ("isnt", "Did you mean !=?"),
        ("notIn", 'write {"!": {"in": [x, y]}}'),
        ("exists", 'write {"!=": [{"var": path}, null]}'),
        ("coalesce", "Did you mean ???"),
        ("xor", 'write {"!=": [x, y]} for two conditions'),
        ("datediff", 'write {"days_between": [x, y]}'),
        ("today", 'write {"var": "now"}'),
        *(
            (name, "")
            for name in ("oneOf", "switch", "after", "average_of", "rate", "sort", "minute", "months_between")
        ),
    ],
)
def test_no_operator_is_suggested_that_does_something_else(name: str, cure: str) -> None:
    (fault,) = rules.parse_with_recovery({name: []}).faults[:1]

    assert str(fault).removeprefix(f"{name} is not an operator").lstrip(".: ") == cure
