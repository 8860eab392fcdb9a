"""Types as sets of values: intersection, difference, subtypes, and narrowing by truth."""

from collections.abc import Iterable
from dataclasses import replace

from rules.types.model import (
    ABSENT,
    ANY,
    BOOLEAN,
    NEVER,
    NULL,
    NUMBER,
    TEXT,
    AbsentType,
    AnyType,
    ArrayType,
    BooleanType,
    InstantType,
    NullType,
    NumberType,
    RecordType,
    TextType,
    Type,
    field_of,
    filter_options,
    may_be,
    number_type,
    optional,
    options,
    range_of,
    union,
)
from rules.types.ranges import Range, meet
from rules.values import Json


def present(of: Type) -> Type:
    """Return the type without null and absence."""
    return (
        filter_options(of, lambda option: not isinstance(option, NullType | AbsentType))
        if may_be(of, NullType, AbsentType)
        else of
    )


def read_type(of: Type) -> Type:
    """Return the type that `var` has for a field of this type: null instead of absent."""
    return union(filter_options(of, lambda option: option != ABSENT), NULL) if may_be(of, AbsentType) else of


def truthy_only(of: Type) -> Type:
    """Narrow a type to its truthy values."""
    return union(*(_truthy(option) for option in options(of)))


def _truthy(option: Type) -> Type:
    match option:
        case NullType() | AbsentType():
            return NEVER
        case BooleanType():
            return NEVER if option.value is False else BooleanType(True)
        case TextType():
            return _text(option, (value for value in option.values or () if value))
        case NumberType():
            return number_type(option.values, zero=False, within=option.within)
        case ArrayType():
            return NEVER if option.element == NEVER else replace(option, least=max(1, option.least))
        case _:
            return option


def falsy_only(of: Type) -> Type:
    """Narrow a type to its falsy values."""
    return union(*(_falsy(option) for option in options(of)))


def _falsy(option: Type) -> Type:
    match option:
        case BooleanType():
            return NEVER if option.value else BooleanType(False)
        case TextType():
            is_full = option.dated or (option.values is not None and not option.open and "" not in option.values)
            return NEVER if is_full else TextType(("",))
        case NumberType():
            return number_type((0,)) if option.zero else NEVER
        case ArrayType():
            return NEVER if option.least else ArrayType(NEVER)
        case RecordType() | InstantType():
            return NEVER
        case _:
            return option


def definite_truth(of: Type) -> bool | None:
    """Return True if all values of the type are truthy, False if all are falsy, None otherwise or if it has none."""
    if isinstance(of, BooleanType):
        return of.value
    if of == NEVER:
        return None
    if truthy_only(of) == NEVER:
        return False
    return True if falsy_only(of) == NEVER else None


def excluding(of: Type, values: Iterable[Json]) -> Type:
    """Exclude values from a type, as far as the type lists its values."""
    left = of
    for value in values:
        left = union(*(_without(option, value) for option in options(left)))
    return left


def _without(option: Type, value: Json) -> Type:
    is_number = not isinstance(value, bool | str) and value is not None
    match option:
        case BooleanType() if isinstance(value, bool):
            return NEVER if option.value is value else BooleanType(not value)
        case TextType() if isinstance(value, str):
            return _text(option, (each for each in option.values or () if each != value))
        case NumberType() if is_number:
            values = None if option.values is None else (each for each in option.values if each != value)
            return number_type(values, zero=option.zero and value != 0, within=option.within)
        case _:
            return option


def _text(text: TextType, values: Iterable[str]) -> Type:
    """Return the text with only these values. One without a list, or with an open list, never becomes NEVER."""
    left = tuple(values)
    if text.values is None or (text.open and not left):
        return text
    return replace(text, values=left) if left else NEVER


def widened(of: Type) -> Type:
    """Return the type without its lists of values and ranges, as for a variable that starts with a literal."""
    return union(*(_widened(option) for option in options(of)))


def _widened(option: Type) -> Type:
    match option:
        case NumberType():
            return NUMBER
        case TextType():
            return TEXT
        case BooleanType():
            return BOOLEAN
        case ArrayType():
            return ArrayType(widened(option.element))
        case _:
            return option


def intersection(left: Type, right: Type) -> Type:
    """Return the type of the values that both types have."""
    return union(*(_intersect(one, other) for one in options(left) for other in options(right)))


def _intersect(one: Type, other: Type) -> Type:
    match one, other:
        case (AbsentType(), AbsentType()):
            return ABSENT
        case (AbsentType(), _) | (_, AbsentType()):
            return NEVER
        case (AnyType(), _):
            return other
        case (_, AnyType()):
            return one
        case (BooleanType(), BooleanType()):
            return other if one.value is None else one if other.value in (None, one.value) else NEVER
        case (TextType(), TextType()):
            return _intersect_text(one, other)
        case (NumberType(), NumberType()):
            values = _shared(one.values, other.values)
            return number_type(values, zero=one.zero and other.zero, within=meet(one.within, other.within))
        case (ArrayType(), ArrayType()):
            return _intersect_array(one, other)
        case (RecordType(), RecordType()):
            return _intersect_record(one, other)
        case _:
            return one if one == other else NEVER


def _intersect_text(one: TextType, other: TextType) -> Type:
    values = _shared(one.values, other.values)
    if values == ():
        return NEVER
    is_open = all(text.open or text.values is None for text in (one, other)) and values is not None
    return TextType(values, one.dated or other.dated, is_open)


def _shared(left: tuple[Json, ...] | None, right: tuple[Json, ...] | None) -> tuple[Json, ...] | None:
    if left is None or right is None:
        return left if right is None else right
    return tuple(value for value in left if value in right)


def _intersect_array(one: ArrayType, other: ArrayType) -> Type:
    longest = range(max(len(one.first), len(other.first)))
    first = tuple(intersection(element_at(one, position), element_at(other, position)) for position in longest)
    least, ends = max(one.least, other.least), [each.most for each in (one, other) if each.most is not None]
    element, most = intersection(one.element, other.element), min(ends, default=None)
    if NEVER in first[:least] or (least and element == NEVER) or (most is not None and least > most):
        return NEVER
    rest = intersection(element_at(one, len(first)), element_at(other, len(first))) if first else None
    return ArrayType(element, first, least, rest, most)


def element_at(of: ArrayType, position: int) -> Type:
    """Return the type of the element at a position, if it exists."""
    if position < len(of.first):
        return of.first[position]
    return of.element if of.rest is None else of.rest


def length_of(of: ArrayType) -> Type:
    """Return the type of the array's length."""
    return number_type(within=Range(of.least, of.most))


def _intersect_record(one: RecordType, other: RecordType) -> Type:
    names = dict.fromkeys(name for each in (one, other) for name, _ in each.fields)
    fields = tuple((name, intersection(field_of(one, name), field_of(other, name))) for name in names)
    if any(field == NEVER for _, field in fields):
        return NEVER
    prefixed = (*one.prefixed, *other.prefixed)
    if one.others is not None and other.others is not None:
        return RecordType(fields, intersection(one.others, other.others), prefixed=prefixed)
    if one.others is None and other.others is None:
        return RecordType(fields, None, one.open and other.open, prefixed)
    with_others, without_others = (one, other) if other.others is None else (other, one)
    has_others = without_others.open and with_others.others != _ANY_FIELD
    return RecordType(
        fields, with_others.others if has_others else None, without_others.open and not has_others, prefixed
    )


_ANY_FIELD = optional(ANY)


def fits(of: Type, wanted: Type) -> bool:
    """Return whether the first type is a subtype of the second."""
    if of == wanted:
        return True
    return all(any(_fits(option, other) for other in options(wanted)) for option in options(of))


def _fits(one: Type, other: Type) -> bool:
    match one, other:
        case (_, AnyType()):
            return one != ABSENT
        case (BooleanType(), BooleanType()):
            return other.value in (None, one.value)
        case (TextType(), TextType()):
            return other.open or _among(one.values, other.values)
        case (NumberType(), NumberType()):
            return _among(one.values, other.values) and _fits_range(one, other)
        case (ArrayType(), ArrayType()):
            return one.least >= other.least and fits(one.element, other.element)
        case (RecordType(), RecordType()):
            return all(fits(field_of(one, name), field) for name, field in other.fields)
        case _:
            return one == other


def _fits_range(one: NumberType, other: NumberType) -> bool:
    if other.values is not None:
        return True  # its values were compared already
    own = range_of(one)
    return meet(own, other.within) == own and (other.zero or not one.zero)


def _among(values: tuple[Json, ...] | None, allowed: tuple[Json, ...] | None) -> bool:
    return allowed is None or (values is not None and set(values) <= set(allowed))
