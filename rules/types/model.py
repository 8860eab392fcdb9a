"""The type classes, constructors for them, and their union."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from rules import numbers
from rules.frozen import frozen_at_type_check
from rules.iso_dates import read_iso_date
from rules.numbers import ExactNumber
from rules.types.ranges import EVERYWHERE, Range, hull, point
from rules.values import Json

MOST_RECORDS = 16
"""Most record variants of one union; more are merged into one, which loses precision. Schemas multiply variants."""


@dataclass(frozen=True, slots=True)
class AnyType:
    """Any value; nothing is known about it."""


@dataclass(frozen=True, slots=True)
class NullType:
    """null, which is also the value of a `var` whose path does not exist."""


@dataclass(frozen=True, slots=True)
class AbsentType:
    """A field that does not exist; only used in types of fields."""


@frozen_at_type_check
class BooleanType:
    value: bool | None = None
    """Its only possible value; None if both are possible."""


@frozen_at_type_check
class NumberType:
    """A number. Use `number_type` to construct one: it drops impossible values."""

    values: tuple[ExactNumber, ...] | None = None
    zero: bool = True
    """Whether it may be 0, and so may not be a divisor."""
    within: Range = EVERYWHERE
    """The range of the number; unused if `values` is given."""


@frozen_at_type_check
class TextType:
    values: tuple[str, ...] | None = None
    dated: bool = False
    """Whether it is always an ISO 8601 date or date-time."""
    open: bool = False
    """Whether data may also have values that are not listed, from older revisions; rules may use only listed ones."""


@dataclass(frozen=True, slots=True)
class InstantType:
    pass


@frozen_at_type_check
class ArrayType:
    element: "Type"
    """The type of all elements."""
    first: tuple["Type", ...] = ()
    """More precise types of the first elements, in order."""
    least: int = 0
    """The least number of elements."""
    rest: "Type | None" = None
    """A more precise type of the elements after `first`."""
    most: int | None = None
    """The greatest number of elements; None if unbounded."""


@frozen_at_type_check
class RecordType:
    """An object. `others` is the type of fields that are not named; None if rules cannot read any."""

    fields: tuple[tuple[str, "Type"], ...]
    others: "Type | None" = None
    open: bool = False
    """Whether data may have fields that the schema does not name and rules cannot read."""
    prefixed: tuple[tuple[str, "Type"], ...] = ()
    """Types of the fields that are not named, by the prefix of their name."""


@frozen_at_type_check
class UnionType:
    """A union of types, at most one of each class except records. The empty union, NEVER, has no values."""

    options: tuple["Type", ...]


Type: TypeAlias = (
    AnyType
    | NullType
    | AbsentType
    | BooleanType
    | NumberType
    | TextType
    | InstantType
    | ArrayType
    | RecordType
    | UnionType
)

ANY = AnyType()
NULL = NullType()
ABSENT = AbsentType()
BOOLEAN = BooleanType()
NUMBER = NumberType()
TEXT = TextType()
DATED_TEXT = TextType(dated=True)
INSTANT = InstantType()
NEVER = UnionType(())


def number_type(values: Iterable[ExactNumber] | None = None, *, zero: bool = True, within: Range = EVERYWHERE) -> Type:
    """Return the type of the numbers in the range, or of those of the `values`; without 0 unless `zero`."""
    if values is None and within.low is not None and within.low == within.high:
        values = (within.low,)
    if values is not None:
        left = tuple(value for value in values if within.holds(value) and (zero or value))
        return NumberType(left, zero=0 in left) if left else NEVER
    return NEVER if within.is_empty else NumberType(None, zero and within.holds(0), within)


def range_of(of: NumberType) -> Range:
    """Return the smallest range that contains all its values."""
    if of.values is None:
        return of.within
    return Range(min(of.values), max(of.values)) if of.values else point(0)


def record(fields: Mapping[str, Type], others: Type | None = None, *, open: bool = False) -> RecordType:  # noqa: A002 - the word
    """Return the type of an object with these fields; use `optional` for the type of a field that may be absent."""
    return RecordType(tuple(fields.items()), None if others is None else optional(others), open)


def array(of: Type) -> ArrayType:
    return ArrayType(of)


def optional(of: Type) -> Type:
    """Return the type of a field that may be absent."""
    return union(of, ABSENT)


def nullable(of: Type) -> Type:
    return union(of, NULL)


def one_of(*values: Json) -> Type:
    """Return the type that has exactly these values."""
    return union(*map(type_of_value, values))


def type_of_value(value: Json) -> Type:
    """Return the narrowest type of a value."""
    match value:
        case None:
            return NULL
        case bool():
            return BooleanType(value)
        case str():
            return TextType((value,), dated=read_iso_date(value) is not None)
        case datetime():
            return INSTANT
        case list():
            return ArrayType(union(*map(type_of_value, value)), least=len(value), most=len(value))
        case dict():
            return RecordType(tuple((name, type_of_value(field)) for name, field in value.items()))
        case _:
            exact = numbers.exact(value)
            return NULL if exact is None else number_type((exact,))


def options(of: Type) -> tuple[Type, ...]:
    """Return the types of a union; any other type alone."""
    return of.options if isinstance(of, UnionType) else (of,)


def filter_options(of: Type, keep: Callable[[Type], bool]) -> Type:
    """Return the union of the options for which `keep` is true."""
    return union(*(option for option in options(of) if keep(option)))


def may_be(of: Type, *classes: type) -> bool:
    """Return whether an option of the type is of one of these classes."""
    return any(isinstance(option, classes) for option in options(of))


def field_of(of: RecordType, name: str) -> Type:
    """Return the type of a field, whether the record declares it or not."""
    found = declared_field(of, name)
    return found if found is not None else _UNKNOWN_FIELD if of.open else ABSENT


def declared_field(of: RecordType, name: str) -> Type | None:
    """Return the type of a field that rules may read; None if they may not."""
    for known, field in of.fields:
        if known == name:
            return field
    for prefix, field in of.prefixed:
        if name.startswith(prefix):
            return field
    return of.others


def union(*types: Type) -> Type:
    """Return the union of the types."""
    if len(types) == 1:
        return types[0]
    by_class: dict[object, list[Type]] = {}
    for type_ in types:
        for option in options(type_):
            same = by_class.setdefault(type(option), [])
            if option not in same:
                same.append(option)
    if AnyType in by_class:
        by_class = {class_: same for class_, same in by_class.items() if class_ in (AnyType, AbsentType)}
    found = tuple(each for class_ in _ORDER if class_ in by_class for each in _merged(by_class[class_]))
    return found[0] if len(found) == 1 else UnionType(found)


def _merged(same: list[Type]) -> list[Type]:
    """Merge different types of one class into one; records stay separate up to MOST_RECORDS."""
    if len(same) == 1:
        return same
    match same[0]:
        case BooleanType():
            return [BOOLEAN]
        case NumberType():
            return [_merged_numbers([each for each in same if isinstance(each, NumberType)])]
        case TextType():
            texts = [each for each in same if isinstance(each, TextType)]
            values, is_open = _all_values(text.values for text in texts), any(text.open for text in texts)
            return [TextType(values, all(text.dated for text in texts), is_open and values is not None)]
        case ArrayType():
            return [_merged_arrays([each for each in same if isinstance(each, ArrayType)])]
        case RecordType() if len(same) > MOST_RECORDS:
            return [_merged_records([each for each in same if isinstance(each, RecordType)])]
        case _:
            return same


def _merged_numbers(same: list[NumberType]) -> Type:
    values, zero = _all_values(each.values for each in same), any(each.zero for each in same)
    within = range_of(same[0])
    for each in same[1:]:
        within = hull(within, range_of(each))
    return NumberType(values, zero) if values is not None else NumberType(None, zero, within)


def _merged_arrays(same: list[ArrayType]) -> ArrayType:
    filled = [each for each in same if each.element != NEVER]
    tuples = {(each.first, each.rest) for each in filled}
    first, rest = tuples.pop() if len(tuples) == 1 else ((), None)
    ends = [each.most for each in filled if each.most is not None]
    most = max(ends, default=0) if len(ends) == len(filled) else None
    return ArrayType(union(*(each.element for each in filled)), first, min(each.least for each in same), rest, most)


def _merged_records(same: list[RecordType]) -> RecordType:
    names = dict.fromkeys(name for each in same for name, _ in each.fields)
    others = [each.others for each in same if each.others is not None]
    others += [_UNKNOWN_FIELD for each in same if each.prefixed]
    fields = tuple((name, union(*(field_of(each, name) for each in same))) for name in names)
    return RecordType(fields, union(*others) if others else None, not others and any(each.open for each in same))


def _all_values(enumerations: Iterable[tuple[Json, ...] | None]) -> tuple[Json, ...] | None:
    every: dict[Json, None] = {}
    for values in enumerations:
        if values is None:
            return None
        every.update(dict.fromkeys(values))
    return tuple(every)


_UNKNOWN_FIELD = UnionType((ANY, ABSENT))
_ORDER = (AnyType, TextType, NumberType, BooleanType, InstantType, ArrayType, RecordType, NullType, AbsentType)
"""The order of options in a union, so that unions of the same types are equal."""
