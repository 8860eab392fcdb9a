"""Designers' tests report sales and returns, as production does."""

import pytest

from program_files import read_program
from tests.kit import programs
from workbench.scenarios.files import read_tests
from workbench.scenarios.running import run

EARN = "reactor: earn\non: transaction\nthen: [{award_points: {points: {var: event.body.gross_value}}}]\n"
PROGRAM = read_program(programs.files(reactors__earn=EARN))


def verdict(steps: str) -> tuple[str, list[str]]:
    """The verdict on a test with these steps, and what was wrong."""
    text = f"test: a test\nat: 2026-05-01T12:00:00\nsteps:\n{steps}"
    (scenario,) = read_tests({"tests/t.yaml": text.encode()}, PROGRAM)
    result = run(scenario, PROGRAM)
    return result.verdict, [each.actual for each in result.mismatches]


def test_a_sale_and_its_returns_move_points() -> None:
    found = verdict(
        """\
  - {transaction: A, items: [{sku: beans, gross_value: 20, quantity: 2}, {sku: cup, gross_value: 9}]}
  - {expect: {points: 29}}
  - {return: R1, of: A, items: [{sku: beans, gross_value: 10}]}
  - {expect: {points: 19, events: [transaction_returned]}}
  - {return: R2, of: A}
  - {expect: {points: 0, earned: 0}}
"""
    )

    assert found == ("passed", [])


@pytest.mark.parametrize("step", ["{return: R, of: A, items: [{sku: beans, gross_value: 21}]}", "{return: A, of: A}"])
def test_what_production_refuses_fails_the_test(step: str) -> None:
    sold = "  - {transaction: A, items: [{sku: beans, gross_value: 20}]}\n"

    said, reasons = verdict(f"{sold}  - {step}\n  - {{expect: {{points: 0}}}}\n")

    assert said == "failed"
    assert len(reasons) == 1
