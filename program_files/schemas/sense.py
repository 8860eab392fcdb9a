"""Valid schemas that make no sense: they accept no value, or accidentally values of all types."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from program_files.text.nodes import Node
from program_files.text.problems import Problems, shown

_PAIRS: Final = (
    ("minimum", "maximum", False),
    ("minimum", "exclusiveMaximum", True),
    ("exclusiveMinimum", "maximum", True),
    ("exclusiveMinimum", "exclusiveMaximum", True),
    ("minLength", "maxLength", False),
    ("minItems", "maxItems", False),
    ("minProperties", "maxProperties", False),
    ("minContains", "maxContains", False),
)
"""A lower and an upper bound, and whether the two must differ."""

_KEYWORDS_OF: Final[Mapping[str, frozenset[str]]] = {
    "object": frozenset({"properties", "required", "additionalProperties", "patternProperties", "propertyNames"}),
    "array": frozenset({"items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"}),
    "string": frozenset({"minLength", "maxLength", "pattern", "format"}),
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}),
}
_INSTEAD_OF_TYPE: Final = frozenset({"$ref", "allOf", "anyOf", "const", "enum", "oneOf"})
"""Keywords that state a type without `type`."""


def check_sense(schema: Node, problems: Problems) -> None:
    """Note contradictions within one schema."""
    for low, high, must_differ in _PAIRS:
        _check_pair(schema, low, high, problems, must_differ=must_differ)
    _check_listed(schema, problems)


def check_typed(schema: Node, problems: Problems) -> None:
    """Warn of a schema without a type: its keywords do not apply to values of other types."""
    if "type" in schema.entries or not _INSTEAD_OF_TYPE.isdisjoint(schema.entries):
        return
    for kind, words in _KEYWORDS_OF.items():
        found = next((keyword for keyword in schema.entries if keyword in words), None)
        if found is not None:
            message = f"without a type this accepts anything, and {found} is ignored unless it is {_A[kind]}"
            problems.warn(schema.keys[found], "missing-type", message, f"type: {kind}")
            return


_A: Final = {"object": "an object", "array": "an array", "string": "a text", "number": "a number"}


def _check_pair(schema: Node, low: str, high: str, problems: Problems, *, must_differ: bool) -> None:
    least, most = (schema.entries.get(keyword) for keyword in (low, high))
    if least is None or most is None or not _is_number(least.value) or not _is_number(most.value):
        return  # the schema of the draft notes it
    if least.value > most.value or (must_differ and least.value == most.value):  # type: ignore[operator]  # both are numbers
        message = f"nothing is accepted: {low} {least.value} leaves nothing below {high} {most.value}"
        problems.add(most.place, "contradictory-schema", message, can_run=True)


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _check_listed(schema: Node, problems: Problems) -> None:
    """Note values of `enum` or `const` that the type beside them refuses."""
    kind, enum, const = (schema.entries.get(keyword) for keyword in ("type", "enum", "const"))
    if kind is None:
        return
    kinds = kind.plain() if isinstance(kind.value, list) else [kind.value]
    listed = list(enum.value) if enum is not None and isinstance(enum.value, list) else []
    for node in [*listed, *([] if const is None else [const])]:
        if not any(_is_of(node.value, each) for each in kinds):
            types = shown(", ".join(map(str, kinds)))
            message = f"{shown(str(node.value))} is {node.type_name()}, which the type {types} refuses"
            problems.add(node.place, "contradictory-schema", message, can_run=True)


def _is_of(value: object, kind: object) -> bool:
    match kind:
        case "null":
            return value is None
        case "boolean":
            return isinstance(value, bool)
        case "string":
            return isinstance(value, str)
        case "integer":
            return _is_number(value) and not value % 1  # type: ignore[operator]  # it is a number
        case "number":
            return _is_number(value)
        case "array":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
        case _:
            return True  # an unknown type is noted elsewhere
