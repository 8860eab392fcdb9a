"""docs/rules.md has a section on every operator, whose example runs."""

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


def test_every_operator_has_a_section():
    assert sorted(SECTIONS) == sorted(operator.name for operator in OPERATORS)


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_a_section_has_the_names_of_the_operator_its_operands_and_an_example_that_runs(operator):
    heading, body = SECTIONS[operator.name]
    (written,) = re.findall(r"```json\n(.*?)```", body, re.DOTALL)
    example = loads(written)

    used = {part.operator for part in walk(rules.parse(example["rule"])) if isinstance(part, Call)}

    assert re.findall(r"`([^`]+)`", heading) == [operator.name, *operator.aliases]
    assert f"\n{_arity(operator)}" in body
    assert operator in used
    assert rules.evaluate(example["rule"], example["data"]) == example["result"]
