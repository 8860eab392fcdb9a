"""The operator table, one module for each family."""

from rules.expression import Operator
from rules.operators import arithmetic, arrays, comparison, dates, logic, lookup, membership, text

OPERATORS: tuple[Operator, ...] = (
    *lookup.OPERATORS,
    *logic.OPERATORS,
    *comparison.OPERATORS,
    *membership.OPERATORS,
    *arithmetic.OPERATORS,
    *arrays.OPERATORS,
    *text.OPERATORS,
    *dates.OPERATORS,
)

TABLE: dict[str, Operator] = {name: operator for operator in OPERATORS for name in (operator.name, *operator.aliases)}
