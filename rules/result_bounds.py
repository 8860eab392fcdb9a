"""The bounds of the result of a rule, as far as the types of its input determine them."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import product
from typing import NamedTuple, TypeAlias

from rules.check import check
from rules.expression import ArrayLiteral, Call, Expression, Literal
from rules.narrowing import assume
from rules.paths import static_path
from rules.types import AbsentType, NullType, NumberType, Type, options, range_of

_INFINITE = Decimal("Infinity")


class Bounds(NamedTuple):
    """The least and the greatest number that a result may be."""

    least: Decimal
    greatest: Decimal


Found: TypeAlias = Bounds | None
"""The bounds; None: unknown."""


def bounds(expression: Expression, scope: Type, *, root: str) -> Bounds | None:
    """Return the bounds of a rule's result on data of type `scope`; None if they are not known.

    Numbers are known below one `root` of the scope alone: `event`.
    """
    match expression:
        case Literal(value=bool()):
            return None
        case Literal(value=int() | Decimal() as number):
            return Bounds(Decimal(number), Decimal(number))
        case Call():
            return _of_call(expression, scope, root)
        case Literal() | ArrayLiteral():
            return None


def _of_call(call: Call, scope: Type, root: str) -> Found:
    name = call.operator.name
    if name == "var":
        return _of_var(call, scope, root)
    if name in ("if", "?:"):
        return _of_branches(call.operands, scope, root)
    if name in ("length", "year", "month", "day", "hour", "weekday"):
        return Bounds(Decimal(0), _INFINITE)
    if name == "??":
        return _of_alternatives(call.operands, scope, root)
    combine = _ARITHMETIC.get(name)
    operands = [bounds(each, scope, root=root) for each in call.operands]
    known = [each for each in operands if each is not None]
    return None if combine is None or not known or len(known) < len(operands) else combine(known)


def _of_var(var: Call, scope: Type, root: str) -> Found:
    steps = static_path(var)
    if not steps or steps[0] != root:
        return None
    found: list[Bounds] = []
    for option in options(check(Call(var.path, var.operator, var.operands[:1]), scope).type):
        if isinstance(option, NumberType):
            found.append(_of_type(option))
        elif not isinstance(option, NullType | AbsentType):
            return None
    for default in var.operands[1:]:
        known = bounds(default, scope, root=root)
        if known is None:
            return None
        found.append(known)
    return _hull(found)


def _of_type(number: NumberType) -> Bounds:
    if number.values is not None:
        return Bounds(min(map(Decimal, number.values)), max(map(Decimal, number.values)))
    within = range_of(number)
    low, high = within.low, within.high
    return Bounds(-_INFINITE if low is None else Decimal(low), _INFINITE if high is None else Decimal(high))


def _of_branches(operands: tuple[Expression, ...], scope: Type, root: str) -> Found:
    """Return the bounds of `if`: each result under the conditions that lead to it."""
    found: list[Bounds] = []
    for condition, result in zip(operands[::2], operands[1::2], strict=False):
        known = bounds(result, assume(scope, condition, holds=True), root=root)
        if known is None:
            return None
        found.append(known)
        scope = assume(scope, condition, holds=False)
    if len(operands) % 2:
        otherwise = bounds(operands[-1], scope, root=root)
        if otherwise is None:
            return None
        found.append(otherwise)
    return _hull(found)


def _of_alternatives(operands: tuple[Expression, ...], scope: Type, root: str) -> Found:
    found = [bounds(each, scope, root=root) for each in operands]
    known = [each for each in found if each is not None]
    return _hull(known) if len(known) == len(found) else None


def _hull(found: Iterable[Bounds]) -> Found:
    all_found = list(found)
    if not all_found:
        return None
    return Bounds(min(each.least for each in all_found), max(each.greatest for each in all_found))


def _sum(terms: list[Bounds]) -> Found:
    return _total(terms)


def _total(terms: list[Bounds]) -> Bounds:
    return Bounds(sum((each.least for each in terms), Decimal(0)), sum((each.greatest for each in terms), Decimal(0)))


def _difference(terms: list[Bounds]) -> Found:
    left, *others = terms if len(terms) > 1 else (Bounds(Decimal(0), Decimal(0)), *terms)
    taken = _total(others)
    return Bounds(left.least - taken.greatest, left.greatest - taken.least)


def _product(terms: list[Bounds]) -> Found:
    total = terms[0]
    for each in terms[1:]:
        corners = [one * other if one and other else Decimal(0) for one, other in product(total, each)]
        total = Bounds(min(corners), max(corners))
    return total


def _quotient(terms: list[Bounds]) -> Found:
    """Only the sign, and only by what is never below 0."""
    dividend, *divisors = terms if len(terms) > 1 else (Bounds(Decimal(1), Decimal(1)), *terms)
    if any(divisor.least < 0 for divisor in divisors):
        return None
    return Bounds(-_INFINITE if dividend.least < 0 else Decimal(0), _INFINITE if dividend.greatest > 0 else Decimal(0))


def _least(terms: list[Bounds]) -> Found:
    return Bounds(min(each.least for each in terms), min(each.greatest for each in terms))


def _greatest(terms: list[Bounds]) -> Found:
    return Bounds(max(each.least for each in terms), max(each.greatest for each in terms))


_ARITHMETIC: dict[str, Callable[[list[Bounds]], Found]] = {
    "+": _sum,
    "-": _difference,
    "*": _product,
    "/": _quotient,
    "min": _least,
    "max": _greatest,
}
