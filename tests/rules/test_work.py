"""What an operator converts, compares, searches or copies is charged before, and honest work is not refused."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rules
from rules import values
from rules.bounds import STEPS, UNASKED
from rules.membership import ConstantList, found_in
from rules.operators import OPERATORS
from tests.rules.effort import effort
from tests.rules.strategies import json_values

Run = Callable[[Any], Any]

MANY = [1] * 6_000
NOTE = "x" * 120_000
LONG = {"many": MANY, "nested": [MANY], "note": NOTE, "other": NOTE[1:] + "y", "texts": [NOTE, NOTE]}
ACCUMULATOR = {"var": "accumulator.0"}
NOT_CHARGED = {
    *("if", "?:", "and", "or", "??", "!", "!!", "log", "map", "filter", "reduce", "all", "some", "none", "length")
}
"""Operators that look at no more of their operands than their truth or length, and loops, which charge each element."""

CALLS = {
    "var": [{"var": {"cat": [ACCUMULATOR, ""]}}, {"var": [ACCUMULATOR]}],
    "missing": [{"missing": [ACCUMULATOR]}, {"missing": {"merge": [ACCUMULATOR, ACCUMULATOR]}}],
    "missing_some": [{"missing_some": [1, {"merge": [ACCUMULATOR, ACCUMULATOR]}]}],
    "substr": [{"substr": [ACCUMULATOR, 1]}, {"substr": [ACCUMULATOR, -5, -1]}],
    "in": [{"in": [ACCUMULATOR, {"var": "accumulator.1"}]}, {"in": [ACCUMULATOR, "1,1"]}, {"in": ["z", ACCUMULATOR]}],
    "<": [{"<": [ACCUMULATOR, {"var": "accumulator.1"}]}, {"<": ["1,1", ACCUMULATOR, "1,1"]}],
    "starts_with": [{"starts_with": [ACCUMULATOR, {"var": "accumulator.1"}]}, {"starts_with": ["x", ACCUMULATOR]}],
}


def calls() -> list[Any]:
    """A call of each operator on long values, as the body of a loop."""
    found = []
    for operator in OPERATORS:
        if operator.name in NOT_CHARGED:
            continue
        two = [ACCUMULATOR, {"var": "accumulator.1"}]
        usual = [
            {operator.name: two[: operator.least or 2]},
            {operator.name: [ACCUMULATOR, "x"][: operator.least or 2]},
        ]
        found += [
            pytest.param(body, id=f"{operator.name} {n}") for n, body in enumerate(CALLS.get(operator.name, usual))
        ]
    return found


def engines(rule: Any) -> list[Run]:
    """The rule compiled, with a trace, and as closures."""
    compiled = rules.compile(rules.parse(rule))
    return [compiled, lambda data: compiled.trace(data).value, lambda data: rules.evaluate(rule, data)]


def outcome(run: Run, data: Any) -> str:
    try:
        return rules.exact.dumps(run(data))
    except rules.TooMuchWork:
        return "too much work"


@pytest.mark.parametrize("body", calls())
@pytest.mark.parametrize("pair", [("many", "note"), ("nested", "many"), ("texts", "note")], ids="-".join)
def test_an_operator_on_long_values_in_a_loop_takes_bounded_time(body: Any, pair: tuple[str, str]) -> None:
    start = [{"var": pair[0]}, {"var": pair[1]}]
    rule = {"reduce": [{"var": "many"}, {"if": [body, {"var": "accumulator"}, {"var": "accumulator"}]}, start]}

    found = [outcome(run, LONG) for run in engines(rule)]  # without charging, one takes minutes

    assert found == [found[0]] * 3


def test_what_would_be_made_is_charged_before_it_is_made() -> None:
    rule = {"map": [{"var": "lines"}, {"cat": [{"var": "note"}] * 100}]}
    data = {"lines": [{"note": "x" * 250_000}] * 100}

    for run in engines(rule):
        tracemalloc.start()
        assert outcome(run, data) == "too much work"
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 2 * 2**20


@pytest.mark.parametrize("of", [str, int], ids=["texts", "numbers"])
def test_three_thousand_lines_are_looked_up_in_four_hundred_articles(of: Callable[[int], Any]) -> None:
    articles = [of(n) for n in range(400)]
    lines = {"lines": [{"article": of(n)} for n in range(3_000)], "articles": articles}
    constant = {"filter": [{"var": "lines"}, {"in": [{"var": "article"}, articles]}]}
    of_event = {
        "reduce": [
            {"var": "lines"},
            {
                "if": [
                    {"in": [{"var": "current.article"}, {"var": "accumulator.1"}]},
                    [{"+": [{"var": "accumulator.0"}, 1]}, {"var": "accumulator.1"}],
                    {"var": "accumulator"},
                ]
            },
            [0, {"var": "articles"}],
        ]
    }

    for run in engines(constant):
        assert len(run(lines)) == 400
    for run in engines(of_event):
        assert run(lines)[0] == 400


SCALARS = st.one_of(st.sampled_from(["", "1", "1,1", ",", "a", " 1", "0x10", None, True, False]), st.integers(-2, 20))
NESTED = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=5)


@effort(500)
@given(NESTED, st.one_of(NESTED, st.just({})))
def test_arrays_are_compared_as_the_texts_that_they_become(left: Any, right: Any) -> None:
    one, other = (values.to_text(each) if isinstance(each, list) else each for each in (left, right))

    assert values.to_number(left) == values.to_number(one)
    assert values.leading_number(left) == values.leading_number(one)
    assert values.less(left, right) == values.less(one, other)
    assert values.less_or_equal(left, right) == values.less_or_equal(one, other)
    if not (isinstance(left, list) and isinstance(right, list)):
        assert values.loosely_equal(left, right) == values.loosely_equal(one, other)


@effort(300)
@given(json_values, st.lists(json_values, max_size=5))
def test_a_search_finds_what_a_loop_finds(needle: Any, haystack: list[Any]) -> None:
    expected = any(values.strictly_equal(needle, element) for element in haystack)

    assert found_in(needle, haystack) == expected
    if not isinstance(needle, list | dict):
        assert ConstantList(haystack).has(needle) == expected


def test_evaluations_share_a_budget_whatever_runs_them() -> None:
    rule = {"reduce": [{"var": "many"}, {"+": [{"var": "accumulator"}, 1]}, 0]}
    once = 4 * len(MANY)

    for run in engines(rule):
        with rules.steps_together(2 * once):
            assert [run(LONG), run(LONG)] == [len(MANY)] * 2
            with pytest.raises(rules.TooMuchWorkTogether):
                run(LONG)
        run(LONG)


def test_an_evaluation_that_is_refused_counts_as_a_whole_one() -> None:
    rule = {"map": [{"var": "many"}, {"cat": ["x" * 64 * 100]}]}

    for run in engines(rule):
        with rules.steps_together(STEPS):
            assert outcome(run, LONG) == "too much work"
            with pytest.raises(rules.TooMuchWorkTogether):
                outcome(run, LONG)


def test_work_that_is_to_be_done_elsewhere_is_refused_before_it_is_done() -> None:
    rule = {"reduce": [{"var": "many"}, {"+": [{"var": "accumulator"}, 1]}, 0]}
    once = 4 * len(MANY)
    assert UNASKED < once < 2 * UNASKED

    for run in engines(rule):
        with rules.steps_at_once(UNASKED), pytest.raises(rules.TooMuchAtOnce):
            run(LONG)
        with rules.steps_at_once(once), rules.steps_together(STEPS):
            assert run(LONG) == len(MANY)
            with pytest.raises(rules.TooMuchAtOnce):
                run(LONG)
        assert run(LONG) == len(MANY)
