"""Examples of messages, generated from their types: one of every class, with invented values."""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from loyalty.ids import named_id
from loyalty.webhooks.messages.model import Message

_TEXTS: Mapping[str, str] = {
    "email": "john.example@example.com",
    "phone": "+48500100200",
    "card": "C-000123",
    "first_name": "John",
    "last_name": "Example",
}


def sample(message_type: type[Message], now: datetime) -> Message:
    """Return an example of a message, as if it were created now."""
    made: Message = _object(message_type, now)
    return made


def _object(record: Any, now: datetime) -> Any:
    hints = get_type_hints(record)
    return record(
        **{field.name: _value(hints[field.name], field.name, now) for field in fields(record) if _shown(field)}
    )


def _shown(field: Any) -> bool:
    """Return whether a field gets an invented value; one with a default keeps it, except for parts of a member."""
    has_default = field.default is not MISSING or field.default_factory is not MISSING
    return not has_default or field.name in _TEXTS


def _value(hint: Any, name: str, now: datetime) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _value(next(each for each in arguments if each is not NoneType), name, now)
    if origin is Literal:
        return arguments[0]
    if origin is tuple:
        first = _value(arguments[0], name, now)
        return () if first == {} else (first,)  # lines that are mappings get no invented values
    if is_dataclass(hint):
        return _object(hint, now)
    if isinstance(hint, type) and issubclass(hint, tuple):  # a named one
        return hint(*(_value(each, own, now) for own, each in get_type_hints(hint).items()))
    if origin is not None or hint in (Any, object):  # a mapping or a list: it may be empty
        return [] if origin is list else {}
    return _scalar(hint, name, now)


def _scalar(hint: Any, name: str, now: datetime) -> Any:
    if hint is str:
        is_id = name in ("id", "channel") or name.endswith("_id")
        return _TEXTS.get(name) or (named_id("example", "example", name) if is_id else "example")
    made = {bool: True, int: 1, Decimal: Decimal("12.5"), datetime: now, date: now.date()}
    return made[hint]
