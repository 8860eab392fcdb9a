"""Request bodies: read once, bounded, exact, and checked against a model."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel
from starlette.requests import Request

import rules
from api.errors import BadInput, InputFault, TooLarge

MOST_BYTES = 256 * 1024
DEEPEST = 64
"""Arrays and objects inside one another: less than answers may hold, so that what came in can go out."""

LARGEST = 10**15
"""Whole numbers up to here are exact in every client's language, and so are points made of them."""

MOST_DIGITS = 34
SMALLEST_EXPONENT = -30

_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")


class Body(BaseModel):
    """A part of a request, in camelCase: unknown fields are ignored, a number is no text, a truth no number."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", alias_generator=to_camel)


B = TypeVar("B", bound=Body)


async def read_body(request: Request, model: type[B], *, most: int = MOST_BYTES) -> B:
    """The request's body, whatever media type it claims; raise BadInput, MalformedJson or TooLarge."""
    content = rules.exact.loads(await _bytes(request, most) or b"{}")
    _refuse_unkeepable(content)
    if not isinstance(content, dict):
        raise BadInput.at("", "the body is no JSON object: write it as {...}", "notAnObject")
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise BadInput.of(faults_of(error.errors(include_input=False, include_url=False))) from None


def takes(model: type[Body], example: Mapping[str, Any]) -> dict[str, Any]:
    """How OpenAPI describes an operation that reads this model; see `api.openapi`."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    content = {"application/json": {"schema": schema, "example": example}}
    TAKEN.add(model)
    return {"requestBody": {"required": True, "content": content}}


TAKEN: set[type[Body]] = set()
"""Every model that some operation reads."""


def faults_of(errors: Any) -> list[InputFault]:
    """Pydantic's errors in our form."""
    return [InputFault(_sentence(each), _camel(each["type"]), dotted(each["loc"])) for each in errors]


def dotted(path: tuple[str | int, ...]) -> str:
    """A path as errors show it: `event.customerData.email`, cut where a client's own keys are endless."""
    return ".".join(str(step) for step in path)[:500]


_SENTENCES = {
    "missing": "this is required: send it",
    "model_type": 'this must be an object: send {"key": value, ...}',
    "dict_type": 'this must be an object: send {"key": value, ...}',
    "list_type": "this must be a list: send [...]",
    "string_type": "this must be text: send it in quotes",
    "bool_type": "this must be true or false",
    "int_type": "this must be a whole number",
}
"""Of the refusals that pydantic words for programmers."""


def _sentence(error: Mapping[str, Any]) -> str:
    return _SENTENCES.get(error["type"]) or str(error["msg"]).removeprefix("Value error, ")


def _readable(text: str) -> str:
    if not text.strip() or any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise ValueError("nobody is known by blanks or control characters: send what identifies the member")
    return text


Identifying = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_readable)]
"""By what a member is known: any text that can be read."""


def _camel(code: str) -> str:
    first, *rest = code.split("_")
    return first + "".join(word.capitalize() for word in rest)


async def _bytes(request: Request, most: int) -> bytes:
    """The body, read no further than it may be long, however its length is announced."""
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and (len(announced) > len(str(most)) or int(announced) > most):
        raise TooLarge(most)
    chunks = bytearray()
    async for chunk in request.stream():
        chunks += chunk
        if len(chunks) > most:
            raise TooLarge(most)
    return bytes(chunks)


def _refuse_unkeepable(content: Any) -> None:
    """Raise BadInput for what no database keeps, or no answer could give back as it came."""
    waiting: list[tuple[Any, tuple[str | int, ...]]] = [(content, ())]
    while waiting:
        value, path = waiting.pop()
        if len(path) > DEEPEST:
            raise BadInput.at(dotted(path), f"the body is nested more than {DEEPEST} deep", "tooDeep")
        match value:
            case str():
                _refuse_text(value, path)
            case bool() | None:
                pass
            case int() | Decimal():
                _refuse_number(value, path)
            case dict():
                for key, element in value.items():
                    _refuse_text(key, (*path, "(key)"))
                    waiting.append((element, (*path, key)))
            case list():
                waiting.extend((element, (*path, number)) for number, element in enumerate(value))


def _refuse_text(text: str, path: tuple[str | int, ...]) -> None:
    if _UNKEEPABLE.search(text):
        message = "the text holds a NUL character or half of a surrogate pair, which cannot be kept: leave it out"
        raise BadInput.at(dotted(path), message, "unkeepableText")


def _refuse_number(number: int | Decimal, path: tuple[str | int, ...]) -> None:
    if not -LARGEST <= number <= LARGEST:
        raise BadInput.at(dotted(path), "the number is beyond 10^15: send it as text", "numberTooLarge")
    if isinstance(number, Decimal):
        _, digits, exponent = number.as_tuple()
        if len(digits) > MOST_DIGITS or (isinstance(exponent, int) and exponent < SMALLEST_EXPONENT):
            message = f"the number has more than {MOST_DIGITS} digits, or more than 30 decimals: round it"
            raise BadInput.at(dotted(path), message, "numberTooLong")
