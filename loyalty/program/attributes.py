"""Attributes of members that a program declares: the JSON Schema of each value."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import rules
from loyalty.program.body_schema import BodySchema


class UnfitValue(ValueError):
    """A value that the schema of an attribute refuses; the message says why."""


def typed_value(schema: BodySchema, value: Any) -> Any:
    """Return a value as rules read it: a text becomes the number or boolean in it, where the schema requires one.

    Raise UnfitValue.
    """
    if schema.is_valid(value):
        return value
    read = _read(value)
    if read is not None and schema.is_valid(read):
        return read
    fault = next(schema.faults(read if _is_meant(schema, read) else value), None)
    if fault is None:
        raise UnfitValue("the value does not fit its schema")
    raise UnfitValue(fault.message + "".join(f" (at {step})" for step in fault.path[:1]))


def _is_meant(schema: BodySchema, read: Decimal | int | bool | None) -> bool:
    """Return whether a schema asks for values of the type that was read in a text: the fault is then in the value."""
    asked = schema.schema.get("type") if isinstance(schema.schema, dict) else None
    if isinstance(read, bool):
        return asked == "boolean"
    return read is not None and asked in ("number", "integer")


def readable_attributes(declared: Mapping[str, BodySchema], attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return attributes as rules read them, without stored values that the program's schemas refuse."""
    if declared.keys().isdisjoint(attributes):
        return attributes
    return {
        name: value
        for name, stored in attributes.items()
        if (value := _typed_or_unfit(declared.get(name), stored)) is not _UNFIT
    }


def fits(schema: BodySchema, value: Any) -> bool:
    """Return whether rules can read a stored value."""
    return _typed_or_unfit(schema, value) is not _UNFIT


def _typed_or_unfit(schema: BodySchema | None, value: Any) -> Any:
    if schema is None or schema.is_valid(value):
        return value
    read = _read(value)
    return read if read is not None and schema.is_valid(read) else _UNFIT


def _read(value: Any) -> Decimal | int | bool | None:
    """Return the number or boolean in a text."""
    if not isinstance(value, str):
        return None
    try:
        read = rules.exact.loads(value)
    except rules.MalformedJson:
        return None
    return read if isinstance(read, bool | int | Decimal) else None


_UNFIT = object()
