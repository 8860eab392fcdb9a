"""Schemas that are correct, and make no sense: that accept nothing, or everything but what they speak of."""

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
"""The least, the most, and whether the two may not be the same."""

_SPEAK_OF: Final[Mapping[str, frozenset[str]]] = {
    "object": frozenset({"properties", "required", "additionalProperties", "patternProperties", "propertyNames"}),
    "array": frozenset({"items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"}),
    "string": frozenset({"minLength", "maxLength", "pattern", "format"}),
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}),
}
_ELSEWHERE: Final = frozenset({"$ref", "allOf", "anyOf", "const", "enum", "oneOf"})
"""The keywords that may say the type in the place of `type`."""


def check_sense(schema: Node, problems: Problems) -> None:
    """Note what contradicts itself."""
    for low, high, apart in _PAIRS:
        _check_pair(schema, low, high, problems, apart=apart)
    _check_listed(schema, problems)


def check_typed(schema: Node, problems: Problems) -> None:
    """Warn of a schema that forgets to say of what type its values are: it accepts all others, too."""
    if "type" in schema.entries or not _ELSEWHERE.isdisjoint(schema.entries):
        return
    for kind, words in _SPEAK_OF.items():
        said = next((keyword for keyword in schema.entries if keyword in words), None)
        if said is not None:
            message = f"without a type this accepts anything, and {said} is overlooked unless it is {_A[kind]}"
            problems.warn(schema.keys[said], "missing-type", message, f"type: {kind}")
            return


_A: Final = {"object": "an object", "array": "an array", "string": "a text", "number": "a number"}


def _check_pair(schema: Node, low: str, high: str, problems: Problems, *, apart: bool) -> None:
    least, most = (schema.entries.get(keyword) for keyword in (low, high))
    if least is None or most is None or not _is_number(least.value) or not _is_number(most.value):
        return  # the draft's own schema says so
    if least.value > most.value or (apart and least.value == most.value):  # type: ignore[operator]  # both are numbers
        message = f"nothing is accepted: {low} {least.value} leaves nothing below {high} {most.value}"
        problems.add(most.place, "contradictory-schema", message, can_run=True)


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _check_listed(schema: Node, problems: Problems) -> None:
    """A value of an enum or a const that the type beside it refuses."""
    kind, enum, const = (schema.entries.get(keyword) for keyword in ("type", "enum", "const"))
    if kind is None:
        return
    kinds = kind.plain() if isinstance(kind.value, list) else [kind.value]
    listed = list(enum.value) if enum is not None and isinstance(enum.value, list) else []
    for node in [*listed, *([] if const is None else [const])]:
        if not any(_is_of(node.value, each) for each in kinds):
            message = (
                f"{shown(str(node.value))} is {node.kind()}, which the type {shown(', '.join(map(str, kinds)))} refuses"
            )
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
            return True  # no such type, which is said elsewhere
