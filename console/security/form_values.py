"""The values of a form: texts by the names of its fields, in their order."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

from api.http.errors import BadInput, TooLarge

MAX_BYTES = 2 * 1024 * 1024
MAX_FIELDS = 2000

_URLENCODED = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class FormValues:
    """The fields of a form. Names that begin with `_` are the console's own, the others are paths in a body."""

    fields: Sequence[tuple[str, str]] = ()

    def first(self, name: str) -> str:
        """Return the first value of a field; empty without any."""
        return next((value for each, value in self.fields if each == name), "")

    def all(self, name: str) -> list[str]:
        """Return all values of a field."""
        return [value for each, value in self.fields if each == name]

    def has(self, name: str) -> bool:
        """Return whether a field was sent."""
        return any(each == name for each, _ in self.fields)


async def read_form(request: Request) -> FormValues:
    """Return the form that a request sends; none for another method or type. Raise BadInput or TooLarge."""
    if request.method != "POST" or not request.headers.get("content-type", _URLENCODED).startswith(_URLENCODED):
        return FormValues()
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MAX_BYTES:
            raise TooLarge(MAX_BYTES)
    try:
        text = content.decode()
        fields = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        raise BadInput.at("", "this is not a form in UTF-8, or has too many fields") from None
    return FormValues([(name, value.replace("\r\n", "\n")) for name, value in fields])
