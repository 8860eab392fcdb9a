"""The fields of an event's body, and the resulting JSON Schema."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

import rules

FieldType: TypeAlias = Literal[
    "text", "number", "integer", "boolean", "date", "datetime", "object", "collection", "any"
]

MOST_FIELDS: Final = 200
LONGEST_KEY: Final = 64
LONGEST_TEXT: Final = 500
"""The most characters of a description, and of a choice."""
DEEPEST: Final = 6
"""The most steps of a path."""
ITEM: Final = "[]"
"""The last step of the path of a list's elements: `items[].price`, `tags[]`."""

_SCHEMAS: Final[Mapping[FieldType, Mapping[str, Any]]] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "object": {"type": "object"},
    "collection": {"type": "array"},
    "any": {},
}
_WITH_CHOICES: Final = frozenset({"text", "number", "integer"})
_STEP: Final = re.compile(r"([^.\[\]]+)((?:\[\])*)")


@dataclass(frozen=True, slots=True)
class BodyField:
    """One field. `path` is as rules read it below `event.body`, with `[]` for the elements of a list."""

    path: str
    type: FieldType
    required: bool = False
    choices: Sequence[str] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class FieldFault:
    """The fault of the field at an index; `key` is the faulty attribute."""

    index: int
    key: str
    message: str


class WrongFields(ValueError):
    """Fields that make no valid schema; `faults` says why."""

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        super().__init__("; ".join(each.message for each in faults))
        self.faults = faults


@dataclass(slots=True)
class _Part:
    """A field in the tree of all."""

    own: BodyField
    inner: "dict[str, _Part]" = field(default_factory=dict)


def is_key(key: str) -> bool:
    """Return whether a key of a body can be a step of a path that rules read."""
    return 0 < len(key) <= LONGEST_KEY and key.isprintable() and not {".", "[", "]"} & set(key) and key == key.strip()


def schema_of(fields: Sequence[BodyField]) -> dict[str, Any]:
    """Return the JSON Schema of a body with these fields; raise WrongFields."""
    root, faults = _Part(BodyField("", "object")), list[FieldFault]()
    if len(fields) > MOST_FIELDS:
        raise WrongFields([FieldFault(MOST_FIELDS, "path", f"an event type has at most {MOST_FIELDS} fields here")])
    for index, each in enumerate(fields):
        faults += [FieldFault(index, key, message) for key, message in _faults(each)]
    if not faults:
        faults = list(_grow(root, fields))
    if faults:
        raise WrongFields(faults)
    return _schema(root)


def steps_of(path: str) -> list[str] | None:
    """Return the steps of a path, `[]` for elements; None if it is not a path."""
    steps: list[str] = []
    for part in path.split("."):
        found = _STEP.fullmatch(part)
        if found is None or not is_key(found[1]):
            return None
        steps += [found[1], *[ITEM] * (len(found[2]) // len(ITEM))]
    return steps


def _faults(each: BodyField) -> Iterator[tuple[str, str]]:
    steps = steps_of(each.path)
    if steps is None:
        shown = each.path[:LONGEST_KEY] or "empty"
        yield "path", f"{shown} is not a field: write it as rules read it, as total, customer.city or items[].price"
    elif len(steps) > DEEPEST:
        yield "path", f"a field lies at most {DEEPEST} steps deep here: declare {steps[0]} as any, and edit the file"
    if each.choices and each.type not in _WITH_CHOICES:
        yield "choices", "choices are texts or numbers"
    for choice in each.choices if each.type in _WITH_CHOICES else ():
        if len(choice) > LONGEST_TEXT or not choice.isprintable():
            yield "choices", f"a choice has at most {LONGEST_TEXT} characters, all on one line"
        elif each.type != "text" and not _is_number(choice, each.type):
            yield "choices", f"{choice[:LONGEST_KEY]} is no {each.type}"
    if len(each.description) > LONGEST_TEXT or not each.description.isprintable():
        yield "description", f"a description has at most {LONGEST_TEXT} characters, all on one line"


def _is_number(text: str, type_: FieldType) -> bool:
    try:
        value = rules.exact.loads(text)
    except rules.MalformedJson:
        return False
    return not isinstance(value, bool) and isinstance(value, int if type_ == "integer" else int | Decimal)


def _grow(root: _Part, fields: Sequence[BodyField]) -> Iterator[FieldFault]:
    """Add fields to the tree, the outer ones first; yield those without a valid place."""
    by_depth = sorted(range(len(fields)), key=lambda index: len(steps_of(fields[index].path) or ()))
    for index in by_depth:
        each = fields[index]
        *above, last = steps_of(each.path) or [""]
        part: _Part | None = root
        for step in above:
            part = part.inner.get(step) if part else None
        if part is None or part.own.type != ("collection" if last == ITEM else "object"):
            outer, type_ = each.path.removesuffix(last).rstrip("."), "collection" if last == ITEM else "object"
            yield FieldFault(index, "path", f"there is no field {outer} of the type {type_} for it to be in")
        elif last in part.inner:
            yield FieldFault(index, "path", f"{each.path} stands twice")
        else:
            part.inner[last] = _Part(each)


def _schema(part: _Part) -> dict[str, Any]:
    found = part.own
    made: dict[str, Any] = dict(_SCHEMAS[found.type])
    if found.choices:
        values = [each if found.type == "text" else rules.exact.loads(each) for each in found.choices]
        made = {"enum": values} if found.type == "text" else made | {"enum": values}
    if found.description:
        made["description"] = found.description
    if ITEM in part.inner:
        made["items"] = _schema(part.inner[ITEM])
    elif part.inner:
        required = [name for name, each in part.inner.items() if each.own.required]
        if required:
            made["required"] = required
        made["properties"] = {name: _schema(each) for name, each in part.inner.items()}
    return made


def fields_of(schema: Any) -> list[BodyField]:
    """Return the fields that a JSON Schema declares, as far as they can be expressed as such."""
    return list(_fields(schema, "", 0))[:MOST_FIELDS]


def _fields(schema: Any, prefix: str, depth: int) -> Iterator[BodyField]:
    if not isinstance(schema, Mapping) or depth >= DEEPEST:
        return
    properties, required = schema.get("properties"), schema.get("required")
    for name, each in properties.items() if isinstance(properties, Mapping) else ():
        path = f"{prefix}.{name}" if prefix else str(name)
        yield _field(path, each, required=isinstance(required, list) and name in required)
        yield from _fields(each, path, depth + 1)
    items = schema.get("items")
    if isinstance(items, Mapping):
        yield _field(f"{prefix}{ITEM}", items, required=False)
        yield from _fields(items, f"{prefix}{ITEM}", depth + 1)


def _field(path: str, schema: Any, *, required: bool) -> BodyField:
    known = schema if isinstance(schema, Mapping) else {}
    choices = known.get("enum") if isinstance(known.get("enum"), list) else [known["const"]] if "const" in known else []
    texts = [each if isinstance(each, str) else rules.exact.dumps(each) for each in choices or ()]
    return BodyField(path, _type(known), required, texts, str(known.get("description") or known.get("title") or ""))


def _type(schema: Mapping[str, Any]) -> FieldType:
    """Return the type of a schema; `any` for one of several types."""
    choices = schema.get("enum")
    if isinstance(choices, list) and choices and "type" not in schema:
        return "text" if all(isinstance(each, str) for each in choices) else "any"
    if "properties" in schema and "type" not in schema:
        return "object"
    for name in ("date", "datetime"):
        if schema.get("format") == _SCHEMAS[name]["format"]:
            return name
    named = {each["type"]: name for name, each in _SCHEMAS.items() if each.get("type") and "format" not in each}
    declared = schema.get("type")
    return named.get(declared, "any") if isinstance(declared, str) else "any"
