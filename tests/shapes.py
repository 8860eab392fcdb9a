"""The shapes of documented webhooks, read from their notation and held against messages.

`key*` is required, `?` may be null; `{}` an object, `[]` a list, `oneOf(a | b){shared}` alternatives.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

_TOKEN = re.compile(
    r"\s*(=ex [^,}\])|]*?(?= minimum=|[,}\])|]|$)|(?:minimum|default)=[-\w.]+|\(deprecated\)|[\w-]+|\S)"
)
_SCALARS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, Decimal),
    "float": (int, Decimal),
    "object": (dict,),
}


@dataclass
class Shape:
    kind: str  # object, list, oneOf, enum, any, or a scalar
    format: str = ""
    nullable: bool = False
    keys: dict[str, "Shape"] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    parts: list["Shape"] = field(default_factory=list)
    values: set[str] = field(default_factory=set)


def parse(text: str) -> Shape:
    """Read a shape; AssertionError where the notation is not understood."""
    tokens = _TOKEN.findall(text)
    shape = _shape(tokens)
    assert not tokens, f"unread: {tokens[:8]}"
    return shape


def faults(shape: Shape, value: Any, path: str = "data") -> list[str]:
    """Everything in a message that its shape does not have, each with its path."""
    if value is None and shape.kind not in ("any", "oneOf"):
        return [] if shape.nullable else [f"{path}: null"]
    match shape.kind:
        case "any":
            return []
        case "enum":
            return [] if value in shape.values else [f"{path}: {value!r} is none of {sorted(shape.values)}"]
        case "oneOf":
            found = [faults(part, value, path) for part in shape.parts]
            return [] if [] in found else min(found, key=len)
        case "list":
            if not isinstance(value, list):
                return [f"{path}: no list"]
            return [fault for i, item in enumerate(value) for fault in faults(shape.parts[0], item, f"{path}[{i}]")]
        case "object":
            return _object_faults(shape, value, path)
        case scalar:
            return _scalar_faults(scalar, shape.format, value, path)


def _object_faults(shape: Shape, value: Any, path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path}: no object"]
    if not shape.keys:
        return []
    wrong = [f"{path}.{key}: unknown" for key in value if key not in shape.keys]
    wrong += [f"{path}.{key}: missing" for key in shape.required if key not in value]
    for key in shape.keys.keys() & value.keys():
        wrong += faults(shape.keys[key], value[key], f"{path}.{key}")
    return wrong


def _scalar_faults(kind: str, form: str, value: Any, path: str) -> list[str]:
    if not isinstance(value, _SCALARS[kind]) or (isinstance(value, bool) and kind != "boolean"):
        return [f"{path}: {value!r} is no {kind}"]
    try:
        if form == "uuid":
            assert str(UUID(value)) == value
        if form == "date-time":
            assert datetime.fromisoformat(value).tzinfo is not None
        if form == "email":
            assert "@" in value
    except (ValueError, AssertionError):
        return [f"{path}: {value!r} is no {form}"]
    return []


def _shape(tokens: list[str]) -> Shape:
    token = tokens.pop(0)
    if token == "{":
        shape = _object(tokens)
    elif token == "[":
        shape = Shape("list", parts=[_shape(tokens)])
        assert tokens.pop(0) == "]"
    elif token == "enum":
        shape = Shape("enum", values=set(_between(tokens)))
    elif token == "oneOf":
        shape = _one_of(tokens)
    elif tokens and tokens[0] == "{":
        tokens.pop(0)
        shape = _object(tokens)  # named, and the name tells nothing
    else:
        shape = Shape("any" if token in ("any", "mixed") else token)
        if tokens and tokens[0] == ":":
            tokens.pop(0)
            shape.format = tokens.pop(0)
        assert shape.kind == "any" or shape.kind in _SCALARS, token
    while tokens and (tokens[0] == "?" or tokens[0].startswith(("=ex", "minimum", "default", "(deprecated"))):
        shape.nullable |= tokens.pop(0) == "?"
    return shape


def _object(tokens: list[str]) -> Shape:
    shape = Shape("object")
    while (name := tokens.pop(0)) != "}":
        if name == ",":
            continue
        if tokens[0] == "*":
            tokens.pop(0)
            shape.required.add(name)
        assert tokens.pop(0) == ":", name
        shape.keys[name] = _shape(tokens)
    return shape


def _one_of(tokens: list[str]) -> Shape:
    assert tokens.pop(0) == "("
    shape = Shape("oneOf")
    while True:
        shape.parts.append(_shape(tokens))
        if tokens.pop(0) == ")":
            break
    if tokens and tokens[0] == "{":
        tokens.pop(0)
        shared = _object(tokens)
        for part in shape.parts:
            part.keys |= shared.keys
            part.required |= shared.required
    return shape


def _between(tokens: list[str]) -> list[str]:
    assert tokens.pop(0) == "("
    found = []
    while (token := tokens.pop(0)) != ")":
        if token != "|":
            found.append(token)
    return found
