"""How near a condition came to being true: how many of its required parts were false."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import rules
from loyalty.program.logic import Logic
from rules.expression import Call, Expression
from rules.values import is_truthy

MOST_PARTS: Final = 50
"""The most parts of one condition that are evaluated."""


@dataclass(frozen=True, slots=True)
class Nearness:
    """How many parts of a condition were false. `reads_member`: a false part depends on what the member has."""

    false_parts: int
    reads_member: bool

    @property
    def is_near(self) -> bool:
        """Whether one part alone kept the condition from being true."""
        return self.false_parts == 1


@dataclass(frozen=True, slots=True)
class _Part:
    rule: rules.Rule
    reads_member: bool


class ConditionParts:
    """The required parts of a condition: the operands of its `and`, and of those nested in it."""

    def __init__(self, condition: Logic) -> None:
        """Compile the parts of a condition."""
        zone = condition.rule.timezone
        self._parts = [
            _Part(rules.compile(each, timezone=zone), rules.may_read(each, "member"))
            for each, _ in zip(_operands(condition.expression), range(MOST_PARTS), strict=False)
        ]

    @property
    def reads_member(self) -> bool:
        """Whether any part reads what a member has."""
        return any(each.reads_member for each in self._parts)

    def nearness(self, values: Mapping[str, Any]) -> Nearness | None:
        """Return how near the condition comes to being true for these values; None if that takes too much work."""
        try:
            false = [each for each in self._parts if not is_truthy(each.rule(values))]
        except rules.TooMuchWork:
            return None
        return Nearness(len(false), self.reads_member)


def _operands(expression: Expression) -> Iterator[Expression]:
    """Return the parts that must all be true for an expression to be true."""
    match expression:
        case Call(operator=operator, operands=operands) if operator.name == "and":
            for each in operands:
                yield from _operands(each)
        case _:
            yield expression
