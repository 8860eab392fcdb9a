"""Every operator does what JSON Logic documents, in every way of evaluating."""

import json

import pytest

import rules
from rules.exact import dumps, loads
from tests.kit.json_logic import EXAMPLES


@pytest.mark.parametrize("shown", EXAMPLES)
def test_an_operator_does_what_json_logic_documents(shown: str) -> None:
    wrong = []
    for rule, data, result in loads(json.dumps(EXAMPLES[shown])):
        compiled = rules.compile(rules.parse(rule))
        found = [dumps(each) for each in (rules.evaluate(rule, data), compiled(data), compiled.trace(data).value)]
        if set(found) != {dumps(result)}:
            wrong.append((rule, data, found))

    assert wrong == []
