"""What an evaluation was worth, part by part."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from rules.errors import JsonPath
from rules.expression import Call
from rules.values import Json

TraceRecord: TypeAlias = tuple[Any, ...]
"""The calls evaluated one after the other, then the value of each: one tuple for a stretch without forks."""


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """One operator evaluated once; inside a loop its path comes again with each element."""

    path: JsonPath
    value: Json


class Trace:
    """The value of a rule, and every operator evaluated on the way, inner ones first."""

    __slots__ = ("_records", "value")

    def __init__(self, value: Json, records: list[TraceRecord]) -> None:
        self.value = value
        self._records = records

    @property
    def entries(self) -> tuple[TraceEntry, ...]:
        return tuple(TraceEntry(call.path, value) for call, value in self.calls())

    def calls(self) -> Iterator[tuple[Call, Json]]:
        for calls, *found in self._records:
            yield from zip(calls, found, strict=True)
