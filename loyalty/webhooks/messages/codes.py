"""Codes in messages: stored as placeholders, and filled in when the message is sent.

So no code is in the database, and a reader of stored messages cannot use one.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from loyalty.ids import is_id
from loyalty.store.codes import PlainCode
from loyalty.webhooks.messages.text import Json

_PREFIX: Final = "code:"


def placeholder(code_id: str) -> PlainCode:
    """Return the placeholder for a code in a stored message."""
    return PlainCode(_PREFIX + code_id, 0)


def with_codes(body: Any, plain: Callable[[str], PlainCode]) -> Any:
    """Return the body of a message, in any format, with its code filled in; other bodies unchanged."""
    match body:
        case {"data": {"code": str(code)} as data} if _is_placeholder(code):
            return {**body, "data": _filled(data, plain)}
        case {"event": {"payload": {"code": str(code)} as payload} as event} if _is_placeholder(code):
            filled = _filled(payload, plain)
            return {**body, "event": {**event, "payload": filled, "executionResults": filled}}
        case _:
            return body


def _is_placeholder(code: str) -> bool:
    return code.startswith(_PREFIX) and is_id(code.removeprefix(_PREFIX))


def _filled(data: Mapping[str, Any], plain: Callable[[str], PlainCode]) -> Json:
    code = plain(str(data["code"]).removeprefix(_PREFIX))
    return {**data, "code": code.code, "codeNumber": code.number}
