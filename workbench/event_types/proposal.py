"""Propose an event type from sample events: its fields, as far as the samples show them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loyalty.program.body_schema import BodySchema
from program_files.readers.node_values import can_be_name
from workbench.event_types.fields import DEEPEST, ITEM, MOST_FIELDS, BodyField, FieldType, is_key

MOST_SAMPLES = 100
MOST_NOTES = 20

_DATE = BodySchema({"format": "date"})
_DATE_TIME = BodySchema({"format": "date-time"})


class NoSample(ValueError):
    """A value is not a sample of an event; the message says why."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The event type of samples; `name` is empty if they do not give it. `notes`: what is omitted, and why."""

    name: str
    title: str
    fields: Sequence[BodyField]
    notes: Sequence[str]


def propose_event_type(sample: Any) -> Proposal:
    """Propose an event type from the body of an event, a whole report of one, or a list of these; raise NoSample."""
    samples = sample if isinstance(sample, list) else [sample]
    if not samples:
        raise NoSample("the list is empty: paste one event, or several")
    if len(samples) > MOST_SAMPLES:
        raise NoSample(f"at most {MOST_SAMPLES} samples at once")
    pairs = [_report(each) for each in samples]
    name = next((name for name, _ in pairs if name), "")
    walk = _Walk()
    found = list(walk.fields([body for _, body in pairs], "", 0))
    if len(found) > MOST_FIELDS:
        walk.notes.append(f"only the first {MOST_FIELDS} fields are proposed")
    return Proposal(name, name.replace("_", " ").capitalize(), found[:MOST_FIELDS], walk.notes[:MOST_NOTES])


def _report(sample: Any) -> tuple[str, Mapping[str, Any]]:
    """Return the name of the event type that a sample gives, and the body."""
    if not isinstance(sample, Mapping):
        raise NoSample('a sample is an event or its body: {"total": 12.5, ...}')
    inner = sample.get("event", sample)
    if isinstance(inner, Mapping) and isinstance(inner.get("type"), str) and isinstance(inner.get("body"), Mapping):
        return inner["type"] if can_be_name(inner["type"]) else "", inner["body"]
    return "", sample


class _Walk:
    def __init__(self) -> None:
        self.notes: list[str] = []

    def fields(self, objects: Sequence[Mapping[str, Any]], prefix: str, depth: int) -> Iterator[BodyField]:
        """Yield the fields of similar objects; a field of all of them is required."""
        for name in dict.fromkeys(key for each in objects for key in each):
            path = f"{prefix}.{name}" if prefix else name
            if not is_key(name):
                self.notes.append(f"{path[:80]!r} is left out: rules cannot read a key with such characters")
                continue
            values = [each[name] for each in objects if name in each]
            required = len(values) == len(objects) and None not in values
            yield from self._field(values, path, depth, required=required)

    def _field(self, values: Sequence[Any], path: str, depth: int, *, required: bool) -> Iterator[BodyField]:
        present = [each for each in values if each is not None]
        types = {_type(each) for each in present}
        has_null = len(present) < len(values)
        type_: FieldType = next(iter(types)) if len(types) == 1 else _common(types)
        if has_null:
            self.notes.append(f"{path} is null in a sample, which only the type any allows")
            type_ = "any"
        yield BodyField(path, type_, required)
        if type_ in ("object", "collection") and depth + 1 >= DEEPEST:
            self.notes.append(f"what is inside {path} is left out: it lies too deep")
            return
        if type_ == "object":
            yield from self.fields(present, path, depth + 1)
        elif type_ == "collection":
            elements = [element for each in present for element in each]
            if elements:
                yield from self._field(elements, f"{path}{ITEM}", depth + 1, required=False)


def _common(types: set[FieldType]) -> FieldType:
    """Return the type of values of several types."""
    if types and types <= {"text", "date", "datetime"}:
        return "text"
    return "any"


def _type(value: Any) -> FieldType:
    match value:
        case bool():
            return "boolean"
        case str():
            return "date" if _is(value, _DATE) else "datetime" if _is(value, _DATE_TIME) else "text"
        case Mapping():
            return "object"
        case list():
            return "collection"
        case _:
            return "number"


def _is(text: str, schema: BodySchema) -> bool:
    return len(text) < 64 and schema.is_valid(text)
