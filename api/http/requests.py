"""Request bodies: read within bounds, with exact numbers, and validated against a model."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError
from starlette.requests import Request

import rules
from api.http.errors import BadInput, InputFault, TooLarge
from loyalty.store.identity_keys import is_identifier
from rules.storable import MAX_BYTES, MAX_DECIMALS, MAX_DEPTH, MAX_DIGITS, Bound, find_excess


class RequestModel(BaseModel):
    """A part of a request body, in camelCase; unknown fields are ignored, and no value is converted to another type."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", alias_generator=to_camel)


ModelT = TypeVar("ModelT", bound=RequestModel)


LARGE_BYTES = 16 * 1024
"""Larger bodies are read and validated in a thread, so that they do not block other requests."""


async def read_body(request: Request, model: type[ModelT], *, max_bytes: int = MAX_BYTES) -> ModelT:
    """Return the request's JSON body, whatever its media type; raise BadInput, MalformedJson or TooLarge."""
    text = await _bytes(request, max_bytes) or b"{}"
    if len(text) <= LARGE_BYTES:
        return _read(text, model, max_bytes)
    return await asyncio.to_thread(_read, text, model, max_bytes)


async def read_list(request: Request, name: str, *, max_items: int, max_bytes: int) -> list[Any]:
    """Return the list with this name in a JSON body, without validating items; raise as `read_body`."""
    text = await _bytes(request, max_bytes) or b"{}"
    content = await asyncio.to_thread(rules.exact.loads, text)
    if not isinstance(content, dict):
        raise BadInput.at("", "the body is not a JSON object: write it as {...}", "notAnObject")
    items = content.get(name)
    if not isinstance(items, list):
        code = "missing" if items is None else "listType"
        raise BadInput.at(name, _MESSAGES["missing" if items is None else "list_type"], code)
    if not 1 <= len(items) <= max_items:
        raise BadInput.at(name, f"these are {len(items)}: send 1 to {max_items} at once", "outOfRange")
    return items


def read_item(content: Any, model: type[ModelT]) -> ModelT:
    """Return one item of a list, validated as a body of its own; raise BadInput with paths within it."""
    _check_content(content, MAX_BYTES)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise BadInput.of(validation_faults(error.errors(include_input=False, include_url=False))) from None


def _read(text: bytes, model: type[ModelT], max_bytes: int) -> ModelT:
    content = rules.exact.loads(text)
    _check_content(content, max_bytes)
    if not isinstance(content, dict):
        raise BadInput.at("", "the body is not a JSON object: write it as {...}", "notAnObject")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise BadInput.of(validation_faults(error.errors(include_input=False, include_url=False))) from None


def address_of(request: Request) -> str:
    """Return the address of the client, from the connection or a trusted proxy; empty if unknown."""
    return request.client.host if request.client else ""


def is_large(request: Request) -> bool:
    """Return whether the body of a request is large, or of unknown length."""
    announced = request.headers.get("content-length", "")
    return not announced.isdecimal() or int(announced[:20]) > LARGE_BYTES


class SharedModelName(Exception):
    """Two models have one name, so that OpenAPI could describe only one; the message says which."""


def request_body(model: type[RequestModel], example: Mapping[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI description of an operation whose body is this model; see `api.http.openapi`."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    content = {"application/json": {"schema": schema, "example": example}}
    if any(each is not model and each.__name__ == model.__name__ for each in BODY_MODELS):
        raise SharedModelName(f"two request bodies have models called {model.__name__}: rename one of them")
    BODY_MODELS.add(model)
    return {"requestBody": {"required": True, "content": content}}


BODY_MODELS: set[type[RequestModel]] = set()
"""The models of all request bodies."""


def validation_faults(errors: Any) -> list[InputFault]:
    """Pydantic's errors as faults of the API."""
    return [InputFault(_message(each), _camel(each["type"]), dotted_path(each["loc"])) for each in errors]


def dotted_path(path: tuple[str | int, ...]) -> str:
    """A path as errors show it: `event.customerData.email`, cut at 500 characters because clients choose some keys."""
    return ".".join(str(step) for step in path)[:500]


_MESSAGES = {
    "missing": "this is required: send it",
    "model_type": 'this must be an object: send {"key": value, ...}',
    "dict_type": 'this must be an object: send {"key": value, ...}',
    "list_type": "this must be a list: send [...]",
    "string_type": "this must be text: send it in quotes",
    "bool_type": "this must be true or false",
    "int_type": "this must be a whole number",
}
"""Messages in place of those that pydantic writes for Python programmers."""
_BOUNDS = {
    "greater_than_equal": "this must be at least {ge}",
    "less_than_equal": "this must be at most {le}",
    "string_too_short": "this must have at least {min_length} characters",
    "string_too_long": "this must have at most {max_length} characters",
    "too_short": "these are {actual_length}: send at least {min_length}",
    "too_long": "these are {actual_length}: send at most {max_length}",
    "literal_error": "this must be {expected}",
}
"""The same of values beyond a bound, which is in them."""


def _message(error: Mapping[str, Any]) -> str:
    bound, facts = _BOUNDS.get(error["type"]), error.get("ctx", {})
    if error["type"] == "string_too_short" and facts["min_length"] == 1:
        return "this must not be empty"
    if error["type"] == "too_long" and facts["actual_length"] is None:  # of a map, whose end is not looked for
        return f"these are too many: send at most {facts['max_length']}"
    if bound is not None:
        return bound.format_map(facts)
    return _MESSAGES.get(error["type"]) or str(error["msg"]).removeprefix("Value error, ")


def exact_number(value: Any) -> Decimal | int:
    """A number of a body as it is, for a validator; a text and a boolean are none."""
    if isinstance(value, str):
        raise PydanticCustomError("number_type", "this must be a number: send it without quotes")
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise PydanticCustomError("number_type", "this must be a number")
    return value


def _check_readable(text: str) -> str:
    if not is_identifier(text):
        raise ValueError("this must not be blank or hold control characters: send what identifies the member")
    return text


Identifier = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_check_readable)]
"""An email, phone or card number: any non-blank text without control characters."""


def _camel(code: str) -> str:
    first, *rest = code.split("_")
    return first + "".join(word.capitalize() for word in rest)


async def _bytes(request: Request, max_bytes: int) -> bytes:
    """Return the body; raise TooLarge as soon as it, or its announced length, is over the limit."""
    announced = request.headers.get("content-length", "")
    if (
        announced.isascii()
        and announced.isdigit()
        and (len(announced) > len(str(max_bytes)) or int(announced) > max_bytes)
    ):
        raise TooLarge(max_bytes)
    chunks = bytearray()
    async for chunk in request.stream():
        chunks += chunk
        if len(chunks) > max_bytes:
            raise TooLarge(max_bytes)
    return bytes(chunks)


_EXCESSES: Mapping[Bound, InputFault] = {
    "depth": InputFault(f"the body is nested more than {MAX_DEPTH} deep", "tooDeep", ""),
    "text": InputFault(
        "the text holds a NUL character or half of a surrogate pair, which cannot be kept: leave it out",
        "unkeepableText",
        "",
    ),
    "number": InputFault(
        "the number is beyond 10^15, which no amount may be; an id of so many digits is sent as text",
        "numberTooLarge",
        "",
    ),
    "digits": InputFault(
        f"the number has more than {MAX_DIGITS} digits, or more than {MAX_DECIMALS} decimals: round it",
        "numberTooLong",
        "",
    ),
}
"""The faults of bodies beyond each bound, without their paths."""


def _check_content(content: Any, max_bytes: int) -> None:
    """Raise BadInput for a value that the database cannot store or a response could not return unchanged."""
    excess = find_excess(content, max_bytes=max_bytes)
    if excess is None:
        return
    if excess.bound == "bytes":
        raise TooLarge(max_bytes)
    raise BadInput(replace(_EXCESSES[excess.bound], path=dotted_path(excess.path)))
