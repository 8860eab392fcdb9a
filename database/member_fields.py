"""The searchable fields of members' profiles, one row each."""

from collections.abc import Iterator, Mapping
from typing import Any

MAX_VALUE = 255
"""The most characters of a value that are searched."""

_TEXTS = ("firstName", "lastName", "gender")
_AGREEMENTS = ("agreement1", "agreement2", "agreement3")
_ADDRESS = ("street", "address1", "address2", "postal", "city", "province", "country")

FIELDS = (*_TEXTS, *_AGREEMENTS, "birthDate", "labels", *(f"address:{name}" for name in _ADDRESS))
"""The names of all fields. Labels are `key:value`; only given consents have a row, `true`."""


def fields_of(profile: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return the searchable fields of a profile, with the comparison keys of their values."""
    return {(field, searched(value)) for field, value in _fields(profile) if value}


def searched(value: str) -> str:
    """Return the comparison key of a text: in lower case, and not too long for an index."""
    return value.lower()[:MAX_VALUE]


def _fields(profile: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in _TEXTS:
        yield name, profile.get(name) or ""
    for name in _AGREEMENTS:
        yield name, "true" if profile.get(name) else ""
    yield "birthDate", (profile.get("birthDate") or "")[:10]
    address = profile.get("address") or {}
    for name in _ADDRESS:
        yield f"address:{name}", address.get(name) or ""
    for label in profile.get("labels") or []:
        yield "labels", f"{label['key']}:{label['value']}"
