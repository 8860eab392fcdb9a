from decimal import Decimal

import pytest

import rules
from rules.bounds import CHARACTERS, DEPTH, NODES
from rules.expression import Call, walk


def _faults(rule):
    with pytest.raises(rules.RuleError) as refused:
        rules.parse(rule)
    return refused.value.faults


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
    ("slip", "meant"),
    [("=", "=="), ("not", "!"), ("mising", "missing"), ("starts_wiht", "starts_with"), ("AND", "and"), ("gte", ">=")],
)
def test_a_slip_gets_the_nearest_operator(slip, meant):
    (fault,) = _faults({slip: [1, 2]})

    assert str(fault) == f"{slip} is not an operator. Did you mean {meant}?"


def test_faults_within_an_unknown_operator_are_found_too():
    assert len(_faults({"nope": [{"!": []}, {"other": 1}]})) == 3


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"!": []}, "! takes 1 operand, not 0"),
        ({"-": [1, 2, 3]}, "- takes 1 to 2 operands, not 3"),
        ({"+": []}, "+ takes at least 1 operand, not 0"),
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
def test_a_rule_too_big_is_refused_once(rule):
    assert [fault.code for fault in _faults(rule)] == ["too_big"]


def test_floats_become_exact():
    assert rules.parse(0.1).value == Decimal("0.1")


def test_an_operand_alone_needs_no_array():
    (operand,) = rules.parse({"!": {"var": "a"}}).operands

    assert operand.path == ("!",)
    assert operand.operands[0].path == ("!", "var")


def test_a_rule_with_faults_is_read_as_far_as_it_goes():
    parsed = rules.parse_with_recovery({"and": [{"foo": [{"var": "a"}, 1]}, {"som": [{"var": "b"}, True]}, {">": [1]}]})

    assert [fault.code for fault in parsed.faults] == ["unknown_operator", "unknown_operator", "wrong_arity"]
    assert parsed.invalid == {("and", 0), ("and", 1), ("and", 2)}
    assert [part.operator.name for part in walk(parsed.expression) if isinstance(part, Call)] == [
        *("and", "var", "some", "var"),
    ]


def test_of_a_rule_too_big_nothing_is_read():
    parsed = rules.parse_with_recovery([1] * (NODES + 1))

    assert [fault.code for fault in parsed.faults] == ["too_big"]
    assert parsed.invalid == {()}
