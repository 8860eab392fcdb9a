"""The columns of import files: their types, and how to read a cell of CSV or a value of JSON."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, TypeAlias, assert_never

import rules
from loyalty.spreadsheets import text_of
from loyalty.store.identity_keys import is_identifier
from loyalty.store.imports import ImportType
from rules.storable import MAX_DIGITS, find_excess

Kind: TypeAlias = Literal[
    "text", "identifier", "number", "whole", "boolean", "object", "list", "pairs", "labels", "read_only"
]
"""`pairs`: a list of `{"key": ..., "value": ...}`, of texts; the values of `labels` may be numbers and booleans.

In CSV, these, objects and lists are JSON in a cell. `read_only`: exports write what Laurel sets, and imports ignore it.
"""

MAX_TEXT = 255
MAX_PAIRS = 100


class LineFault(Exception):
    """The fault of a line: a stable code, the column, and the cure."""

    def __init__(self, code: str, path: str, message: str) -> None:
        super().__init__(message)
        self.code, self.path, self.message = code, path, message


@dataclass(frozen=True, slots=True)
class Column:
    """A column, by its name in CSV; in JSON, a dot separates the keys of nested objects."""

    name: str
    kind: Kind = "text"
    needed: bool = False


_IDENTITY = tuple(Column(name, "identifier") for name in ("email", "phone", "loyaltyCardNumber"))
_WHO = (Column("customerId"), *_IDENTITY)
_ADDRESS = tuple(
    Column(f"address.{name}") for name in ("street", "address1", "address2", "postal", "city", "province", "country")
)
_CREATED = Column("createdAt", "read_only")
_TRANSFER = (
    *_WHO,
    Column("points", "number", needed=True),
    Column("walletCode"),
    Column("comment"),
    Column("externalTransferId"),
)

COLUMNS: Mapping[ImportType, tuple[Column, ...]] = {
    "member": (
        *_WHO,
        *(Column(name) for name in ("firstName", "lastName", "gender", "birthDate", "registeredAt")),
        *_ADDRESS,
        Column("company.name"),
        Column("company.nip"),
        Column("labels", "pairs"),
        Column("customAttributes", "labels"),
        Column("attributes", "object"),
        *(Column(f"agreement{number}", "boolean") for number in (1, 2, 3)),
        Column("levelId"),
        Column("test", "boolean"),
        Column("active", "boolean"),
        _CREATED,
    ),
    "unitTransferAdding": (
        *_TRANSFER,
        Column("expiresInDays", "whole"),
        Column("lockedUntilDays", "whole"),
        Column("qualifies", "boolean"),
    ),
    "unitTransferSpending": _TRANSFER,
    "customEvent": (
        Column("type", needed=True),
        Column("eventDate", needed=True),
        Column("eventId"),
        *_WHO,
        Column("customerData", "object"),
        Column("body", "object"),
        Column("customEventId"),
        *(Column(name, "read_only") for name in ("status", "error")),
        _CREATED,
    ),
    "transaction": (
        Column("documentNumber", needed=True),
        Column("purchasedAt", needed=True),
        Column("items", "list", needed=True),
        Column("documentType"),
        Column("linkedDocumentNumber"),
        Column("purchasePlace"),
        Column("channelId"),
        Column("labels", "labels"),
        *_WHO,
        Column("name"),
        Column("nip"),
        Column("address", "object"),
        Column("customerData", "object"),
        *(Column(name, "read_only") for name in ("transactionId", "grossValue")),
        _CREATED,
    ),
    "transactionMatch": (Column("documentNumber", needed=True), *_WHO),
    "rewardCoupon": (
        Column("rewardId", needed=True),
        Column("code", needed=True),
        Column("issuedRewardId"),
        _CREATED,
    ),
}
"""The columns of each type of import."""

_OF_EVENTS = {"customerData": ""}
NESTED: Mapping[ImportType, Mapping[str, str]] = {
    "member": {"address": "address.", "company": "company."},
    "unitTransferAdding": {},
    "unitTransferSpending": {},
    "customEvent": _OF_EVENTS,
    "transaction": _OF_EVENTS | {"header": ""},
    "transactionMatch": _OF_EVENTS,
    "rewardCoupon": {},
}
"""Objects in JSON whose fields are columns, with the prefix of these columns' names."""

_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?", re.ASCII)
_BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def cell_value(column: Column, text: str) -> Any:
    """Return the value of a cell of CSV; None for an empty one. Raise LineFault."""
    if not text.strip():
        return None
    match column.kind:
        case "text" | "identifier":
            return _checked(column, text_of(text))
        case "number":
            if not _NUMBER.fullmatch(text.strip()) or len(text.strip()) > MAX_DIGITS:
                raise _wrong(column, f"{text[:40]!r} is not a number: write it as 12.50")
            return Decimal(text.strip())
        case "whole":
            if not re.fullmatch(r"\d{1,9}", text.strip()):
                raise _wrong(column, f"{text[:40]!r} is not a whole number from 0 up")
            return int(text.strip())
        case "boolean":
            if text.strip().lower() not in _BOOLEANS:
                raise _wrong(column, f"{text[:40]!r} is neither true nor false")
            return _BOOLEANS[text.strip().lower()]
        case "object" | "list" | "pairs" | "labels":
            try:
                return _checked(column, rules.exact.loads(text.encode()))
            except rules.MalformedJson as error:
                raise _wrong(column, f"the cell is not JSON: {error}") from None
        case "read_only":
            return None
        case _:
            assert_never(column.kind)


def json_value(column: Column, value: Any) -> Any:
    """Return a value of a line of JSON; raise LineFault."""
    if value is None or column.kind == "read_only":
        return None
    if column.kind == "number" and isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Decimal(value)
    return _checked(column, value)


_IS_OF_KIND: Mapping[Kind, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "identifier": lambda value: isinstance(value, str),
    "number": lambda _: False,
    "read_only": lambda _: True,
    "whole": lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9,
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "list": lambda value: isinstance(value, list),
    "pairs": lambda value: isinstance(value, list) and len(value) <= MAX_PAIRS and all(map(_is_pair, value)),
    "labels": lambda value: isinstance(value, list) and len(value) <= MAX_PAIRS and all(map(is_label, value)),
}
_WORDS: Mapping[Kind, str] = {
    "text": "text",
    "identifier": "text",
    "number": "a number",
    "whole": "a whole number from 0 up",
    "boolean": "true or false",
    "object": 'an object: {"name": value}',
    "list": "a list: [...]",
    "labels": f'a list of at most {MAX_PAIRS} {{"key": "...", "value": ...}}',
    "pairs": f'a list of at most {MAX_PAIRS} {{"key": "...", "value": "..."}} of {MAX_TEXT} characters',
}


def _checked(column: Column, value: Any) -> Any:
    if not _IS_OF_KIND[column.kind](value):
        raise _wrong(column, f"this must be {_WORDS[column.kind]}")
    excess = find_excess(value)
    if excess is not None:
        raise LineFault("unkeepableText" if excess.bound == "text" else "invalid", column.name, f"this {excess.words}")
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise _wrong(column, f"this is longer than {MAX_TEXT} characters")
        if column.kind == "identifier" and not is_identifier(value):
            raise _wrong(column, "this must not be blank or hold control characters")
    return value


def _is_pair(value: Any) -> bool:
    return is_label(value) and isinstance(value["value"], str)


def is_label(value: Any) -> bool:
    """Return whether a value is a key with a short text, a number or a boolean."""
    if not isinstance(value, dict) or set(value) != {"key", "value"}:
        return False
    if not isinstance(value["key"], str) or not isinstance(value["value"], str | int | Decimal):
        return False
    return bool(value["key"]) and all(len(text) <= MAX_TEXT for text in value.values() if isinstance(text, str))


def _wrong(column: Column, message: str) -> LineFault:
    return LineFault("invalid", column.name, message)
