"""Check attributes of members that operations set."""

from collections.abc import Mapping
from typing import Any

from loyalty.program.attributes import UnfitValue, typed_value
from loyalty.program.program import Program
from loyalty.refusals import InvalidAttribute


def checked_attributes(program: Program, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return attributes to set, checked against the schemas of declared ones. Raise InvalidAttribute."""
    return {name: _checked(program, name, value) for name, value in attributes.items()}


def _checked(program: Program, name: str, value: Any) -> Any:
    schema = program.attributes.get(name)
    try:
        return value if schema is None else typed_value(schema, value)
    except UnfitValue as why:
        raise InvalidAttribute(name, str(why)) from None
