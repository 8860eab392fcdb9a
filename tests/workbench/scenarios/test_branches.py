"""The branches of a rule, and those that were taken."""

from typing import Any

import pytest

import rules
from workbench.scenarios.branches import Branches, IfBranch, InstrumentedRule


def taken(rule: Any, *data: Any, is_condition: bool = True) -> dict[str, bool]:
    """Every branch as text, and whether evaluations of the rule took it."""
    expression = rules.parse(rule)
    branches = Branches(expression, is_condition=is_condition)
    watched = InstrumentedRule(rules.compile(expression), branches)
    for each in data:
        watched(each)
    return {
        f"{branch.words} chosen" if isinstance(branch, IfBranch) else f"{branch.words} {branch.value}": is_taken
        for branch, is_taken in branches
    }


A, B = {"var": "a"}, {"var": "b"}


def test_each_operand_of_and_counts_as_true_as_false_or_as_not_evaluated() -> None:
    found = taken({"and": [A, {">": [B, 1]}]}, {"a": False, "b": 2}, {"a": True, "b": 2})

    assert found == {"a True": True, "a False": True, "b > 1 True": True, "b > 1 False": False}


def test_a_negated_condition_counts_itself() -> None:
    found = taken({"!": [{"or": [A, {"!!": [B]}]}]}, {"a": 0, "b": 1})

    assert found == {"a True": False, "a False": True, "b True": True, "b False": False}


@pytest.mark.parametrize(
    ("data", "chosen"),
    [
        ([{"a": 1}], {"1"}),
        ([{"a": 2}], {"2"}),
        ([{"a": 3}], {"3"}),
        ([{"a": 1}, {"a": 3}], {"1", "3"}),
    ],
)
def test_the_chosen_result_of_if_is_taken(data: list[Any], chosen: set[str]) -> None:
    rule = {"if": [{"==": [A, 1]}, 1, {"==": [A, 2]}, 2, 3]}

    found = taken(rule, *data, is_condition=False)

    assert {
        words.removesuffix(" chosen") for words, is_taken in found.items() if is_taken and "chosen" in words
    } == chosen


def test_an_if_without_else_has_no_branch_for_it() -> None:
    found = taken({"if": [A, 1]}, {"a": False}, is_condition=False)

    assert found == {"a True": False, "a False": True, "1 chosen": False}


def test_every_element_of_a_loop_counts() -> None:
    rule = {"map": [A, {"if": [{">": [{"var": ""}, 2]}, "big", "small"]}]}

    found = taken(rule, {"a": [1, 3]}, is_condition=False)

    assert set(found.values()) == {True}
    assert len(found) == 4


def test_the_body_of_filter_is_a_condition_and_that_of_map_is_none() -> None:
    rule = {"filter": [{"map": [A, {"var": "x"}]}, {"var": ""}]}

    found = taken(rule, {"a": [{"x": True}]}, is_condition=False)

    assert found == {"it True": True, "it False": False}


def test_a_search_is_a_condition_and_so_is_its_body() -> None:
    found = taken({"some": [A, {"==": [{"var": ""}, 2]}]}, {"a": [1, 2]})

    assert found == {
        'some(a, it == 2) True': True,
        'some(a, it == 2) False': False,
        "it == 2 True": True,
        "it == 2 False": True,
    }  # fmt: skip


def test_a_comparison_is_a_condition_everywhere() -> None:
    found = taken({"cat": ["is ", {"==": [A, 1]}]}, {"a": 1}, is_condition=False)

    assert found == {"a == 1 True": True, "a == 1 False": False}


def test_the_last_operand_of_or_is_a_value_where_the_or_is_evaluated_for_its_value() -> None:
    found = taken({"+": [{"or": [A, B]}, 1]}, {"a": 0, "b": 2}, is_condition=False)

    assert found == {"a True": False, "a False": True}


def test_a_constant_has_no_branches() -> None:
    assert taken({"and": [True, False]}, {}) == {}
    assert taken(5, {}, is_condition=False) == {}


def test_an_instrumented_rule_has_the_value_of_the_rule_before_and_after_all_branches_were_taken() -> None:
    expression = rules.parse({"==": [A, 1]})
    branches = Branches(expression, is_condition=True)
    watched = InstrumentedRule(rules.compile(expression), branches)

    answers = [watched({"a": a}) for a in (1, 2, 1, 2)]

    assert answers == [True, False, True, False]
    assert branches.all_taken
    assert watched.trace({"a": 1}).value is True
