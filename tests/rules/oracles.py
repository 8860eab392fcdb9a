"""Test oracles: well-typed rules with their values in Laurel and in other JSON Logic engines."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from random import Random
from typing import Any, TypeAlias

import datalogic_py

import rules
from rules import types
from rules.bounds import StepBudget
from rules.closures import RecordingClosureBuilder
from rules.expression import Call, walk
from rules.values import Json
from tests.rules import javascript
from tests.rules.mutation import mutated
from tests.rules.rule_generator import RuleGenerator
from tests.rules.schema_generator import FieldPath, SchemaGenerator, field_paths

VALUES = 3
RULES_A_SCHEMA = 10
_DATES = {"date", "year", "month", "day", "hour", "weekday", "days_between"}
OWN = frozenset(_DATES | {"lower", "upper", "starts_with", "ends_with", "length"})
"""Operators that jsonlogic.com does not have."""


@dataclass(frozen=True)
class Case:
    """A rule and data, as JSON, with Laurel's value of the rule and of each of its parts."""

    rule: str
    value: str
    value_of_rule: Json
    parts: tuple[tuple[str, Json], ...] = ()
    """The evaluated operators with their values, inner ones first."""


Batch: TypeAlias = list[list[Case]]
"""A few rules, each on the same few data values."""


def cases(expression: rules.Expression, rule: Json, values: list[Json]) -> list[Case]:
    """Evaluate a parsed rule on each value."""
    records: list[Any] = []
    closure, text = RecordingClosureBuilder(UTC, records.append).build(expression), rules.exact.dumps(rule)
    found = []
    for value in values:
        records.clear()
        found_value = closure(value, StepBudget())
        parts = tuple((call.operator.name, part) for call, part in rules.Trace(found_value, records).calls())
        found.append(Case(text, rules.exact.dumps(value), found_value, parts))
    return found


def case(rule: Json, value: Json) -> Case:
    """Evaluate a rule on a value, without a check."""
    return cases(rules.parse(rule), rule, [value])[0]


def batches(random: Random) -> Iterator[Batch]:
    """Yield batches of rules that check clean, endlessly: generated ones, and mutants that the check accepts."""
    while True:
        body = SchemaGenerator(random, plain=True).body()
        scope = [target for target in field_paths(body) if target.path and (_is_named(target) or random.random() < 0.1)]
        author, seen = RuleGenerator(random, plain=True), types.type_of_schema(body.schema)
        values = [body.make(random) for _ in range(VALUES)]
        ways = [author.boolean, author.boolean, author.number, author.text]
        batch: Batch = []
        for _ in range(RULES_A_SCHEMA):
            rule = random.choice(ways)(scope, random.choice([2, 3, 4]))
            if random.random() < 0.3:
                rule = mutated(rule, scope, random)
            expression = _clean(rule, seen)
            if expression is not None:
                batch.append(cases(expression, rule, values))
        yield batch


def _is_named(target: FieldPath) -> bool:
    """Whether the path is that of a field, not of the length of an array, which datalogic-py does not have."""
    return not target.path.endswith(".length")


def _clean(rule: Json, seen: types.Type) -> rules.Expression | None:
    """The rule's expression, if it checks clean and uses only operators of jsonlogic.com."""
    try:
        expression = rules.parse(rule)
    except rules.RuleError:
        return None
    if any(isinstance(part, Call) and part.operator.name in OWN for part in walk(expression)):
        return None
    return None if rules.check(expression, seen).faults else expression


def ask_datalogic(batches: Iterable[Batch]) -> Iterator[Json]:
    """Yield datalogic-py's value or error message for each case."""
    for batch in batches:
        for each in batch:
            rule = strictly(each[0].rule)
            yield from (_datalogic(rule, case.value) for case in each)


def ask_javascript(batches: Iterable[Batch]) -> Iterator[Json]:
    """Yield json-logic-js's value or error message for each case."""
    lines = []
    for batch in batches:
        texts, values = [each[0].rule for each in batch], [case.value for case in batch[0]] if batch else []
        lines.append(f"[[{', '.join(texts)}], [{', '.join(values)}]]")
    for answers in javascript.answers(lines):
        for each in answers:
            yield from each


Oracle: TypeAlias = Callable[[Iterable[Batch]], Iterator[Json]]


def _datalogic(rule: str, value: str) -> Json:
    try:
        return datalogic_py.apply(rule, json.loads(value))
    except datalogic_py.DataLogicError as error:
        return f"error: {error}"


def strictly(rule: str) -> str:
    """Replace `==` by `===`: equivalent on well-typed operands, except for null in datalogic-py."""
    return rule.replace('"==": ', '"===": ').replace('"!=": ', '"!==": ')


def same(ours: Json, theirs: Json) -> bool:
    """Whether two JSON values are equal. Numbers are compared without tolerance.

    IEEE 754 arithmetic is exact if its operands and results fit a double, so that both engines must agree then.
    """
    match ours:
        case None | bool() | str():
            return type(ours) is type(theirs) and bool(ours == theirs)
        case int() | Decimal():
            return isinstance(theirs, int | float) and not isinstance(theirs, bool) and bool(ours == theirs)
        case list():
            return isinstance(theirs, list) and len(ours) == len(theirs) and all(map(same, ours, theirs))
        case _:
            keys = isinstance(theirs, dict) and ours.keys() == theirs.keys()
            return keys and all(same(value, theirs[key]) for key, value in ours.items())


def fits_a_double(value: Json) -> bool:
    """Whether a double can hold every number in a value exactly."""
    match value:
        case bool():
            return True
        case int() | Decimal():
            return Decimal(float(value)) == value
        case list():
            return all(map(fits_a_double, value))
        case dict():
            return all(map(fits_a_double, value.values()))
        case _:
            return True
