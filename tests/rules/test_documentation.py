"""docs/rules.md tells of every operator, and its examples run."""

import re
from pathlib import Path

import pytest

import rules
from rules.exact import loads
from rules.expression import Call, walk
from rules.operators import OPERATORS

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text()
SECTIONS = {
    re.findall(r"`([^`]+)`", heading)[0]: (heading, body)
    for heading, body in re.findall(r"^### (.+?)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
}


def _arity(operator):
    if operator.most is None:
        return f"{operator.least} operands or more: "
    span = str(operator.least) if operator.least == operator.most else f"{operator.least} to {operator.most}"
    return f"{span} operand{'' if span == '1' else 's'}: "


def test_the_operators_told_of_are_those_there_are():
    assert sorted(SECTIONS) == sorted(operator.name for operator in OPERATORS)


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_an_operator_is_told_with_its_names_its_operands_and_an_example_that_runs(operator):
    heading, body = SECTIONS[operator.name]
    (written,) = re.findall(r"```json\n(.*?)```", body, re.DOTALL)
    example = loads(written)

    used = {part.operator for part in walk(rules.parse(example["rule"])) if isinstance(part, Call)}

    assert re.findall(r"`([^`]+)`", heading) == [operator.name, *operator.aliases]
    assert f"\n{_arity(operator)}" in body
    assert operator in used
    assert rules.evaluate(example["rule"], example["data"]) == example["result"]
