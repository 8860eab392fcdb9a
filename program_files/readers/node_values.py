"""Read the value of a node as one of a type.

A wrong value is noted as a problem and read as a harmless value of the same type, so that reading continues and finds
the other problems; since noted problems refuse the program, no such value is ever used.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, TypeVar

from loyalty.calendar import Duration
from program_files.grammar.values import (
    DECIMALS,
    LARGEST_AMOUNT,
    LONGEST_TEXT,
    ChoiceValue,
    IntegerValue,
    NameValue,
)
from program_files.readers.cures import duration_cure, list_cure, number_cure, only_text, word_cure
from program_files.text.nodes import Node
from program_files.text.problems import Problems, shown

Word = TypeVar("Word", bound=str)

_NAME: Final = re.compile(NameValue.pattern)
NAME_RULE: Final = "a name is 1 to 64 letters, digits, _ . or -, and begins with a letter or digit"
_LONGEST: Final = Duration(months=1200, days=36_600, seconds=36_600 * 86_400)


def note_wrong_type(node: Node, problems: Problems, what: str, wanted: str, suggestion: str | None = None) -> None:
    """Note that a value has the wrong type."""
    cure = "; put it in quotes" if wanted == "a text" and node.type_name() in ("a number", "true or false") else ""
    number = number_cure(node) if wanted.startswith(("a number", "a whole number")) else None
    problems.add(
        node.place, "wrong-type", f"{what} must be {wanted}, not {node.type_name()}{cure}", suggestion or number
    )


def text_of(node: Node, problems: Problems, what: str) -> str:
    """Return a text that is not blank."""
    if not isinstance(node.value, str):
        note_wrong_type(node, problems, what, "a text")
        return ""
    if not node.value.strip() or len(node.value) > LONGEST_TEXT:
        problems.add(node.place, "out-of-range", f"{what} must have 1 to {LONGEST_TEXT:,} characters")
    return node.value


def name_of(node: Node, problems: Problems, what: str) -> str | None:
    """Return a name; None if it is wrong."""
    if not isinstance(node.value, str):
        note_wrong_type(node, problems, what, "a text", only_text(node))
        return None
    return node.value if is_name(node.value, node, problems, what) else None


def can_be_name(text: str) -> bool:
    """Return whether a text can be a name of something in program files."""
    return _NAME.fullmatch(text) is not None


def is_name(value: str, node: Node, problems: Problems, what: str) -> bool:
    """Return whether a text can be a name; note a problem if not."""
    if can_be_name(value):
        return True
    problems.add(node.place, "bad-name", f"{what} cannot be {shown(value) or 'empty'}: {NAME_RULE}")
    return False


def items_of(node: Node, problems: Problems, what: str) -> Sequence[Node]:
    """Return the items of a list."""
    if isinstance(node.value, list):
        return node.value
    note_wrong_type(node, problems, what, "a list", list_cure(node))
    return []


def choice_of(
    node: Node, problems: Problems, what: str, choice: ChoiceValue[Word], *, forms: Sequence[str] = ()
) -> Word:
    """Return one of some words; `forms` are the other allowed forms."""
    words = tuple(choice.words)
    if not isinstance(node.value, str):
        note_wrong_type(node, problems, what, "a text")
        return words[0]
    for word in words:
        if node.value == word:
            return word
    suggestion = word_cure(node.value, words)
    if suggestion is None:
        problems.add_unknown(node.place, "unknown-value", what, node.value, [*words, *forms])
    else:
        problems.add(node.place, "unknown-value", f"{what} {shown(node.value)} is unknown", suggestion)
    return words[0]


def amount_of(node: Node, problems: Problems, what: str, *, zero: bool = False, below: bool = False) -> Decimal:
    """Return an amount above 0, or from 0 if `zero`, or any if `below`."""
    value, least = node.value, -LARGEST_AMOUNT if below else 0
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        note_wrong_type(node, problems, what, "a number")
    elif not least <= value <= LARGEST_AMOUNT or value * 10**DECIMALS % 1:
        message = f"{what} must be from {least:,} to {LARGEST_AMOUNT:,}, with at most {DECIMALS} decimals"
        problems.add(node.place, "out-of-range", message)
    elif not value and not zero:
        problems.add(node.place, "out-of-range", f"{what} must be above 0")
    else:
        return Decimal(value)
    return Decimal(1)


def integer_of(node: Node, problems: Problems, what: str, bounds: IntegerValue) -> int:
    """Return a whole number within its bounds."""
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        note_wrong_type(node, problems, what, "a whole number")
        return bounds.least
    if value % 1:
        problems.add(node.place, "wrong-type", f"{what} must be a whole number, not {value}")
        return bounds.least
    if not bounds.least <= value <= bounds.most:
        problems.add(node.place, "out-of-range", f"{what} must be from {bounds.least} to {bounds.most}")
        return bounds.least
    return int(value)


def duration_of(node: Node, problems: Problems, what: str, *, zero: bool = False) -> Duration:
    """Return a duration of at most a hundred years, above 0 unless `zero`."""
    fallback = Duration(days=1)
    if not isinstance(node.value, str):
        problems.add(node.place, "bad-duration", f"{what} must be a duration such as 90d, not {node.type_name()}")
        return fallback
    try:
        value = Duration.parse(shown(node.value))
    except ValueError as error:
        problems.add(node.place, "bad-duration", f"{what}: {error}", duration_cure(node.value))
        return fallback
    if not value and not zero:
        problems.add(node.place, "bad-duration", f"{what} must be longer than {shown(node.value)}")
    if value.months > _LONGEST.months or value.days > _LONGEST.days or value.seconds > _LONGEST.seconds:
        problems.add(node.place, "bad-duration", f"{what} must be at most 100 years")
        return fallback
    return value
