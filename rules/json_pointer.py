"""JSON Pointers in `$ref` (RFC 6901, as URI fragments): `#/$defs/item`."""

from collections.abc import Callable, Mapping
from typing import TypeVar
from urllib.parse import unquote

from rules.values import Json

T = TypeVar("T")


def resolve(root: T, reference: str, part: Callable[[T, str], T | None]) -> T | None:
    """Return what a `$ref` refers to inside its document, or None if there is nothing or it leads elsewhere.

    `part` returns the child of a value by its name or position, or None; for plain JSON it is `json_part`.
    """
    if reference != "#" and not reference.startswith("#/"):
        return None
    target: T | None = root
    for step in unquote(reference).split("/")[1:]:
        target = None if target is None else part(target, step.replace("~1", "/").replace("~0", "~"))
    return target


def json_part(value: Json, name: str) -> Json:
    """Return the value of a key of an object or at a position of an array, or None if there is none."""
    if isinstance(value, list):
        return value[int(name)] if name.isdecimal() and int(name) < len(value) else None
    return value.get(name) if isinstance(value, Mapping) else None
