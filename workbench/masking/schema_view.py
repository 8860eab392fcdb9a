"""The parts of a body's JSON Schema that apply to one value, through references and alternatives."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rules.json_pointer import json_part, resolve

_ALTERNATIVES: Final = ("anyOf", "oneOf", "allOf")
_SINGLE: Final = ("if", "then", "else")
_LOWER_BOUNDS: Final = ("minimum", "exclusiveMinimum")
_UPPER_BOUNDS: Final = ("maximum", "exclusiveMaximum")
_MAX_DEPTH: Final = 8
"""The most nested references and alternatives; beyond, nothing is known of a value."""


class SchemaView:
    """The parts of a schema that may apply to one value."""

    def __init__(self, schema: Any, root: Any = None) -> None:
        """View a schema; `root` is the document of its references, by default itself."""
        self._root = root = schema if root is None else root
        self._options = [option for option in _alternatives(schema, root, 0) if isinstance(option, Mapping)]

    def lists(self, value: Any) -> bool:
        """Return whether the schema lists a value in `enum` or `const`."""
        listed = [each for option in self._options for each in (*option.get("enum", ()), *_const(option))]
        return any(each == value and type(each) is type(value) for each in listed)

    def is_amount(self) -> bool:
        """Return whether a number is an amount: a `number` with any bound, or an `integer` with an upper bound."""
        return any(map(_bounds_amount, self._options))

    def declares(self, name: str) -> bool:
        """Return whether the schema names a property."""
        return any(
            name in option.get("properties", {})
            or name in option.get("required", ())
            or SchemaView(option.get("propertyNames"), self._root).lists(name)
            for option in self._options
        )

    def property(self, name: str) -> "SchemaView":
        """Return the view of a property."""
        found = [
            option["properties"][name] if name in option.get("properties", {}) else option.get("additionalProperties")
            for option in self._options
        ]
        return SchemaView({"anyOf": found}, self._root)

    def items(self) -> "SchemaView":
        """Return the view of the elements of an array."""
        found = [each for option in self._options for each in (option.get("items"), *option.get("prefixItems", ()))]
        return SchemaView({"anyOf": found}, self._root)


def listed_texts(schema: Any) -> Iterator[str]:
    """Yield the texts that a schema lists anywhere in `enum` or `const`."""
    match schema:
        case Mapping():
            yield from (each for each in (*_listed(schema), *_const(schema)) if isinstance(each, str))
            for value in schema.values():
                yield from listed_texts(value)
        case list():
            for value in schema:
                yield from listed_texts(value)
        case _:
            pass  # a scalar lists nothing


def _alternatives(schema: Any, root: Any, depth: int) -> Iterator[Any]:
    if not isinstance(schema, Mapping) or depth > _MAX_DEPTH:
        return
    yield schema
    if isinstance(schema.get("$ref"), str):
        yield from _alternatives(resolve(root, schema["$ref"], json_part), root, depth + 1)
    for word in _ALTERNATIVES:
        for option in schema.get(word, ()):
            yield from _alternatives(option, root, depth + 1)
    for word in _SINGLE:
        yield from _alternatives(schema.get(word), root, depth + 1)


def _bounds_amount(option: Mapping[str, Any]) -> bool:
    types = option.get("type")
    is_number = types == "number" or (isinstance(types, list) and "number" in types)
    return any(word in option for word in _UPPER_BOUNDS) or (is_number and any(map(option.__contains__, _LOWER_BOUNDS)))


def _listed(option: Mapping[str, Any]) -> list[Any]:
    enum = option.get("enum")
    return enum if isinstance(enum, list) else []


def _const(option: Mapping[str, Any]) -> tuple[Any, ...]:
    return (option["const"],) if "const" in option else ()
