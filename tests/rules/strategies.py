"""Hypothesis strategies: arbitrary rules and JSON values, and well-typed rules with their schemas and valid data."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st

from rules.operators import OPERATORS
from tests.rules.mutation import mutated
from tests.rules.rule_generator import RuleGenerator
from tests.rules.schema_generator import SchemaGenerator, field_paths

numbers = st.one_of(
    st.integers(-5, 5),
    st.integers(-(10**40), 10**40),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-1000, max_value=1000, places=2),
    st.sampled_from([Decimal("0.1"), Decimal("1E+6000"), Decimal("1E-6000"), 0.1, 1e300]),
)
texts = st.one_of(
    st.sampled_from(["", "a", "b.c", "1", "2.5", "web", "1x", "0x1F", "2026-01-02T03:04:05Z"]), st.text(max_size=3)
)
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abcd"), inner, max_size=3)),
    max_leaves=8,
)
paths = st.sampled_from(["", "a", "b", "c", "a.b", "a.0", "b.length", "current", "accumulator", "current.a", None, 0])


def _call(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def of(operator: Any) -> st.SearchStrategy[Any]:
        most = operator.least + 2 if operator.most is None else operator.most
        return st.lists(inner, min_size=operator.least, max_size=most).map(lambda operands: {operator.name: operands})

    return st.sampled_from(OPERATORS).flatmap(of)


any_rules = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts, paths.map(lambda path: {"var": path})),
    lambda inner: st.one_of(_call(inner), _call(inner), _call(inner), st.lists(inner, max_size=3)),
    max_leaves=14,
)


@dataclass(frozen=True)
class GeneratedRule:
    """A schema, values it accepts, and a rule on them that is well typed unless it was mutated."""

    schema: dict[str, Any]
    rule: Any
    values: list[Any]


def generated_rule(random: Random, *, is_mutated: bool = False, plain: bool = False) -> GeneratedRule:
    """Generate a rule with its schema; `plain`: it has the same value in every implementation of JSON Logic."""
    body = SchemaGenerator(random, plain=plain).body()
    scope = [target for target in field_paths(body) if target.path]
    rule = RuleGenerator(random, plain=plain).boolean(scope, random.choice([1, 2, 3, 4, 4]))
    if is_mutated:
        rule = mutated(rule, scope, random)
    return GeneratedRule(body.schema, rule, [body.make(random) for _ in range(6)])


generated_rules, mutated_rules = (
    st.integers(0, 2**63).map(lambda seed, is_mutated=is_mutated: generated_rule(Random(seed), is_mutated=is_mutated))
    for is_mutated in (False, True)
)
"""Generated from a seed, as drawing each choice from hypothesis would take longer than the tests."""
