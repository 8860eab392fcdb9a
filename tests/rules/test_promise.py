"""A rule that checks clean never raises and meets no coercion, whatever it is evaluated on that fits its schema."""

from collections import Counter
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given

import rules
from loyalty.program.body_schema import BodySchema
from rules import types
from rules.bounds import StepBudget
from rules.check import Checker
from rules.closures import ClosureBuilder
from rules.compile import generated, interpreted, interpreted_trace
from rules.expression import Call, walk
from rules.operators import OPERATORS
from rules.values import ValueKind, is_truthy, kind_of
from tests.rules.effort import effort
from tests.rules.strategies import GeneratedRule, damaged_worlds, generated_rule, worlds


class CoercionError(AssertionError):
    """An operator met a value that it would have to convert."""


class WatchingClosureBuilder(ClosureBuilder):
    """Fails as soon as an operator meets what it would have to convert, or is worth what the check did not expect."""

    def __init__(self, checker=None, warnings=()):
        super().__init__(UTC)
        self._checker = checker
        self._certain = {warning.path: warning.code == "always_true" for warning in warnings}

    def build_call(self, call):
        evaluate, fine = super().build_call(call), _WATCHED.get(call.operator.name, lambda kinds: True)
        looked_at = call.operands if call.operator.name not in _LOOPS else call.operands[:1]
        operands = [ClosureBuilder(UTC).build(operand) for operand in looked_at]
        type_, certain = None, self._certain.get(call.path)
        if self._checker is not None:
            type_ = self._checker.inferred(call)
            fine = (lambda kinds: True) if call.path in self._checker.by_design else fine

        def watched(data, work):
            if call.operator.name in _WATCHED:
                kinds = [kind_of(operand(data, work)) for operand in operands]
                if not fine(kinds):
                    raise CoercionError(f"{call.operator.name} of {[each.value for each in kinds]} at {call.path}")
            value = evaluate(data, work)
            assert certain is None or is_truthy(value) is certain, f"{call.path} is {value}, and was called certain"
            assert type_ is None or types.fits(types.type_of_value(value), type_), (call.path, value, type_)
            return value

        return watched


class NotingChecker(Checker):
    """Notes the equalities that convert by design: those of what may be anything."""

    def __init__(self, scope):
        super().__init__(scope)
        self.by_design = set()

    def infer(self, expression):
        found = super().build(expression)
        is_loose = isinstance(expression, Call) and expression.operator.name in ("==", "!=")
        if is_loose and any(types.may_be(self.inferred(operand), types.AnyType) for operand in expression.operands):
            self.by_design.add(expression.path)
        return found


def _all(*wanted):
    return lambda kinds: set(kinds) <= set(wanted)


def _alike(kinds):
    return len(set(kinds)) == 1 and kinds[0] in (ValueKind.NUMBER, ValueKind.TEXT, ValueKind.INSTANT)


_LOOPS = ("map", "filter", "reduce", "all", "some", "none")
_WATCHED = {
    **dict.fromkeys(("+", "-", "*", "/", "%", "min", "max"), _all(ValueKind.NUMBER)),
    **dict.fromkeys(("<", "<=", ">", ">="), _alike),
    **dict.fromkeys(("==", "!="), lambda kinds: ValueKind.NULL in kinds or len(set(kinds)) == 1),
    **dict.fromkeys(_LOOPS, _all(ValueKind.ARRAY, ValueKind.NULL)),
    **dict.fromkeys(("lower", "upper", "starts_with", "ends_with"), _all(ValueKind.TEXT)),
    **dict.fromkeys(("year", "month", "day", "hour", "weekday", "days_between"), _all(ValueKind.INSTANT)),
    "in": lambda kinds: kinds[1] in (ValueKind.ARRAY, ValueKind.NULL) or kinds == [ValueKind.TEXT, ValueKind.TEXT],
    "cat": _all(ValueKind.TEXT, ValueKind.NUMBER),
    "substr": lambda kinds: kinds[0] is ValueKind.TEXT and set(kinds[1:]) <= {ValueKind.NUMBER},
    "length": _all(ValueKind.TEXT, ValueKind.ARRAY),
    "date": _all(ValueKind.TEXT, ValueKind.INSTANT),
    "missing_some": lambda kinds: kinds == [ValueKind.NUMBER, ValueKind.ARRAY],
}


def _keeps_its_promise(world: GeneratedRule) -> bool:
    """Whether the rule checks clean; if so, it is as good as its word."""
    try:
        expression = rules.parse(generated_rule.rule)
    except rules.RuleError:
        return False
    scope = types.type_of_schema(generated_rule.schema)
    checked = rules.check(expression, scope)
    if checked.faults:
        return False
    checker = NotingChecker(scope)
    checker.infer(expression)
    watching = WatchingClosureBuilder(checker, checked.warnings).build(expression)
    plain, traced = interpreted(expression, UTC), interpreted_trace(expression, UTC)
    compiled = generated(expression, UTC, plain, recording=False) or plain
    tracing = generated(expression, UTC, traced, recording=True) or traced
    for value in generated_rule.values:
        found, trace = watching(value, StepBudget()), tracing(value)
        ways = [found, plain(value), compiled(value), trace.value]
        assert [rules.exact.dumps(way) for way in ways] == [rules.exact.dumps(found)] * 4
        assert rules.explain(expression, trace).text or not isinstance(found, bool)
    return True


@effort(800)
@given(worlds)
def test_a_rule_that_checks_clean_meets_no_coercion(world):
    assume(_keeps_its_promise(generated_rule))


@effort(1500)
@given(damaged_worlds)
def test_a_damaged_rule_that_still_checks_clean_meets_no_coercion(world):
    assume(_keeps_its_promise(generated_rule))


_OPEN = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "a"}}}
_NAMED = {"type": "object", "required": ["kind", "n"], "properties": {"kind": {"const": "b"}, "n": {"type": "number"}}}
_DATED = {"type": "object", "required": ["d"], "properties": {"d": {"type": "string", "format": "date-time"}}}
_MAP = {"type": "object", "patternProperties": {"^x": {"type": "string"}}}
_COUNTED = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
ONCE_BROKEN = [
    # what a schema's other alternative does not name may be anything there, unless it is closed
    ({"+": [{"var": ["n", 0]}, 1]}, {"anyOf": [_OPEN, _NAMED]}, {"kind": "a", "n": "x"}),
    ({"cat": [{"var": ["y", ""]}, "!"]}, _MAP, {"y": [5]}),
    # a date-time as long as JSON Schema lets it be, and one before our calendar begins
    ({"year": {"date": {"var": "d"}}}, _DATED, {"d": f"2026-01-02T03:04:05.{'1' * 50}Z"}),
    ({"year": {"date": {"var": "d"}}}, _DATED, {"d": "0000-01-02T03:04:05Z"}),
    # a key of `missing` that is no text is no path, and was answered as it came
    ({"missing": ["n", {"-": [{"var": "n"}]}]}, _COUNTED, {"n": 1}),
    ({"missing": ["n", ["n"]]}, _COUNTED, {"n": 1}),
]


@pytest.mark.parametrize(("rule", "schema", "value"), ONCE_BROKEN, ids=str)
def test_what_was_once_let_through_keeps_its_promise_or_is_refused(rule, schema, value):
    assert BodySchema(schema).is_valid(value)

    _keeps_its_promise(GeneratedRule(schema, rule, [value]))


def test_most_of_what_is_generated_checks_clean_and_has_every_operator():
    seen, clean, still_clean = Counter[str](), 0, 0
    for seed in range(1000):
        whole, broken = generated_rule(Random(seed)), generated_rule(Random(seed), slips=True)
        checked = _checked(whole)
        clean += checked is not None
        still_clean += _checked(broken) is not None
        seen.update(part.operator.name for part in walk(checked or rules.parse(1)) if isinstance(part, Call))

    assert clean > 750
    assert still_clean > 250
    assert set(seen) == {operator.name for operator in OPERATORS}


def _checked(world: GeneratedRule) -> Any:
    """The rule's expression, if it checks clean."""
    try:
        expression = rules.parse(generated_rule.rule)
    except rules.RuleError:
        return None
    return None if rules.check(expression, types.type_of_schema(generated_rule.schema)).faults else expression


def test_a_watcher_sees_a_coercion():
    closure = WatchingClosureBuilder().build(rules.parse({"+": ["1", 1]}))

    with pytest.raises(CoercionError):
        closure({}, StepBudget())


def test_dates_of_the_calendars_edges_stay_dates():
    rule = rules.compile(rules.parse({"year": {"var": "now"}}))

    assert rule({"now": datetime.min.replace(tzinfo=UTC)}) == 1
