"""From JSON Schema 2020-12 to types. What a type cannot say (lengths, patterns, `not`) is left out: it grows wider.

A schema without a `type` speaks of objects, of arrays and of numbers only where a value is one, and so do its types.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import unquote

from rules.numbers import ExactNumber, exact
from rules.types import (
    ABSENT,
    ANY,
    BOOLEAN,
    NEVER,
    NULL,
    NUMBER,
    TEXT,
    ArrayType,
    NullType,
    Range,
    RecordType,
    TextType,
    Type,
    array,
    excluding,
    field_of,
    filter_options,
    intersection,
    number_type,
    one_of,
    optional,
    options,
    union,
)
from rules.values import Json

MOST_SCHEMAS = 5_000
"""Schemas read in one, with every `$ref` written out; beyond, all is anything."""

DEEPEST = 40
MOST_ROUNDS = (6, 3)
"""How often a `$ref` is followed within itself, and how often where that is too much; beyond, it is anything."""

_RECORD_WORDS = ("properties", "required", "additionalProperties", "patternProperties")
_ARRAY_WORDS = ("items", "prefixItems", "minItems", "maxItems")
_DEPENDENCIES: Mapping[str, Callable[[str, Json], Json]] = {
    "dependentRequired": lambda name, needs: {"anyOf": [_lacking(name), {"required": [name, *needs]}]},
    "dependentSchemas": lambda name, schema: {"anyOf": [_lacking(name), {"required": [name], "allOf": [schema]}]},
}
"""What a field asks for where it is there, said in other words."""

_SIMPLE_WORDS = {"properties", "required", "type"}
_PREFIX = re.compile(r"\^([A-Za-z0-9_-]+)(?:\.\*|\.\*\$)?")
"""The patterns that say how a name begins, and no more."""


def of_schema(schema: Json) -> Type:
    """The type of what the schema accepts. A `$ref` out of the document is anything."""
    found: Type = ANY
    for rounds in MOST_ROUNDS:
        reader = _Reader(schema, rounds)
        found = reader.read(schema, (), 0)
        if reader.is_whole:
            break
    return found


def _lacking(name: str) -> Json:
    return {"properties": {name: False}}


class _Reader:
    def __init__(self, root: Json, rounds: int) -> None:
        self._root = root
        self._rounds = rounds
        self._read = 0

    @property
    def is_whole(self) -> bool:
        """Whether all of it could be read."""
        return self._read <= MOST_SCHEMAS

    def read(self, schema: Json, open_refs: tuple[str, ...], depth: int) -> Type:
        self._read += 1
        if schema is False:
            return NEVER
        if not isinstance(schema, Mapping) or depth > DEEPEST or not self.is_whole:
            return ANY
        found = self._own(schema, open_refs, depth)
        if "$ref" in schema:
            found = intersection(found, self._referred(str(schema["$ref"]), open_refs, depth))
        for member in schema.get("allOf", ()):
            found = intersection(found, self.read(member, open_refs, depth + 1))
        for word in ("anyOf", "oneOf"):
            if word in schema:
                members = [self.read(member, open_refs, depth + 1) for member in schema[word]]
                found = intersection(found, union(*members))
        for word, depending in _DEPENDENCIES.items():
            for name, needs in schema.get(word, {}).items():
                found = intersection(found, self.read(depending(name, needs), open_refs, depth + 1))
        if "const" in schema:
            found = intersection(found, one_of(schema["const"]))
        if "enum" in schema:
            found = intersection(found, one_of(*schema["enum"]))
        return self._conditional(found, schema, open_refs, depth) if "if" in schema else found

    def _conditional(self, found: Type, schema: Mapping[str, Json], open_refs: tuple[str, ...], depth: int) -> Type:
        """What `if` accepts is what `then` does, all else what `else` does."""
        condition, then, otherwise = (
            self.read(schema.get(word, True), open_refs, depth + 1) for word in ("if", "then", "else")
        )
        holds = intersection(intersection(found, condition), then)
        return union(holds, intersection(_apart(found, schema["if"]), otherwise))

    def _referred(self, reference: str, open_refs: tuple[str, ...], depth: int) -> Type:
        if open_refs.count(reference) >= self._rounds or not (reference == "#" or reference.startswith("#/")):
            return ANY
        target = self._root
        for step in reference.split("/")[1:]:
            name = unquote(step).replace("~1", "/").replace("~0", "~")
            if isinstance(target, list) and name.isdecimal() and int(name) < len(target):
                target = target[int(name)]
            elif isinstance(target, Mapping) and name in target:
                target = target[name]
            else:
                return ANY
        return self.read(target, (*open_refs, reference), depth + 1)

    def _own(self, schema: Mapping[str, Json], open_refs: tuple[str, ...], depth: int) -> Type:
        """What `type` and the words beside it say, without references and combinations."""
        names = schema.get("type")
        if names is not None:
            listed = names if isinstance(names, list) else [names]
            return union(*(self._named(name, schema, open_refs, depth) for name in listed))
        kinds = dict(_KINDS)
        if any(word in schema for word in _RECORD_WORDS):
            kinds["object"] = self._record(schema, open_refs, depth)
        if any(word in schema for word in _ARRAY_WORDS):
            kinds["array"] = self._array(schema, open_refs, depth)
        return ANY if kinds == _KINDS else union(*kinds.values())

    def _named(self, name: str, schema: Mapping[str, Json], open_refs: tuple[str, ...], depth: int) -> Type:
        match name:
            case "string":
                return TextType(dated=schema.get("format") in ("date", "date-time"))
            case "number" | "integer":
                return number_type(within=_range(schema))
            case "array":
                return self._array(schema, open_refs, depth)
            case "object":
                return self._record(schema, open_refs, depth)
            case _:
                return _KINDS.get(name, ANY)

    def _array(self, schema: Mapping[str, Json], open_refs: tuple[str, ...], depth: int) -> Type:
        first = tuple(self.read(member, open_refs, depth + 1) for member in schema.get("prefixItems", ()))
        rest = self.read(schema.get("items", True), open_refs, depth + 1)
        element, least, most = union(*first, rest), _count(schema.get("minItems")) or 0, _count(schema.get("maxItems"))
        if rest == NEVER:
            most = len(first) if most is None else min(most, len(first))
        if (least and element == NEVER) or (most is not None and least > most) or NEVER in first[:least]:
            return NEVER
        return ArrayType(element, first, least, rest if first else None, most)

    def _record(self, schema: Mapping[str, Json], open_refs: tuple[str, ...], depth: int) -> Type:
        required, named = schema.get("required", ()), self._fields(schema.get("properties", {}), open_refs, depth)
        fields = {name: field if name in required else optional(field) for name, field in named.items()}
        fields |= {name: ANY for name in required if name not in named}
        if any(fields[name] == NEVER for name in required):
            return NEVER
        patterns = self._fields(schema.get("patternProperties", {}), open_refs, depth)
        prefixed = {start[1]: type_ for pattern, type_ in patterns.items() if (start := _PREFIX.fullmatch(pattern))}
        others = [type_ for pattern, type_ in patterns.items() if not _PREFIX.fullmatch(pattern)]
        rest = schema.get("additionalProperties")
        is_silent = rest is None and not others and bool(fields or prefixed or "properties" in schema)
        if not is_silent:
            others.append(self.read(True if rest is None else rest, open_refs, depth + 1))
        found = union(*others) if others else NEVER
        return RecordType(
            tuple(fields.items()),
            None if found == NEVER else optional(found),
            is_silent,
            tuple((prefix, optional(type_)) for prefix, type_ in prefixed.items()),
        )

    def _fields(self, named: Mapping[str, Json], open_refs: tuple[str, ...], depth: int) -> dict[str, Type]:
        return {name: self.read(field, open_refs, depth + 1) for name, field in named.items()}


_KINDS: dict[str, Type] = {
    "null": NULL,
    "boolean": BOOLEAN,
    "string": TEXT,
    "number": NUMBER,
    "array": array(ANY),
    "object": RecordType((), optional(ANY)),
}


def _apart(found: Type, condition: Json) -> Type:
    """What is left of a type where a condition on one listed field does not hold; the type itself for any other."""
    properties = condition.get("properties") if isinstance(condition, Mapping) else None
    if not isinstance(properties, Mapping) or len(properties) != 1 or set(condition) - _SIMPLE_WORDS:
        return found
    ((name, field),) = properties.items()
    required = condition.get("required", [])
    if not isinstance(field, Mapping) or len(field) != 1 or required not in ([], [name]):
        return found
    values = [field["const"]] if "const" in field else field.get("enum")
    if values is None:
        return found
    return union(*(_refusing(option, name, values, may_lack=bool(required)) for option in options(found)))


def _refusing(option: Type, name: str, values: list[Json], *, may_lack: bool) -> Type:
    """The object whose field is none of these values; one without the field is refused only by what requires it."""
    if not isinstance(option, RecordType):
        return option
    field = excluding(field_of(option, name), values)
    if None in values:
        field = filter_options(field, lambda kind: not isinstance(kind, NullType))
    if not may_lack:
        field = filter_options(field, lambda kind: kind != ABSENT)
    return NEVER if field == NEVER else replace(option, fields=tuple((dict(option.fields) | {name: field}).items()))


def _range(schema: Mapping[str, Json]) -> Range:
    low, above = _end(schema, "minimum", "exclusiveMinimum", max)
    high, below = _end(schema, "maximum", "exclusiveMaximum", min)
    return Range(low, high, above, below)


def _end(
    schema: Mapping[str, Json], reached: str, left_out: str, nearer: Callable[[ExactNumber, ExactNumber], ExactNumber]
) -> tuple[ExactNumber | None, bool]:
    """One end of a range, and whether it is left out."""
    inner, outer = (_figure(schema.get(word)) for word in (reached, left_out))
    if inner is None or outer is None:
        return (inner, False) if outer is None else (outer, True)
    return nearer(inner, outer), nearer(inner, outer) == outer


def _figure(value: Json) -> ExactNumber | None:
    return None if value is None or isinstance(value, bool | str | list | dict) else exact(value)


def _count(value: Json) -> int | None:
    figure = _figure(value)
    return None if figure is None or figure % 1 or figure < 0 else int(figure)
