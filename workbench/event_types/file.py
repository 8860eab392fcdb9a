"""Write the program file of an event type from its fields."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from program_files.text.plain_yaml import flow
from workbench.event_types.fields import BodyField, schema_of

_BLOCKS: Final = ("properties", "items")
"""The keys of a schema that are written over several lines."""


def path_of(name: str) -> str:
    """Return the path of the file of an event type."""
    return f"events/{name}.yaml"


def event_type_file(name: str, title: str, fields: Sequence[BodyField]) -> str:
    """Return the text of an event type's file; raise WrongFields."""
    lines = [f"event: {flow(name)}", *([f"title: {flow(title)}"] if title else []), "body:"]
    return "\n".join([*lines, *_schema_lines(schema_of(fields), "  ")]) + "\n"


def _schema_lines(schema: Mapping[str, Any], indent: str) -> Iterator[str]:
    """Yield a schema with each field on a line of its own."""
    for key, value in schema.items():
        if key not in _BLOCKS:
            yield f"{indent}{key}: {flow(value)}"
    if "items" in schema:
        yield from _entry("items", schema["items"], indent)
    if "properties" in schema:
        yield f"{indent}properties:"
        for name, each in schema["properties"].items():
            yield from _entry(name, each, f"{indent}  ")


def _entry(key: str, schema: Mapping[str, Any], indent: str) -> Iterator[str]:
    if any(block in schema for block in _BLOCKS):
        yield f"{indent}{flow(key)}:"
        yield from _schema_lines(schema, f"{indent}  ")
    else:
        yield f"{indent}{flow(key)}: {flow(schema)}"
