"""Event bodies against the JSON Schema of their event type."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jsonschema_rs


class SchemaError(ValueError):
    """Invalid JSON Schema; the message says why, `path` where."""

    def __init__(self, message: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True, slots=True)
class BodyFault:
    """One error in a body, and its path."""

    path: tuple[str | int, ...]
    message: str


class BodySchema:
    """A JSON Schema 2020-12, compiled: no `$ref` leaves it, formats are checked, patterns run in linear time."""

    __slots__ = ("_validator", "schema")

    def __init__(self, schema: Any) -> None:
        """Compile a schema; raise SchemaError if it is invalid."""
        self.schema = schema
        try:
            self._validator = jsonschema_rs.Draft202012Validator(
                schema,
                validate_formats=True,
                offline=True,
                pattern_options=jsonschema_rs.RegexOptions(),
            )
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            path = tuple(getattr(error, "instance_path", ()))
            raise SchemaError(getattr(error, "message", str(error)), path) from None

    def is_valid(self, body: Any) -> bool:
        """Return whether a body is valid."""
        return bool(self._validator.is_valid(body))

    def faults(self, body: Any) -> Iterator[BodyFault]:
        """Yield every error in a body."""
        for error in self._validator.iter_errors(body):
            yield BodyFault(tuple(error.instance_path), _shortened(error.message))


def _shortened(message: str) -> str:
    """Return a validator's message with long values cut, so that an answer never echoes a whole body."""
    return re.sub(r"(.{160}).+", r"\1 ...", message)
