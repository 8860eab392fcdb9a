"""The manual of operators is complete, and docs/rules.md contains it."""

from pathlib import Path

from rules import manual, manual_page
from rules.operators import OPERATORS

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text("utf-8")


def test_the_rules_page_ends_with_the_generated_manual() -> None:
    assert PAGE.endswith(manual_page.markdown())


def test_the_manual_has_every_operator_once() -> None:
    assert sorted(manual.MANUAL) == sorted(operator.name for operator in OPERATORS)
    assert len(manual.MANUAL) == sum(map(len, manual.FAMILIES.values()))
