"""Well-typed rules that mean the same to every JSON Logic, and what other engines make of them."""

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
from tests.rules import javascript
from tests.rules.mutation import mutated
from tests.rules.rule_generator import RuleGenerator
from tests.rules.schema_generator import FieldPath, SchemaGenerator, field_paths

Json: TypeAlias = Any
VALUES = 3
RULES_A_SCHEMA = 10
_DATES = {"date", "year", "month", "day", "hour", "weekday", "days_between"}
OWN = frozenset(_DATES | {"lower", "upper", "starts_with", "ends_with", "length"})
"""Operators that jsonlogic.com does not have."""


@dataclass(frozen=True)
class Case:
    """A rule on a value, as texts, with what it is worth to us and what each of its parts was worth."""

    rule: str
    value: str
    worth: Json
    parts: tuple[tuple[str, Json], ...] = ()
    """Operators with their results, inner ones first."""


Batch: TypeAlias = list[list[Case]]
"""A few rules, each on the same few values."""


def cases(expression: rules.Expression, rule: Json, values: list[Json]) -> list[Case]:
    """A rule, parsed already, on each of a few values."""
    records: list[Any] = []
    closure, text = RecordingClosureBuilder(UTC, records.append).build(expression), rules.exact.dumps(rule)
    found = []
    for value in values:
        records.clear()
        worth = closure(value, StepBudget())
        parts = tuple((call.operator.name, part) for call, part in rules.Trace(worth, records).calls())
        found.append(Case(text, rules.exact.dumps(value), worth, parts))
    return found


def case(rule: Json, value: Json) -> Case:
    """A rule, checked or not, on a value."""
    return cases(rules.parse(rule), rule, [value])[0]


def batches(random: Random) -> Iterator[Batch]:
    """Rules that check clean, without end: as written, or with a slip that the check lets pass."""
    while True:
        body = SchemaGenerator(random, plain=True).body()
        scope = [place for place in field_paths(body) if place.path and (_is_named(place) or random.random() < 0.1)]
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


def _is_named(place: FieldPath) -> bool:
    """Whether a field leads there, and no length of an array: to datalogic-py there is none."""
    return not place.path.endswith(".length")


def _clean(rule: Json, seen: types.Type) -> rules.Expression | None:
    """The rule's expression, if it checks clean and is of operators that everybody has."""
    try:
        expression = rules.parse(rule)
    except rules.RuleError:
        return None
    if any(isinstance(part, Call) and part.operator.name in OWN for part in walk(expression)):
        return None
    return None if rules.check(expression, seen).faults else expression


def ask_datalogic(batches: Iterable[Batch]) -> Iterator[Json]:
    """What datalogic-py answers, case by case, or why it does not."""
    for batch in batches:
        for each in batch:
            rule = strictly(each[0].rule)
            yield from (_datalogic(rule, case.value) for case in each)


def ask_javascript(batches: Iterable[Batch]) -> Iterator[Json]:
    """What json-logic-js answers, case by case, or why it does not."""
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
    """The rule with `===` for `==`: on well-typed operands they are the same, but for null in datalogic-py."""
    return rule.replace('"==": ', '"===": ').replace('"!=": ', '"!==": ')


def same(ours: Json, theirs: Json) -> bool:
    """Whether two values are the same JSON. Numbers are compared without any tolerance.

    IEEE 754 rounds what is exact correctly: where every number on the way fits a double, a double is as exact as ours.
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
    """Whether all numbers in a value are exact in a double."""
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
