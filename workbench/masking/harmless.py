"""Values that are known to be harmless: those that are not personal, and those that rules need."""

import re
from datetime import date
from decimal import Decimal
from typing import Final

from loyalty.program.program import Program
from workbench.masking.rule_usage import Counted, FieldPath, RuleUsage, program_names
from workbench.masking.schema_view import SchemaView, listed_texts

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d(?!\d)")
_OLD_DAYS: Final = 366
"""A date at least this long before the event may be a date of birth."""

_MAX_AMOUNT: Final = 1_000_000
"""A number from here on may be that of a phone, card or customer, even if its schema has bounds."""

_MIN_CARD_DIGITS: Final = 4
"""Numbers with fewer digits are not taken for the member's own phone or card."""

_MIN_PHONE_DIGITS: Final = 7
"""Numbers with fewer digits are not taken for the member's phone without its country code."""

ATTRIBUTES: Final = ("member", "attributes")
_HARMLESS_OF_MEMBER: Final = frozenset(
    {"tier", "tiers", "points", "earned_points", "wallets", "badges", "registered_at"}
)


class HarmlessValues:
    """Decides which texts, numbers and keys stay as they are."""

    def __init__(self, program: Program, *, today: date) -> None:
        self.usage = RuleUsage(program)
        self._today = today
        self._names = program_names(program)
        self._listed = {text for each in program.event_types.values() for text in listed_texts(each.body.schema)}
        self._identifiers: set[str] = set()
        self._identifier_digits: set[str] = set()

    def add_identifier(self, value: str) -> None:
        """Add an identifier of the member: it is never harmless."""
        self._identifiers.add(normalized(value))
        digits = "".join(filter(str.isdecimal, value))
        if len(digits) >= _MIN_CARD_DIGITS:
            self._identifier_digits.add(digits)

    def is_identifier(self, text: str) -> bool:
        """Return whether a text is an identifier of the member."""
        return normalized(text) in self._identifiers

    def is_harmless_text(self, text: str, path: FieldPath) -> bool:
        """Return whether a text is empty, a name of the program, or needed by a rule, and not an identifier."""
        return not text.strip() or (
            not self.is_identifier(text)
            and (
                text in self._names
                or text == self.usage.literal_in(path, text)
                or self.usage.compares(path, text)
                or (path[: len(ATTRIBUTES)] == ATTRIBUTES and text in self._listed)
                or (self.usage.calculates(path) and self._is_recent(text))
            )
        )

    def is_harmless_key(self, name: str, path: FieldPath, schema: SchemaView) -> bool:
        """Return whether a schema, a rule or the program names the key of a map; `path` ends with the key."""
        is_named = schema.declares(name) or self.usage.names(path) or name in self._names
        return not name.strip() or (is_named and not self.is_identifier(name))

    def is_harmless_number(self, number: Decimal, path: FieldPath, schema: SchemaView) -> bool:
        """Return whether a number is 0, an amount by its schema, or needed by a rule."""
        is_small = abs(number) < _MAX_AMOUNT
        is_needed = self.usage.calculates(path) or self.usage.compares(path, Decimal(str(number)))
        if self._has_digits_of_identifier(str(abs(number))):
            return is_needed and is_small
        return not number or is_needed or (schema.is_amount() and is_small)

    def is_harmless_result(self, counted: Counted, value: str) -> bool:
        """Return whether a value that was calculated from fields is harmless.

        It is if no field is personal, or if it is a small number or a recent date, calculated from numbers or dates.
        """
        personal = [path for path in counted.read if not _is_harmless_field(path)]
        is_plain = self._is_recent(value) or (value.isdecimal() and int(value) < _MAX_AMOUNT)
        return not personal or (is_plain and all(map(self.usage.calculates, personal)))

    def _is_recent(self, text: str) -> bool:
        """Return whether a text is a date, alone or with a time, of the last year before the event or later."""
        try:
            return is_date(text) and (self._today - date.fromisoformat(text[:10])).days < _OLD_DAYS
        except ValueError:
            return False

    def _has_digits_of_identifier(self, digits: str) -> bool:
        """Return whether a number is the member's phone, with or without its country code, or their card."""
        return digits in self._identifier_digits or (
            len(digits) >= _MIN_PHONE_DIGITS and any(own.endswith(digits) for own in self._identifier_digits)
        )


def is_date(text: str) -> bool:
    """Return whether a text starts as a date does."""
    return _DATE.match(text) is not None


def normalized(text: str) -> str:
    """Return the comparison form of texts: without case, and cut to the length that achievements store."""
    return text[:255].casefold()


def _is_harmless_field(path: FieldPath) -> bool:
    is_harmless_of_member = path[0] == "member" and len(path) > 1 and path[1] in _HARMLESS_OF_MEMBER
    return is_harmless_of_member or path[0] in ("event", "now")
