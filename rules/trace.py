"""Traces: the values of all parts of one evaluation."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from rules.errors import JsonPath
from rules.expression import Call
from rules.values import Json

TraceRecord: TypeAlias = tuple[Any, ...]
"""A tuple of calls evaluated without a branch between them, then the value of each."""


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """One evaluation of an operator; inside a loop there is one for each element, with the same path."""

    path: JsonPath
    value: Json


class Trace:
    """The value of a rule and the values of all evaluated operators, inner ones first."""

    __slots__ = ("_records", "value")

    def __init__(self, value: Json, records: list[TraceRecord]) -> None:
        self.value = value
        self._records = records

    @property
    def entries(self) -> tuple[TraceEntry, ...]:
        return tuple(TraceEntry(call.path, value) for call, value in self.calls())

    def calls(self) -> Iterator[tuple[Call, Json]]:
        """Yield each evaluated call with its value."""
        for calls, *found in self._records:
            yield from zip(calls, found, strict=True)
