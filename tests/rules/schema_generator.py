"""Generates random JSON Schemas, each with a generator of valid values and the facts that a rule generator needs.

The facts come from the generator, not from Laurel's own reader of schemas, which is under test.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

Json = Any
NAMES = "pqrst"


@dataclass(frozen=True)
class Field:
    """A schema, the sort of its values (apart from null), and a generator of valid values."""

    sort: str
    schema: Any = True
    make: Callable[[Random], Json] = lambda random: None
    nullable: bool = False
    values: tuple[str, ...] = ()
    zero: bool = True
    element: "Field | None" = None
    fields: Mapping[str, "Field"] = field(default_factory=dict)
    required: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FieldPath:
    """A path to a field; `sure`: there is always a value other than null."""

    path: str
    field: Field
    sure: bool


def _one_of(*values: Json) -> Callable[[Random], Json]:
    return lambda random: random.choice(values)


_PLAIN_NUMBERS = (-4, -1, 0, 1, 2, 7, Decimal("0.5"), Decimal("-2.5"), Decimal("1.25"))
_HARD_NUMBERS = (
    *_PLAIN_NUMBERS,
    10**15,
    -(10**15),
    Decimal("-0.0"),
    Decimal("1.00"),
    Decimal("1E-30"),
    Decimal("999999999999999.999999999999999999"),
    Decimal("3.333333333333333333333333333333333"),
)
_PLAIN_TEXTS = ("", "a", "web", "abc", "12", "store", "x y")
_HARD_TEXTS = (*_PLAIN_TEXTS, "1e3", "0x1F", " 7 ", "null", "true", "\u0130", "\U0001f600", "'\"\\", "a" * 300)
_DATE_TIMES = (
    "2026-01-02T03:04:05Z",
    "2024-02-29t23:59:60z",
    "1999-12-31T00:00:00.5-11:00",
    "2026-03-29T02:30:00.0000000000000000000000000000001+01:00",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999-23:59",
)
_DATES = ("2026-01-02", "2024-02-29", "0000-02-29", "0001-01-01", "9999-12-31")
_ENUM = ("web", "store", "app")
_ANYTHING = (None, True, 0, 3, Decimal("1.5"), "", "a", "3", [], [1, "a"], {}, {"p": 1})


def _scalars(*, plain: bool) -> list[Field]:
    """Fields of scalar types; `plain` ones behave the same in every JSON Logic."""
    numbers, texts = (_PLAIN_NUMBERS, _PLAIN_TEXTS) if plain else (_HARD_NUMBERS, _HARD_TEXTS)
    positive = tuple(number for number in numbers if number > 0)
    whole = tuple(number for number in numbers if number == int(number))
    common = [
        Field("number", {"type": "number"}, _one_of(*numbers)),
        Field("number", {"type": "integer"}, _one_of(*whole)),
        Field("number", {"type": "number", "exclusiveMinimum": 0}, _one_of(*positive), zero=False),
        Field("number", {"enum": [1, 2, 4]}, _one_of(1, 2, 4), zero=False),
        Field("text", {"type": "string"}, _one_of(*texts)),
        Field("text", {"enum": list(_ENUM)}, _one_of(*_ENUM), values=_ENUM),
        Field("text", {"const": "web"}, _one_of("web"), values=("web",)),
        Field("boolean", {"type": "boolean"}, _one_of(True, False)),
    ]
    dated = [
        Field("date", {"type": "string", "format": "date-time"}, _one_of(*_DATE_TIMES)),
        Field("date", {"type": "string", "format": "date"}, _one_of(*_DATES)),
        Field("anything", True, _one_of(*_ANYTHING)),
        Field("anything", {"description": "free"}, _one_of(*_ANYTHING)),
    ]
    return common if plain else [*common, *dated]


PLAIN, HARD = _scalars(plain=True), _scalars(plain=False)


class SchemaGenerator:
    """Generates schemas of objects."""

    def __init__(self, random: Random, *, plain: bool = False) -> None:
        self._random = random
        self._plain = plain
        self._scalars = PLAIN if plain else HARD
        self._definitions: dict[str, Any] = {}

    def body(self, depth: int = 2) -> Field:
        """Generate an object, as for the body of an event."""
        drawn = self._object(depth)
        if self._definitions:
            return replace(drawn, schema={**drawn.schema, "$defs": self._definitions})
        return drawn

    def _field(self, depth: int) -> Field:
        choice = self._random.choice
        sort = choice(["scalar", "scalar", "scalar", "object", "array", "array"] if depth else ["scalar"])
        if sort == "scalar":
            return self._rewritten(choice(self._scalars))
        if sort == "object":
            return self._rewritten(choice([self._object, self._alternatives])(depth - 1))
        return self._rewritten(self._array(self._field(depth - 1)))

    def _rewritten(self, bare: Field) -> Field:
        """Rewrite a schema to an equivalent one, or make it nullable."""
        if bare.sort == "anything" or self._random.random() < 0.6:
            return bare
        schema, choice = bare.schema, self._random.choice
        if self._random.random() < 0.5:
            ways: list[Any] = [{"anyOf": [schema, {"type": "null"}]}, {"oneOf": [{"type": "null"}, schema]}]
            if isinstance(schema.get("type"), str):
                ways.append({**schema, "type": [schema["type"], "null"]})
            if "enum" in schema:
                ways.append({"enum": [*schema["enum"], None]})
            return replace(bare, schema=choice(ways), nullable=True, make=partial(_or_null, bare.make))
        if self._plain:
            return bare
        name = f"d{len(self._definitions)}"
        if choice([True, False]):
            self._definitions[name] = schema
            return replace(bare, schema={"$ref": f"#/$defs/{name}"})
        return replace(bare, schema={"allOf": [schema, {"description": "repeated"}]})

    def _array(self, element: Field) -> Field:
        most = self._random.choice([3, 3, 3, 0])
        schema: dict[str, Any] = {"type": "array", "items": element.schema}
        if not most:
            schema["maxItems"] = 0
        return Field("array", schema, partial(_several, element, most), element=element)

    def _object(self, depth: int) -> Field:
        names = self._random.sample(NAMES, self._random.randint(2, 4))
        fields = {name: self._field(depth) for name in names}
        # One field is always required, as some engines treat an empty object as false.
        required = frozenset([names[0], *(name for name in names[1:] if self._random.random() < 0.5)])
        closed = self._plain or self._random.random() < 0.4
        schema: dict[str, Any] = {
            "type": "object",
            "properties": {name: each.schema for name, each in fields.items()},
            "required": sorted(required),
        }
        if closed:
            schema["additionalProperties"] = False
        make = partial(_object_of, fields, required, closed)
        return Field("object", schema, make, fields=fields, required=required)

    def _alternatives(self, depth: int) -> Field:
        """Generate a union of two objects with a discriminator field."""
        if self._plain:
            return self._object(depth)
        word, makers, schemas, several = self._random.choice(["anyOf", "oneOf"]), [], [], []
        for name in ("web", "store"):
            one = self._object(depth)
            discriminator = Field("text", {"const": name}, _one_of(name), values=(name,))
            fields, required = {**one.fields, "kind": discriminator}, one.required | {"kind"}
            properties = {**one.schema["properties"], "kind": discriminator.schema}
            schemas.append({**one.schema, "properties": properties, "required": sorted(required)})
            makers.append(partial(_object_of, fields, required, one.schema.get("additionalProperties") is False))
            several.append((fields, required))
        (first, always), (second, also) = several
        kind = Field("text", values=("web", "store"))
        shared = {name: first[name] for name in first if name not in second} | {
            name: second[name] for name in second if name not in first
        }
        return Field(
            "object",
            {word: schemas},
            partial(_either, makers),
            fields={**shared, "kind": kind},
            required=frozenset({"kind"} & always & also),
        )


def field_paths(of: Field, prefix: str = "", *, sure: bool = True) -> list[FieldPath]:
    """All paths into the values of a field, including the path to the value itself."""
    found = [FieldPath(prefix, of, sure and not of.nullable)]
    inside = sure and not of.nullable
    within = f"{prefix}." if prefix else ""
    match of.sort:
        case "object":
            for name, inner in of.fields.items():
                found += field_paths(inner, within + name, sure=inside and name in of.required)
        case "array" if of.element is not None and prefix:
            found.append(FieldPath(f"{within}length", Field("number"), inside))
            found.append(FieldPath(f"{within}0", of.element, False))
    return found


def _or_null(make: Callable[[Random], Json], random: Random) -> Json:
    return None if random.random() < 0.4 else make(random)


def _several(element: Field, most: int, random: Random) -> Json:
    return [element.make(random) for _ in range(random.randint(0, most))]


def _either(makers: list[Callable[[Random], Json]], random: Random) -> Json:
    return random.choice(makers)(random)


def _object_of(fields: Mapping[str, Field], required: frozenset[str], closed: bool, random: Random) -> Json:
    made = {name: each.make(random) for name, each in fields.items() if name in required or random.random() < 0.5}
    if not closed and random.random() < 0.5:
        # An open object may have fields that the schema does not name.
        made |= {name: random.choice(_ANYTHING) for name in random.sample(NAMES, 2) if name not in fields}
    return made
