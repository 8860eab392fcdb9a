"""Sums over many rows that may not fit into 64 bits: SQLite raises for those, and PostgreSQL has no such limit."""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, cast, func

_BASE: Final = 10**9


def sum_in_halves(amount: ColumnElement[int]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return two columns whose `whole_sum` is the sum of an amount; both null if there are no rows."""
    whole = cast(amount, BigInteger)  # PostgreSQL's sum is a fraction here
    return func.sum(whole // _BASE), func.sum(whole % _BASE)


def whole_sum(halves: Iterable[Any]) -> int:
    """Return the sum in two columns of `sum_in_halves`; 0 if there were no rows."""
    high, low = halves
    return int(high or 0) * _BASE + int(low or 0)
