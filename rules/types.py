"""The types of JSON values, as far as rules need them. A type is a value: it is compared, joined and narrowed."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias, assert_never

from rules import numbers
from rules.numbers import Number as Figure
from rules.values import Json


@dataclass(frozen=True, slots=True)
class Anything:
    """A value of which nothing is known."""


@dataclass(frozen=True, slots=True)
class Null:
    """null, and what `var` is worth where nothing is."""


@dataclass(frozen=True, slots=True)
class Absent:
    """A field that is not there; only ever the type of a field."""


@dataclass(frozen=True, slots=True)
class Boolean:
    pass


@dataclass(frozen=True, slots=True)
class Number:
    values: tuple[Figure, ...] | None = None
    zero: bool = True
    """Whether it may be 0, so whether one may divide by it."""


@dataclass(frozen=True, slots=True)
class Text:
    values: tuple[str, ...] | None = None
    dated: bool = False
    """Whether it is always an ISO date or date-time."""


@dataclass(frozen=True, slots=True)
class Instant:
    pass


@dataclass(frozen=True, slots=True)
class Array:
    element: "Type"


@dataclass(frozen=True, slots=True)
class Record:
    """Fields by name; `others` is the type of fields not named, None where there are none."""

    fields: tuple[tuple[str, "Type"], ...]
    others: "Type | None" = None


@dataclass(frozen=True, slots=True)
class OneOf:
    """Any one of several types, no two of a kind but records; of none, when there is no such value."""

    options: tuple["Type", ...]


Type: TypeAlias = Anything | Null | Absent | Boolean | Number | Text | Instant | Array | Record | OneOf

ANY = Anything()
NULL = Null()
ABSENT = Absent()
BOOLEAN = Boolean()
NUMBER = Number()
TEXT = Text()
DATED_TEXT = Text(dated=True)
INSTANT = Instant()
NEVER = OneOf(())


def record(fields: Mapping[str, Type], others: Type | None = None) -> Record:
    """An object with these fields; wrap a field's type in `optional` when it may not be there."""
    return Record(tuple(fields.items()), None if others is None else optional(others))


def array(of: Type) -> Array:
    return Array(of)


def optional(of: Type) -> Type:
    """The type of a field that may not be there."""
    return union(of, ABSENT)


def nullable(of: Type) -> Type:
    return union(of, NULL)


def one_of(*values: Json) -> Type:
    """The type of exactly these values."""
    return union(*map(of_value, values))


def of_value(value: Json) -> Type:
    """The narrowest type of a value."""
    match value:
        case None:
            return NULL
        case bool():
            return BOOLEAN
        case str():
            return Text((value,))
        case datetime():
            return INSTANT
        case list():
            return Array(union(*map(of_value, value)))
        case dict():
            return Record(tuple((name, of_value(field)) for name, field in value.items()))
        case _:
            figure = numbers.exact(value)
            return NULL if figure is None else Number((figure,), zero=not figure)


def options(of: Type) -> tuple[Type, ...]:
    return of.options if isinstance(of, OneOf) else (of,)


def union(*types: Type) -> Type:
    """The type of what is of any of these types."""
    joined: dict[object, Type] = {}
    texts: list[Text] = []
    figures: list[Number] = []
    elements: list[Type] = []
    for option in (option for type_ in types for option in options(type_)):
        match option:
            case Text():
                texts.append(option)
                joined.setdefault(Text, option)
            case Number():
                figures.append(option)
                joined.setdefault(Number, option)
            case Array():
                elements.append(option.element)
                joined.setdefault(Array, option)
            case _:
                joined.setdefault(option, option)
    if texts:
        joined[Text] = Text(_all_values(text.values for text in texts), all(text.dated for text in texts))
    if figures:
        zero = any(figure.zero for figure in figures)
        joined[Number] = Number(_all_values(figure.values for figure in figures), zero)
    if len(elements) > 1:
        joined[Array] = Array(union(*elements))
    if ANY in joined:
        joined = {key: option for key, option in joined.items() if option in (ANY, ABSENT)}
    found = tuple(joined.values())
    return found[0] if len(found) == 1 else OneOf(found)


def _all_values(enumerations: Iterable[tuple[Json, ...] | None]) -> tuple[Json, ...] | None:
    every: dict[Json, None] = {}
    for values in enumerations:
        if values is None:
            return None
        every.update(dict.fromkeys(values))
    return tuple(every)


def only(of: Type, keep: Callable[[Type], bool]) -> Type:
    """The options of a type that are kept."""
    return union(*(option for option in options(of) if keep(option)))


def present(of: Type) -> Type:
    """The type without null and absence."""
    return only(of, lambda option: not isinstance(option, Null | Absent))


def read(of: Type) -> Type:
    """What `var` is worth for a field of this type: null where it is absent."""
    return union(only(of, lambda option: option != ABSENT), NULL) if ABSENT in options(of) else of


def may_be(of: Type, *kinds: type) -> bool:
    return any(isinstance(option, kinds) for option in options(of))


def truthy(of: Type) -> Type:
    """What is left of a type once its values are known to be truthy."""

    def left(option: Type) -> Type:
        match option:
            case Null() | Absent():
                return NEVER
            case Text() if option.values is not None:
                values = tuple(value for value in option.values if value)
                return replace(option, values=values) if values else NEVER
            case Number():
                values_left = None if option.values is None else tuple(value for value in option.values if value)
                return NEVER if values_left == () else Number(values_left, zero=False)
            case _:
                return option

    return union(*map(left, options(of)))


def falsy(of: Type) -> Type:
    """What is left of a type once its values are known to be falsy."""

    def left(option: Type) -> Type:
        match option:
            case Text():
                return Text(("",)) if option.values is None or "" in option.values else NEVER
            case Number():
                return Number((0,)) if option.zero else NEVER
            case Array():
                return Array(NEVER)
            case Record() | Instant():
                return NEVER
            case _:
                return option

    return union(*map(left, options(of)))


def widened(of: Type) -> Type:
    """The type without lists of values: what a literal's type becomes when it may change."""
    return union(
        *(
            NUMBER if isinstance(option, Number) else TEXT if isinstance(option, Text) else option
            for option in options(of)
        )
    )


def both(left: Type, right: Type) -> Type:
    """The type of what is of both types."""
    return union(*(_common(one, other) for one in options(left) for other in options(right)))


def _common(one: Type, other: Type) -> Type:
    match one, other:
        case (Absent(), Absent()):
            return ABSENT
        case (Absent(), _) | (_, Absent()):
            return NEVER
        case (Anything(), _):
            return other
        case (_, Anything()):
            return one
        case (Text(), Text()):
            texts = _shared(one.values, other.values)
            return NEVER if texts == () else Text(texts, one.dated or other.dated)
        case (Number(), Number()):
            figures = _shared(one.values, other.values)
            return NEVER if figures == () else Number(figures, one.zero and other.zero)
        case (Array(), Array()):
            return Array(both(one.element, other.element))
        case (Record(), Record()):
            return _common_record(one, other)
        case _:
            return one if one == other else NEVER


def _shared(left: tuple[Json, ...] | None, right: tuple[Json, ...] | None) -> tuple[Json, ...] | None:
    if left is None or right is None:
        return left if right is None else right
    return tuple(value for value in left if value in right)


def _common_record(one: Record, other: Record) -> Type:
    mine, theirs = dict(one.fields), dict(other.fields)
    fields = {
        name: both(mine[name], theirs[name]) if name in mine and name in theirs else (mine | theirs)[name]
        for name in mine | theirs
    }
    others = both(one.others, other.others) if one.others and other.others else one.others or other.others
    return NEVER if NEVER in fields.values() else Record(tuple(fields.items()), others)


def fits(of: Type, wanted: Type) -> bool:
    """Whether every value of the first type is one of the second."""
    return all(any(_fits(option, other) for other in options(wanted)) for option in options(of))


def _fits(one: Type, other: Type) -> bool:
    match one, other:
        case (_, Anything()):
            return one != ABSENT
        case (Text(), Text()):
            return _among(one.values, other.values)
        case (Number(), Number()):
            return _among(one.values, other.values)
        case (Array(), Array()):
            return fits(one.element, other.element)
        case (Record(), Record()):
            mine = dict(one.fields)
            return all(fits(mine.get(name, one.others or ABSENT), field) for name, field in other.fields)
        case _:
            return one == other


def _among(values: tuple[Json, ...] | None, allowed: tuple[Json, ...] | None) -> bool:
    return allowed is None or (values is not None and set(values) <= set(allowed))


def step_into(of: Type, step: str) -> Type | None:
    """The type of what lies one step of a path further; None where nothing ever does."""
    found = [_step(option, step) for option in options(of)]
    if found and all(
        field is None for option, field in zip(options(of), found, strict=True) if option not in (NULL, ABSENT)
    ):
        return None
    return union(*(ABSENT if field is None else field for field in found))


def _step(of: Type, step: str) -> Type | None:
    match of:
        case Anything():
            return optional(ANY)
        case Record():
            return next((field for name, field in of.fields if name == step), of.others)
        case Array() | Text() if step == "length":
            return NUMBER
        case Array() if step.isdecimal():
            return optional(of.element)
        case Text() if step.isdecimal():
            return optional(TEXT)
        case Array() | Text() | Null() | Absent() | Boolean() | Number() | Instant() | OneOf():
            return None
        case _:
            assert_never(of)


def narrowed(of: Type, steps: tuple[str, ...], keep: Callable[[Type], Type]) -> Type:
    """The type, once what lies at the end of the steps is known to be what `keep` leaves of it."""
    if not steps:
        return keep(of)
    return union(*(_narrowed(option, steps, keep) for option in options(of)))


def _narrowed(of: Type, steps: tuple[str, ...], keep: Callable[[Type], Type]) -> Type:
    match of:
        case Record():
            known = dict(of.fields)
            if steps[0] not in known and of.others is None:
                return NEVER if narrowed(ABSENT, (), keep) == NEVER else of
            field = narrowed(known.get(steps[0], of.others or ABSENT), steps[1:], keep)
            return NEVER if field == NEVER else Record(tuple((known | {steps[0]: field}).items()), of.others)
        case Null() | Absent():
            return NEVER if keep(ABSENT) == NEVER else of
        case _:
            return of


def paths(of: Type, depth: int = 5) -> Iterator[str]:
    """Every path that leads somewhere, as `var` writes it."""
    for option in options(of):
        if isinstance(option, Record) and depth:
            for name, field in option.fields:
                yield name
                yield from (f"{name}.{inner}" for inner in paths(field, depth - 1))


def described(of: Type) -> str:
    """The type in words: "a number", "text or null"."""
    match of:
        case Anything():
            return "anything"
        case Null() | Absent():
            return "null"
        case Boolean():
            return "true or false"
        case Number():
            return "a number"
        case Text():
            return "text"
        case Instant():
            return "a date"
        case Array():
            return "an array"
        case Record():
            return "an object"
        case OneOf():
            return " or ".join(dict.fromkeys(map(described, of.options))) or "nothing"
        case _:
            assert_never(of)


def type_of_schema(schema: Json) -> Type:
    """The type of what a JSON Schema (2020-12) accepts; a little wider where types cannot say what it says."""
    from rules.schema_types import of_schema

    return of_schema(schema)
