"""A rule that checks clean meets no coercion, whatever it is evaluated on; and what any engine makes of it, we do."""

import json
from datetime import UTC, datetime

import datalogic_py
import pytest
from hypothesis import HealthCheck, assume, given, settings

import rules
from rules import types
from rules.bounds import Work
from rules.closures import Closer
from rules.values import Kind, kind
from tests.rules.worlds import World, worlds

_ARITHMETIC = {"+", "-", "*", "/", "%", "min", "max"}
_ORDER = {"<", "<=", ">", ">="}
_EQUALITY = {"==", "!="}


class CoercionError(AssertionError):
    """An operator met a value that it would have to convert."""


class WatchingCloser(Closer):
    """Fails as soon as an operator meets what it would have to convert."""

    def call(self, call):
        evaluate, operands = super().call(call), self.all(call) if call.operator.name in _WATCHED else []

        def watched(data, work):
            kinds = [kind(operand(data, work)) for operand in operands]
            if not _WATCHED.get(call.operator.name, lambda _: True)(kinds):
                raise CoercionError(f"{call.operator.name} of {kinds} at {call.path}")
            return evaluate(data, work)

        return watched


def _alike(kinds):
    return len(set(kinds)) == 1 and kinds[0] in (Kind.NUMBER, Kind.TEXT, Kind.INSTANT)


_WATCHED = {
    **dict.fromkeys(_ARITHMETIC, lambda kinds: set(kinds) <= {Kind.NUMBER}),
    **dict.fromkeys(_ORDER, _alike),
    **dict.fromkeys(_EQUALITY, lambda kinds: Kind.NULL in kinds or len(set(kinds)) == 1),
    "cat": lambda kinds: set(kinds) <= {Kind.TEXT, Kind.NUMBER},
    "substr": lambda kinds: kinds[0] is Kind.TEXT and set(kinds[1:]) <= {Kind.NUMBER},
    "date": lambda kinds: kinds[0] in (Kind.TEXT, Kind.INSTANT),
}


def _clean(world: World) -> tuple[rules.Expression, types.Type]:
    expression = rules.parse(world.rule)
    checked = rules.check(expression, types.type_of_schema(world.schema))
    assume(not checked.faults)
    return expression, checked.type


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds)
def test_a_rule_that_checks_clean_meets_no_coercion(world):
    expression, type_ = _clean(world)

    for value in world.values:
        found = WatchingCloser(UTC).of(expression)(value, Work())

        assert types.fits(types.of_value(found), type_)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds)
def test_another_engine_agrees_on_a_rule_that_checks_clean(world):
    expression, _ = _clean(world)
    rule, text = rules.compile(expression), rules.exact.dumps(world.rule)
    assume(not any(json.dumps(name) in text for name in ("date", "missing", "/", "%")))  # where it differs by design
    strictly = json.loads(text.replace('"=="', '"==="').replace('"!="', '"!=="'))  # its null is loosely 0, "" and false

    for value in world.values:
        data = rules.exact.dumps(value)
        assume("{}" not in data)  # false to it

        assert json.loads(rules.exact.dumps(rule(value))) == datalogic_py.apply(strictly, json.loads(data))


def test_a_watcher_sees_a_coercion():
    closure = WatchingCloser(UTC).of(rules.parse({"+": ["1", 1]}))

    with pytest.raises(CoercionError):
        closure({}, Work())


def test_dates_of_the_calendars_edges_stay_dates():
    rule = rules.compile(rules.parse({"year": {"var": "now"}}))

    assert rule({"now": datetime.min.replace(tzinfo=UTC)}) == 1
