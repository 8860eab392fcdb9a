"""Exact arithmetic on int and Decimal, in one decimal context. None stands for JavaScript's NaN and infinities."""

import re
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DecimalException,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from typing import TypeAlias

ExactNumber: TypeAlias = int | Decimal

DIGITS = 34
LARGEST_EXPONENT = 6144
CONTEXT = Context(
    prec=DIGITS,
    rounding=ROUND_HALF_EVEN,
    Emax=LARGEST_EXPONENT,
    Emin=1 - LARGEST_EXPONENT,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
LARGEST_INTEGER = 10**DIGITS
"""Larger products are rounded to 34 digits, so that repeated squaring stays cheap."""

LONGEST_NUMBER = 400
"""Longest text that is read as a number, in characters."""

LONGEST_PADDED = 4_000
"""Longest text that is read as a number with the spaces around it, in characters."""

_WHOLE = re.compile(r"[+-]?[0-9]{1,30}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_RADIX = re.compile(r"0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)")


def exact(value: float | Decimal) -> ExactNumber | None:
    """Return the exact value of a number, a float as its shortest decimal representation; None if it is not finite."""
    if isinstance(value, int):
        return value
    try:
        number = CONTEXT.create_decimal(repr(value)) if isinstance(value, float) else value
    except DecimalException:
        return None
    return number if number.is_finite() else None


def from_text(text: str) -> ExactNumber | None:
    """Parse the whole text as JavaScript does: "" is 0, "0x10" is 16, "1a" is None."""
    if len(text) > LONGEST_PADDED:
        return None
    text = text.strip(" \t\n\r\v\f\u00a0\ufeff\u2028\u2029")
    if not text:
        return 0
    if len(text) > LONGEST_NUMBER:
        return None
    if _DECIMAL.fullmatch(text):
        return _decimal(text)
    return int(text, 0) if _RADIX.fullmatch(text) else None


def from_prefix(text: str) -> ExactNumber | None:
    """Parse the number that the text starts with: "12 points" is 12, "points" is None."""
    found = _DECIMAL.match(text[:LONGEST_NUMBER].lstrip())
    return _decimal(found[0]) if found else None


def _decimal(text: str) -> ExactNumber | None:
    if _WHOLE.fullmatch(text):
        return int(text)
    try:
        return CONTEXT.create_decimal(text)
    except DecimalException:
        return None


def javascript_text(number: ExactNumber) -> str:
    """Format a number as JavaScript does, with all its digits: 1.5, 20, 1e+21, 1e-7."""
    if isinstance(number, int):
        if -(10**21) < number < 10**21:
            return str(number)
        number = Decimal(number)
    if not number:
        return "0"
    exponent = number.adjusted()
    if -6 <= exponent < 21:
        text = format(number, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    sign, figures, _ = number.as_tuple()
    digits = "".join(map(str, figures)).rstrip("0")
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{'-' if sign else ''}{digits[0]}{fraction}e{exponent:+d}"


def add(left: ExactNumber, right: ExactNumber) -> ExactNumber | None:
    if isinstance(left, int) and isinstance(right, int):
        return left + right
    try:
        return CONTEXT.add(Decimal(left), Decimal(right))
    except DecimalException:
        return None


def subtract(left: ExactNumber, right: ExactNumber) -> ExactNumber | None:
    if isinstance(left, int) and isinstance(right, int):
        return left - right
    try:
        return CONTEXT.subtract(Decimal(left), Decimal(right))
    except DecimalException:
        return None


def multiply(left: ExactNumber, right: ExactNumber) -> ExactNumber | None:
    if isinstance(left, int) and isinstance(right, int):
        return rounded(left * right)
    try:
        return CONTEXT.multiply(Decimal(left), Decimal(right))
    except DecimalException:
        return None


def rounded(product: int) -> ExactNumber | None:
    """Round an integer to 34 digits if it has more."""
    if -LARGEST_INTEGER < product < LARGEST_INTEGER:
        return product
    try:
        return CONTEXT.create_decimal(product)
    except DecimalException:
        return None


def divide(dividend: ExactNumber, divisor: ExactNumber) -> ExactNumber | None:
    """Return the quotient, rounded to 34 digits; None if the divisor is 0."""
    if not divisor:
        return None
    if isinstance(dividend, int) and isinstance(divisor, int):
        quotient, rest = divmod(dividend, divisor)
        if not rest:
            return quotient
    try:
        return CONTEXT.divide(Decimal(dividend), Decimal(divisor))
    except DecimalException:
        return None


def remainder(dividend: ExactNumber, divisor: ExactNumber) -> ExactNumber | None:
    """Return the exact remainder, with the sign of the dividend; None if the divisor is 0."""
    if not divisor:
        return None
    if isinstance(dividend, int) and isinstance(divisor, int):
        rest = abs(dividend) % abs(divisor)
        return -rest if dividend < 0 else rest
    if Decimal(dividend).copy_abs() < Decimal(divisor).copy_abs():
        return dividend
    sign, figures, power = _whole(dividend)
    _, measure, measure_power = _whole(divisor)
    lowest = min(power, measure_power)
    measure *= 10 ** (measure_power - lowest)  # stays short: the divisor is no larger than the dividend
    rest = figures * pow(10, power - lowest, measure) % measure
    try:
        return Decimal(-rest if sign else rest).scaleb(lowest, CONTEXT)
    except DecimalException:
        return None


def _whole(number: ExactNumber) -> tuple[int, int, int]:
    sign, figures, power = Decimal(number).as_tuple()
    assert isinstance(power, int), "only finite numbers come here"
    return sign, int(Decimal((0, figures, 0))), power
