"""The official test suite of JSON Logic, if it is available beside the repository."""

from pathlib import Path

import pytest

import rules
from rules.exact import dumps, loads

SUITE = Path(__file__).parents[3] / "shared" / "reference" / "jsonlogic-official-tests.json"


@pytest.mark.skipif(not SUITE.exists(), reason=f"the official suite is not beside the repository: {SUITE.name}")
def test_the_official_suite_passes_in_every_way_of_evaluating():
    cases = [case for case in loads(SUITE.read_text()) if isinstance(case, list)]

    failed = [
        (rule, data, expected)
        for rule, data, expected in cases
        for compiled in [rules.compile(rules.parse(rule))]
        if {dumps(rules.evaluate(rule, data)), dumps(compiled(data)), dumps(compiled.trace(data).value)}
        != {dumps(expected)}
    ]

    assert len(cases) == 277
    assert failed == []
