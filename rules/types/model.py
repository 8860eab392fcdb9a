"""The kinds of types, and what a set of options is when it is one type."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from rules import numbers
from rules.frozen import frozen_at_type_check
from rules.numbers import ExactNumber as Figure
from rules.types.ranges import EVERYWHERE, Range, hull, point
from rules.values import Json

MOST_RECORDS = 16
"""Objects told apart in one type; more become one, of which less is known. Combined schemas multiply them."""


@dataclass(frozen=True, slots=True)
class AnyType:
    """A value of which nothing is known."""


@dataclass(frozen=True, slots=True)
class NullType:
    """null, and what `var` is worth where nothing is."""


@dataclass(frozen=True, slots=True)
class AbsentType:
    """A field that is not there; only ever the type of a field."""


@frozen_at_type_check
class BooleanType:
    value: bool | None = None
    """The one value it can have, if it has only one."""


@frozen_at_type_check
class NumberType:
    """Made by `number`, which leaves out what cannot be."""

    values: tuple[Figure, ...] | None = None
    zero: bool = True
    """Whether it may be 0, so whether one may divide by it."""
    within: Range = EVERYWHERE
    """Where it lies; of listed values, nothing is said here."""


@frozen_at_type_check
class TextType:
    values: tuple[str, ...] | None = None
    dated: bool = False
    """Whether it is always an ISO date or date-time."""
    open: bool = False
    """Whether there may be others than `values`, from other days; a rule that names one is wrong all the same."""


@dataclass(frozen=True, slots=True)
class InstantType:
    pass


@frozen_at_type_check
class ArrayType:
    element: "Type"
    """What any of them is."""
    first: tuple["Type", ...] = ()
    """What the first ones are, in their order, where more is known of them."""
    least: int = 0
    """How many there are at least."""
    rest: "Type | None" = None
    """What those after the first ones are, where more is known of them."""
    most: int | None = None
    """How many there are at most; None: no end."""


@frozen_at_type_check
class RecordType:
    """Fields by name; `others` is the type of fields not named, None where none can be read."""

    fields: tuple[tuple[str, "Type"], ...]
    others: "Type | None" = None
    open: bool = False
    """Whether there may be fields that no rule can read, as a schema does not name them."""
    prefixed: tuple[tuple[str, "Type"], ...] = ()
    """What fields are that are not named, but begin so."""


@frozen_at_type_check
class UnionType:
    """Any one of several types, no two of a kind but records; of none, when there is no such value."""

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


def number_type(values: Iterable[Figure] | None = None, *, zero: bool = True, within: Range = EVERYWHERE) -> Type:
    """The numbers among the values and within the range; none of them 0 unless it may be."""
    if values is None and within.low is not None and within.low == within.high:
        values = (within.low,)
    if values is not None:
        left = tuple(value for value in values if within.holds(value) and (zero or value))
        return NumberType(left, zero=0 in left) if left else NEVER
    return NEVER if within.is_empty else NumberType(None, zero and within.holds(0), within)


def range_of(of: NumberType) -> Range:
    """The range that holds all its values."""
    if of.values is None:
        return of.within
    return Range(min(of.values), max(of.values)) if of.values else point(0)


def record(fields: Mapping[str, Type], others: Type | None = None, *, open: bool = False) -> RecordType:  # noqa: A002 - the word
    """An object with these fields; wrap a field's type in `optional` when it may not be there."""
    return RecordType(tuple(fields.items()), None if others is None else optional(others), open)


def array(of: Type) -> ArrayType:
    return ArrayType(of)


def optional(of: Type) -> Type:
    """The type of a field that may not be there."""
    return union(of, ABSENT)


def nullable(of: Type) -> Type:
    return union(of, NULL)


def one_of(*values: Json) -> Type:
    """The type of exactly these values."""
    return union(*map(type_of_value, values))


def type_of_value(value: Json) -> Type:
    """The narrowest type of a value."""
    match value:
        case None:
            return NULL
        case bool():
            return BooleanType(value)
        case str():
            return TextType((value,))
        case datetime():
            return INSTANT
        case list():
            return ArrayType(union(*map(type_of_value, value)), least=len(value), most=len(value))
        case dict():
            return RecordType(tuple((name, type_of_value(field)) for name, field in value.items()))
        case _:
            figure = numbers.exact(value)
            return NULL if figure is None else number_type((figure,))


def options(of: Type) -> tuple[Type, ...]:
    return of.options if isinstance(of, UnionType) else (of,)


def filter_options(of: Type, keep: Callable[[Type], bool]) -> Type:
    """The options of a type that are kept."""
    return union(*(option for option in options(of) if keep(option)))


def may_be(of: Type, *kinds: type) -> bool:
    return any(isinstance(option, kinds) for option in options(of))


def field_of(of: RecordType, name: str) -> Type:
    """What a field is of which the record may or may not speak."""
    found = declared_field(of, name)
    return found if found is not None else _UNREAD if of.open else ABSENT


def declared_field(of: RecordType, name: str) -> Type | None:
    """What a field is that a rule may read; None where it may not."""
    for known, field in of.fields:
        if known == name:
            return field
    for prefix, field in of.prefixed:
        if name.startswith(prefix):
            return field
    return of.others


def union(*types: Type) -> Type:
    """The type of what is of any of these types."""
    if len(types) == 1:
        return types[0]
    kinds: dict[object, list[Type]] = {}
    for type_ in types:
        for option in options(type_):
            same = kinds.setdefault(type(option), [])
            if option not in same:
                same.append(option)
    if AnyType in kinds:
        kinds = {kind: same for kind, same in kinds.items() if kind in (AnyType, AbsentType)}
    found = tuple(joined for kind in _ORDER if kind in kinds for joined in _joined(kinds[kind]))
    return found[0] if len(found) == 1 else UnionType(found)


def _joined(same: list[Type]) -> list[Type]:
    """Different types of one kind as one type; records stay apart as long as they are few."""
    if len(same) == 1:
        return same
    match same[0]:
        case BooleanType():
            return [BOOLEAN]
        case NumberType():
            return [_joined_numbers([each for each in same if isinstance(each, NumberType)])]
        case TextType():
            texts = [each for each in same if isinstance(each, TextType)]
            values, is_open = _all_values(text.values for text in texts), any(text.open for text in texts)
            return [TextType(values, all(text.dated for text in texts), is_open and values is not None)]
        case ArrayType():
            return [_joined_arrays([each for each in same if isinstance(each, ArrayType)])]
        case RecordType() if len(same) > MOST_RECORDS:
            return [_joined_records([each for each in same if isinstance(each, RecordType)])]
        case _:
            return same


def _joined_numbers(same: list[NumberType]) -> Type:
    values, zero = _all_values(each.values for each in same), any(each.zero for each in same)
    within = range_of(same[0])
    for each in same[1:]:
        within = hull(within, range_of(each))
    return NumberType(values, zero) if values is not None else NumberType(None, zero, within)


def _joined_arrays(same: list[ArrayType]) -> ArrayType:
    filled = [each for each in same if each.element != NEVER]
    tuples = {(each.first, each.rest) for each in filled}
    first, rest = tuples.pop() if len(tuples) == 1 else ((), None)
    ends = [each.most for each in filled if each.most is not None]
    most = max(ends, default=0) if len(ends) == len(filled) else None
    return ArrayType(union(*(each.element for each in filled)), first, min(each.least for each in same), rest, most)


def _joined_records(same: list[RecordType]) -> RecordType:
    names = dict.fromkeys(name for each in same for name, _ in each.fields)
    others = [each.others for each in same if each.others is not None]
    others += [_UNREAD for each in same if each.prefixed]
    fields = tuple((name, union(*(field_of(each, name) for each in same))) for name in names)
    return RecordType(fields, union(*others) if others else None, not others and any(each.open for each in same))


def _all_values(enumerations: Iterable[tuple[Json, ...] | None]) -> tuple[Json, ...] | None:
    every: dict[Json, None] = {}
    for values in enumerations:
        if values is None:
            return None
        every.update(dict.fromkeys(values))
    return tuple(every)


_UNREAD = UnionType((ANY, ABSENT))
_ORDER = (AnyType, TextType, NumberType, BooleanType, InstantType, ArrayType, RecordType, NullType, AbsentType)
"""Types of the same options are the same type."""
