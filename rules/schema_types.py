"""From JSON Schema 2020-12 to types. What a type cannot say (lengths, patterns, `not`, `if`) is left out."""

from collections.abc import Mapping
from urllib.parse import unquote

from rules.types import (
    ABSENT,
    ANY,
    BOOLEAN,
    DATED_TEXT,
    NEVER,
    NULL,
    TEXT,
    Array,
    Number,
    Record,
    Type,
    both,
    one_of,
    only,
    optional,
    union,
)
from rules.values import Json

_RECORD_WORDS = ("properties", "required", "additionalProperties", "patternProperties")
_ARRAY_WORDS = ("items", "prefixItems")
_DEEPEST = 40


def of_schema(schema: Json) -> Type:
    """The type of what the schema accepts. A `$ref` within itself, or out of the document, is anything."""
    return _Reader(schema).read(schema, (), 0)


class _Reader:
    def __init__(self, root: Json) -> None:
        self._root = root

    def read(self, schema: Json, open_refs: tuple[str, ...], depth: int) -> Type:
        if schema is False:
            return NEVER
        if not isinstance(schema, Mapping) or depth > _DEEPEST:
            return ANY
        found = self._own(schema, open_refs, depth)
        if "$ref" in schema:
            found = both(found, self._referred(str(schema["$ref"]), open_refs, depth))
        for member in schema.get("allOf", ()):
            found = both(found, self.read(member, open_refs, depth + 1))
        for word in ("anyOf", "oneOf"):
            if word in schema:
                members = (self.read(member, open_refs, depth + 1) for member in schema[word])
                found = both(found, union(*members))
        if "const" in schema:
            found = both(found, one_of(schema["const"]))
        if "enum" in schema:
            found = both(found, one_of(*schema["enum"]))
        return found

    def _referred(self, reference: str, open_refs: tuple[str, ...], depth: int) -> Type:
        if reference in open_refs or not (reference == "#" or reference.startswith("#/")):
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
        if names is None:
            if any(word in schema for word in _RECORD_WORDS):
                names = "object"
            elif any(word in schema for word in _ARRAY_WORDS):
                names = "array"
            else:
                return ANY
        listed = names if isinstance(names, list) else [names]
        return union(*(self._named(name, schema, open_refs, depth) for name in listed))

    def _named(self, name: str, schema: Mapping[str, Json], open_refs: tuple[str, ...], depth: int) -> Type:
        match name:
            case "null":
                return NULL
            case "boolean":
                return BOOLEAN
            case "string":
                return DATED_TEXT if schema.get("format") in ("date", "date-time") else TEXT
            case "number" | "integer":
                return Number(zero=not _excludes_zero(schema))
            case "array":
                members = [*schema.get("prefixItems", ()), schema.get("items", True)]
                return Array(union(*(self.read(member, open_refs, depth + 1) for member in members)))
            case "object":
                return self._record(schema, open_refs, depth)
            case _:
                return ANY

    def _record(self, schema: Mapping[str, Json], open_refs: tuple[str, ...], depth: int) -> Type:
        required = schema.get("required", ())
        fields = dict.fromkeys(required, ANY)
        fields |= {name: self.read(field, open_refs, depth + 1) for name, field in schema.get("properties", {}).items()}
        rest = [*schema.get("patternProperties", {}).values()]
        named = "properties" in schema or "required" in schema
        if schema.get("additionalProperties", not named and not rest) is not False:
            rest.append(schema.get("additionalProperties", True))
        others = optional(union(*(self.read(member, open_refs, depth + 1) for member in rest))) if rest else None
        typed = ((name, field if name in required else optional(field)) for name, field in fields.items())
        return Record(tuple((name, _possible(field)) for name, field in typed), others)


def _possible(field: Type) -> Type:
    """A field no value satisfies is one that is never there."""
    return ABSENT if only(field, lambda option: option != ABSENT) == NEVER else field


def _excludes_zero(schema: Mapping[str, Json]) -> bool:
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    return bool(
        (low is not None and low > 0)
        or (above is not None and above >= 0)
        or (high is not None and high < 0)
        or (below is not None and below <= 0)
    )
