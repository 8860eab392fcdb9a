"""Validate event bodies against the JSON Schema of their event type, with bounded work for any body."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import jsonschema_rs

from loyalty.program.applied_schemas import Path, Work
from loyalty.program.validation_cost import ValidationCost, exceeds

MOST_WORK_PER_VALUE: Final = Work(visits=1_000, patterns=1_000)
"""The most work for one value; a deploy refuses a schema that needs more."""

MOST_WORK: Final = 5_000_000
"""The most schemas applied to values of one body, some 50 ns each: a body that could need more is not validated."""

MATCHING_WORK: Final = 5
"""The work of matching one character with a pattern of size one, in the worst case."""

LARGEST_BODY: Final = 128 * 1024
"""The most values in the largest body that the API accepts: two bytes each."""

MOST_ERRORS: Final = 5_000
"""Errors are only listed for a body with at most this many possible ones: listing one takes some 15 microseconds."""

LONGEST_LISTED: Final = 1_000_000
"""The most characters that the messages of errors may repeat."""


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


@dataclass(slots=True)
class _Size:
    """The size of a body: its values, their characters, and those that are matched with patterns."""

    values: int = 0
    characters: int = 0
    matched: int = 0
    depth: int = 0


class BodySchema:
    """A compiled JSON Schema 2020-12: no external `$ref`, formats are checked, patterns run in linear time."""

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

    @cached_property
    def _cost(self) -> ValidationCost:
        return ValidationCost(self.schema)

    def costly_part(self) -> Path | None:
        """Return the path of a part that makes the work for one value exceed MOST_WORK_PER_VALUE, if there is one."""
        return self._cost.culprit(MOST_WORK_PER_VALUE) if exceeds(self._cost.work(), MOST_WORK_PER_VALUE) else None

    @property
    def is_costly_by_patterns(self) -> bool:
        """Whether patterns alone exceed MOST_WORK_PER_VALUE."""
        return self._cost.work().visits <= MOST_WORK_PER_VALUE.visits

    def is_valid(self, body: Any) -> bool:
        """Return whether a body is valid; False for one that could need too much work."""
        return self._excess(body) is None and bool(self._validator.is_valid(body))

    def faults(self, body: Any) -> Iterator[BodyFault]:
        """Yield every error in a body; a single error for a body that needs too much work, or has too many values."""
        excess = self._excess(body)
        if excess is not None:
            yield excess
        elif not self._validator.is_valid(body):
            yield from self._errors(body)

    def _excess(self, body: Any) -> BodyFault | None:
        """Return the fault of a body that could need more than MOST_WORK; None if it cannot."""
        cost = self._cost.work()
        if not cost.patterns and cost.visits * LARGEST_BODY <= MOST_WORK:
            return None
        size = self._size(body)
        at_depth = self._cost.work(size.depth)
        work = size.values * at_depth.visits + size.matched * at_depth.patterns * MATCHING_WORK
        if work <= MOST_WORK:
            return None
        message = (
            f"the body is too large for its schema, by which checking {size.values:,} values, {size.depth} deep, with "
            f"{size.characters:,} characters could take too long: send less at once, or simplify the schema"
        )
        return BodyFault((), message)

    def _errors(self, body: Any) -> Iterator[BodyFault]:
        size = self._size(body)
        errors = self._cost.work(size.depth).errors
        if size.values * errors > MOST_ERRORS or size.characters * errors > LONGEST_LISTED:
            yield BodyFault((), "the body does not fit its schema, and is too large to say where: try a part of it")
            return
        for error in self._validator.iter_errors(body):
            yield BodyFault(tuple(error.instance_path), _shortened(error.message))

    def _size(self, body: Any) -> _Size:
        size, matched = _Size(), self._cost.fields_with_patterns
        level: list[tuple[Any, bool]] = [(body, matched is None)]
        while level:
            inner: list[tuple[Any, bool]] = []
            size.values += len(level)
            for value, is_matched in level:
                match value:
                    case str():
                        size.characters += len(value)
                        size.matched += len(value) if is_matched else 0
                    case dict():
                        names = sum(map(len, value))
                        size.characters += names
                        size.matched += names if matched is None else 0
                        inner += ((each, matched is None or name in matched) for name, each in value.items())
                    case list():
                        inner += ((each, is_matched) for each in value)
            size.depth += 1 if inner else 0
            level = inner
        return size


def _shortened(message: str) -> str:
    """Return a validator's message with long values cut, so that a response never echoes a whole body."""
    return re.sub(r"(.{160}).+", r"\1 ...", message)
