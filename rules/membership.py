"""Looking for values in lists: constant ones are hashed once, others are searched in C where that gives the same."""

from decimal import Decimal

from rules import numbers
from rules.values import Json, ValueKind, contains, kind_of

_PLAIN = frozenset({str, int, Decimal, type(None)})
"""Types whose values are equal in Python exactly if they are strictly equal; booleans are equal to numbers."""


class ConstantList:
    """A constant list: whether it contains a value is answered without a loop."""

    __slots__ = ("_booleans", "_has_null", "_numbers", "_texts")

    def __init__(self, elements: list[Json]) -> None:
        kinds = [(kind_of(element), element) for element in elements]
        self._texts = frozenset(element for kind, element in kinds if kind is ValueKind.TEXT)
        self._numbers = frozenset(numbers.exact(element) for kind, element in kinds if kind is ValueKind.NUMBER)
        self._booleans = frozenset(element for kind, element in kinds if kind is ValueKind.BOOLEAN)
        self._has_null = None in elements

    def has(self, needle: Json) -> bool:
        """Return whether an element is strictly equal to a value; never to an array or object, which is another one."""
        match kind_of(needle):
            case ValueKind.TEXT:
                return needle in self._texts
            case ValueKind.INSTANT:
                return needle.isoformat() in self._texts
            case ValueKind.NUMBER:
                number = numbers.exact(needle)
                return number is not None and number in self._numbers
            case ValueKind.BOOLEAN:
                return needle in self._booleans
            case ValueKind.NULL:
                return self._has_null
            case ValueKind.ARRAY | ValueKind.OBJECT:
                return False


def found_in(needle: Json, haystack: Json) -> bool:
    """Return the result of `contains`, faster for a list of texts and numbers."""
    if haystack.__class__ is list and needle.__class__ in _PLAIN and _PLAIN.issuperset(map(type, haystack)):
        return needle in haystack
    return contains(needle, haystack)
