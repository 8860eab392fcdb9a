"""A rule that checks clean never raises and never converts a value, for any data that its schema accepts."""

from collections import Counter
from datetime import UTC, datetime
from random import Random

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
from tests.rules.strategies import GeneratedRule, generated_rule, generated_rules, mutated_rules


class CoercionError(AssertionError):
    """An operator would have to convert a value."""


class WatchingClosureBuilder(ClosureBuilder):
    """Fails if an operator would convert a value, or returns a value outside its inferred type."""

    def __init__(self, checker=None, warnings=()):
        super().__init__(UTC)
        self._checker = checker
        self._certain = {
            warning.path: warning.code == "always_true" for warning in warnings if warning.code != "empty_default"
        }

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
            assert certain is None or is_truthy(value) is certain, (
                f"{call.path} is {value}, but a warning called it constant"
            )
            assert type_ is None or types.fits(types.type_of_value(value), type_), (call.path, value, type_)
            return value

        return watched


class NotingChecker(Checker):
    """Notes the equalities that may convert by design: those of values that may be anything before narrowing."""

    def __init__(self, scope):
        super().__init__(scope)
        self.by_design = set()

    def infer(self, expression):
        found = super().infer(expression)
        is_loose = isinstance(expression, Call) and expression.operator.name in ("==", "!=")
        if is_loose and any(
            types.may_be(self.unnarrowed_type(operand), types.AnyType) for operand in expression.operands
        ):
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
    "in": lambda kinds: kinds[0] is ValueKind.TEXT or kinds[1] is not ValueKind.TEXT,
    "cat": _all(ValueKind.TEXT, ValueKind.NUMBER),
    "substr": lambda kinds: kinds[0] is ValueKind.TEXT and set(kinds[1:]) <= {ValueKind.NUMBER},
    "length": _all(ValueKind.TEXT, ValueKind.ARRAY),
    "date": _all(ValueKind.TEXT, ValueKind.INSTANT),
    "missing_some": lambda kinds: kinds == [ValueKind.NUMBER, ValueKind.ARRAY],
}


def _checked_clean(case: GeneratedRule) -> rules.Expression | None:
    """The rule's expression; None if it has faults."""
    try:
        expression = rules.parse(case.rule)
    except rules.RuleError:
        return None
    return None if rules.check(expression, types.type_of_schema(case.schema)).faults else expression


def _assert_promise_kept(case: GeneratedRule, expression: rules.Expression) -> None:
    """All ways of evaluating agree, meet no coercion, and return values of the inferred types."""
    scope = types.type_of_schema(case.schema)
    checker = NotingChecker(scope)
    checker.infer(expression)
    watching = WatchingClosureBuilder(checker, rules.check(expression, scope).warnings).build(expression)
    plain, traced = interpreted(expression, UTC), interpreted_trace(expression, UTC)
    compiled = generated(expression, UTC, plain, recording=False) or plain
    tracing = generated(expression, UTC, traced, recording=True) or traced
    for value in case.values:
        found, trace = watching(value, StepBudget()), tracing(value)
        ways = [found, plain(value), compiled(value), trace.value]
        assert [rules.exact.dumps(way) for way in ways] == [rules.exact.dumps(found)] * 4
        assert rules.explain(expression, trace).text or not isinstance(found, bool)


@effort(800)
@given(generated_rules)
def test_a_rule_that_checks_clean_meets_no_coercion(case):
    expression = _checked_clean(case)
    assume(expression is not None)

    _assert_promise_kept(case, expression)


@effort(1500)
@given(mutated_rules)
def test_a_mutated_rule_that_still_checks_clean_meets_no_coercion(case):
    expression = _checked_clean(case)
    assume(expression is not None)

    _assert_promise_kept(case, expression)


_OPEN = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "a"}}}
_NAMED = {"type": "object", "required": ["kind", "n"], "properties": {"kind": {"const": "b"}, "n": {"type": "number"}}}
_DATED = {"type": "object", "required": ["d"], "properties": {"d": {"type": "string", "format": "date-time"}}}
_MAP = {"type": "object", "patternProperties": {"^x": {"type": "string"}}}
_COUNTED = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
COERCING = [
    # a field that one variant of an open object does not declare may have any type there
    ({"+": [{"var": ["n", 0]}, 1]}, {"anyOf": [_OPEN, _NAMED]}, {"kind": "a", "n": "x"}, "unknown_type"),
    ({"cat": [{"var": ["y", ""]}, "!"]}, _MAP, {"y": [5]}, "unknown_path"),
    # a key of `missing` that is not a text is not a path
    ({"missing": ["n", {"-": [{"var": "n"}]}]}, _COUNTED, {"n": 1}, "wrong_type"),
    ({"missing": ["n", ["n"]]}, _COUNTED, {"n": 1}, "wrong_type"),
]


@pytest.mark.parametrize(("rule", "schema", "value", "code"), COERCING, ids=str)
def test_a_rule_that_would_convert_a_value_of_its_schema_is_refused(rule, schema, value, code):
    assert BodySchema(schema).is_valid(value)

    faults = rules.check(rules.parse(rule), types.type_of_schema(schema)).faults

    assert [fault.code for fault in faults] == [code]


EXTREME_DATES = [f"2026-01-02T03:04:05.{'1' * 50}Z", "0000-01-02T03:04:05Z"]


@pytest.mark.parametrize("date", EXTREME_DATES)
def test_a_rule_on_a_date_time_keeps_its_promise_for_long_fractions_and_for_year_0(date):
    case = GeneratedRule(_DATED, {"year": {"date": {"var": "d"}}}, [{"d": date}])
    assert BodySchema(_DATED).is_valid(case.values[0])

    expression = _checked_clean(case)

    assert expression is not None
    _assert_promise_kept(case, expression)


def test_most_generated_rules_check_clean_and_they_use_every_operator():
    seen, clean, still_clean = Counter[str](), 0, 0
    for seed in range(1000):
        whole, mutated = generated_rule(Random(seed)), generated_rule(Random(seed), is_mutated=True)
        checked = _checked_clean(whole)
        clean += checked is not None
        still_clean += _checked_clean(mutated) is not None
        seen.update(part.operator.name for part in walk(checked or rules.parse(1)) if isinstance(part, Call))

    assert clean > 750
    assert still_clean > 250
    assert set(seen) == {operator.name for operator in OPERATORS}


def test_the_watching_closure_builder_notices_a_coercion():
    closure = WatchingClosureBuilder().build(rules.parse({"+": ["1", 1]}))

    with pytest.raises(CoercionError):
        closure({}, StepBudget())


def test_the_first_date_of_the_calendar_has_a_year():
    rule = rules.compile(rules.parse({"year": {"var": "now"}}))

    assert rule({"now": datetime.min.replace(tzinfo=UTC)}) == 1
