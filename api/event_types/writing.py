"""New event types: proposed from a sample event, and written as a program file. Nothing is stored."""

import asyncio
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from api.event_types.routes import PREFIX
from api.http.errors import BadInput, InputFault
from api.http.requests import RequestModel, read_body, request_body
from api.http.responses import ExactJson
from api.http.structured_text import read_structured
from api.state.dependencies import AdminRequest
from loyalty.events.builtin_events import BUILT_IN
from program_files.readers.node_values import NAME_RULE, can_be_name
from workbench.event_types.fields import LONGEST_TEXT, MOST_FIELDS, BodyField, FieldType, WrongFields
from workbench.event_types.file import event_type_file, path_of
from workbench.event_types.proposal import NoSample, Proposal, propose_event_type

MAX_SAMPLE = 256 * 1024
MAX_PATH = 500
MAX_TITLE = 255
MAX_CHOICES = 200

router = APIRouter(prefix=PREFIX, tags=["Custom Event"])


class PostSample(RequestModel):
    """A sample: an event or its body as JSON or YAML, or a list of several."""

    sample: str = Field(min_length=1, max_length=MAX_SAMPLE)


class FieldOfEvent(RequestModel):
    """A field of a body. `path`: as rules read it below `event.body`, with `[]` for elements: `items[].price`."""

    path: str = Field(max_length=MAX_PATH)
    type: FieldType
    required: bool = False
    choices: list[Annotated[str, Field(max_length=LONGEST_TEXT)]] = Field(default_factory=list, max_length=MAX_CHOICES)
    description: str = Field(default="", max_length=LONGEST_TEXT)


class PostEventTypeFile(RequestModel):
    """An event type to write as a file."""

    event_type: str = Field(max_length=255)
    name: str = Field(default="", max_length=MAX_TITLE)
    fields: list[FieldOfEvent] = Field(default_factory=list, max_length=MOST_FIELDS)


class ProposedField(TypedDict):
    """A field of samples."""

    path: str
    type: FieldType
    required: bool


class ProposedEventType(TypedDict):
    """The event type of samples. `eventType` is empty if they do not name it; `notes`: what is omitted."""

    eventType: str
    name: str
    fields: list[ProposedField]
    notes: list[str]


class EventTypeFile(TypedDict):
    """The file of an event type: its path in the program, and its text."""

    path: str
    text: str


_SAMPLE = {"sample": '{"type": "review", "body": {"stars": 5, "text": "Good coffee", "photos": []}}'}
_FILE = {
    "eventType": "review",
    "name": "A review",
    "fields": [
        {"path": "stars", "type": "integer", "required": True, "choices": ["1", "2", "3", "4", "5"]},
        {"path": "text", "type": "text", "description": "What they wrote"},
    ],
}


@router.post(
    "/proposal",
    summary="Propose an event type from a sample",
    response_model=ProposedEventType,
    openapi_extra=request_body(PostSample, _SAMPLE),
)
async def propose(request: Request, _store_request: AdminRequest) -> Response:
    """Propose the fields of an event type from sample events. Fields of all samples are required."""
    posted = await read_body(request, PostSample, max_bytes=2 * MAX_SAMPLE)
    return ExactJson(await asyncio.to_thread(_proposal, posted.sample))


@router.post(
    "/file",
    summary="Write the file of an event type",
    response_model=EventTypeFile,
    openapi_extra=request_body(PostEventTypeFile, _FILE),
)
async def write_file(request: Request, _store_request: AdminRequest) -> Response:
    """Return the program file of an event type with the JSON Schema of its body.

    Nothing is stored: put it into your draft.
    """
    posted = await read_body(request, PostEventTypeFile)
    return ExactJson(await asyncio.to_thread(_file, posted))


def _proposal(sample: str) -> dict[str, Any]:
    try:
        found: Proposal = propose_event_type(read_structured(sample, "sample"))
    except NoSample as error:
        raise BadInput.at("sample", str(error), "noSample") from None
    fields = [{"path": each.path, "type": each.type, "required": each.required} for each in found.fields]
    return {"eventType": found.name, "name": found.title, "fields": fields, "notes": list(found.notes)}


def _file(posted: PostEventTypeFile) -> dict[str, Any]:
    faults = list(_faults(posted))
    fields = [BodyField(each.path, each.type, each.required, each.choices, each.description) for each in posted.fields]
    text = ""
    try:
        text = event_type_file(posted.event_type, posted.name.strip(), fields)
    except WrongFields as error:
        faults += [InputFault(each.message, "invalidField", f"fields.{each.index}.{each.key}") for each in error.faults]
    if faults:
        raise BadInput(*faults)
    return {"path": path_of(posted.event_type), "text": text}


def _faults(posted: PostEventTypeFile) -> Iterator[InputFault]:
    name = posted.event_type
    if not can_be_name(name):
        yield InputFault(NAME_RULE, "invalidName", "eventType")
    elif name in BUILT_IN:
        yield InputFault(f"{name} is built in: give this event type another name", "invalidName", "eventType")
    if not posted.name.isprintable():
        yield InputFault("a name is on one line", "invalidName", "name")
