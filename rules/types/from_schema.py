"""Converts JSON Schema 2020-12 to types. Keywords that a type cannot express (lengths, patterns, `not`) are ignored.

Ignoring them makes the type wider. Without `type`, keywords for objects, arrays or numbers constrain only such values.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from rules.json_pointer import json_part, resolve
from rules.numbers import ExactNumber, exact
from rules.types.algebra import excluding, intersection
from rules.types.model import (
    ABSENT,
    ANY,
    BOOLEAN,
    NEVER,
    NULL,
    NUMBER,
    TEXT,
    ArrayType,
    NullType,
    RecordType,
    TextType,
    Type,
    array,
    field_of,
    filter_options,
    number_type,
    one_of,
    optional,
    options,
    union,
)
from rules.types.ranges import Range
from rules.values import Json

MOST_SCHEMAS = 5_000
"""Most schemas read for one, with every `$ref` expanded; beyond, the rest is ANY."""

DEEPEST = 40
MOST_ROUNDS = (6, 3)
"""How often a `$ref` is followed inside itself, and how often if that exceeds MOST_SCHEMAS; beyond, it is ANY."""

_RECORD_KEYWORDS = ("properties", "required", "additionalProperties", "patternProperties")
_ARRAY_KEYWORDS = ("items", "prefixItems", "minItems", "maxItems")
_DEPENDENCIES: Mapping[str, Callable[[str, Json], Json]] = {
    "dependentRequired": lambda name, needs: {"anyOf": [_lacking(name), {"required": [name, *needs]}]},
    "dependentSchemas": lambda name, schema: {"anyOf": [_lacking(name), {"required": [name], "allOf": [schema]}]},
}
"""The dependency keywords, rewritten with `anyOf`."""

_SIMPLE_KEYWORDS = {"properties", "required", "type"}
_PREFIX = re.compile(r"\^([A-Za-z0-9_-]+)(?:\.\*|\.\*\$)?")
"""Patterns that only constrain the prefix of a name."""


def of_schema(schema: Json) -> Type:
    """Return the type of the values that the schema accepts. A `$ref` to another document is ANY."""
    found: Type = ANY
    for rounds in MOST_ROUNDS:
        reader = _SchemaReader(schema, rounds)
        found = reader.read(schema, (), 0)
        if reader.is_whole:
            break
    return found


def _lacking(name: str) -> Json:
    return {"properties": {name: False}}


class _SchemaReader:
    def __init__(self, root: Json, rounds: int) -> None:
        self._root = root
        self._rounds = rounds
        self._read = 0

    @property
    def is_whole(self) -> bool:
        """Whether the whole schema could be read."""
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
        for keyword in ("anyOf", "oneOf"):
            if keyword in schema:
                members = [self.read(member, open_refs, depth + 1) for member in schema[keyword]]
                found = intersection(found, union(*members))
        for keyword, depending in _DEPENDENCIES.items():
            for name, needs in schema.get(keyword, {}).items():
                found = intersection(found, self.read(depending(name, needs), open_refs, depth + 1))
        if "const" in schema:
            found = intersection(found, one_of(schema["const"]))
        if "enum" in schema:
            found = intersection(found, one_of(*schema["enum"]))
        return self._conditional(found, schema, open_refs, depth) if "if" in schema else found

    def _conditional(self, found: Type, schema: Mapping[str, Json], open_refs: tuple[str, ...], depth: int) -> Type:
        """Apply `if`, `then` and `else`."""
        condition, then, otherwise = (
            self.read(schema.get(keyword, True), open_refs, depth + 1) for keyword in ("if", "then", "else")
        )
        holds = intersection(intersection(found, condition), then)
        return union(holds, intersection(_excluding_condition(found, schema["if"]), otherwise))

    def _referred(self, reference: str, open_refs: tuple[str, ...], depth: int) -> Type:
        if open_refs.count(reference) >= self._rounds:
            return ANY
        target = resolve(self._root, reference, json_part)
        return ANY if target is None else self.read(target, (*open_refs, reference), depth + 1)

    def _own(self, schema: Mapping[str, Json], open_refs: tuple[str, ...], depth: int) -> Type:
        """Return the type by `type` and the keywords for single types, without references and combinations."""
        names = schema.get("type")
        if names is not None:
            listed = names if isinstance(names, list) else [names]
            return union(*(self._named(name, schema, open_refs, depth) for name in listed))
        types = dict(_TYPES)
        if any(keyword in schema for keyword in _RECORD_KEYWORDS):
            types["object"] = self._record(schema, open_refs, depth)
        if any(keyword in schema for keyword in _ARRAY_KEYWORDS):
            types["array"] = self._array(schema, open_refs, depth)
        return ANY if types == _TYPES else union(*types.values())

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
                return _TYPES.get(name, ANY)

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


_TYPES: dict[str, Type] = {
    "null": NULL,
    "boolean": BOOLEAN,
    "string": TEXT,
    "number": NUMBER,
    "array": array(ANY),
    "object": RecordType((), optional(ANY)),
}


def _excluding_condition(found: Type, condition: Json) -> Type:
    """Narrow a type by the negation of a condition on the `const` or `enum` of one field; no other one narrows."""
    properties = condition.get("properties") if isinstance(condition, Mapping) else None
    if not isinstance(properties, Mapping) or len(properties) != 1 or set(condition) - _SIMPLE_KEYWORDS:
        return found
    ((name, field),) = properties.items()
    required = condition.get("required", [])
    if not isinstance(field, Mapping) or len(field) != 1 or required not in ([], [name]):
        return found
    values = [field["const"]] if "const" in field else field.get("enum")
    if values is None:
        return found
    return union(*(_excluding_values(option, name, values, may_lack=bool(required)) for option in options(found)))


def _excluding_values(option: Type, name: str, values: list[Json], *, may_lack: bool) -> Type:
    """Exclude values of a field; `may_lack`: objects without the field remain, as the condition requires it."""
    if not isinstance(option, RecordType):
        return option
    field = excluding(field_of(option, name), values)
    if None in values:
        field = filter_options(field, lambda each: not isinstance(each, NullType))
    if not may_lack:
        field = filter_options(field, lambda each: each != ABSENT)
    return NEVER if field == NEVER else replace(option, fields=tuple((dict(option.fields) | {name: field}).items()))


def _range(schema: Mapping[str, Json]) -> Range:
    low, above = _end(schema, "minimum", "exclusiveMinimum", max)
    high, below = _end(schema, "maximum", "exclusiveMaximum", min)
    return Range(low, high, above, below)


def _end(
    schema: Mapping[str, Json],
    inclusive: str,
    exclusive: str,
    nearer: Callable[[ExactNumber, ExactNumber], ExactNumber],
) -> tuple[ExactNumber | None, bool]:
    """Return one end of a range, and whether it is exclusive."""
    inner, outer = (_number(schema.get(keyword)) for keyword in (inclusive, exclusive))
    if inner is None or outer is None:
        return (inner, False) if outer is None else (outer, True)
    return nearer(inner, outer), nearer(inner, outer) == outer


def _number(value: Json) -> ExactNumber | None:
    return None if value is None or isinstance(value, bool | str | list | dict) else exact(value)


def _count(value: Json) -> int | None:
    number = _number(value)
    return None if number is None or number % 1 or number < 0 else int(number)
