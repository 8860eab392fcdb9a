"""Report many custom events in one request: each is accepted or refused as if it were reported alone."""

import asyncio
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

import rules
from api.events.routes import PREFIX
from api.events.schemas import BatchReceipt, EventReport, PostCustomEvents
from api.events.validation import possible_repetition, validate_event
from api.http.error_handlers import fault_json
from api.http.errors import BadInput, InputFault, faults_of_refusal
from api.http.requests import read_item, read_list, request_body
from api.http.responses import ExactJson
from api.state.changes import AdminChange, Change, Changed, Operation
from database import Transaction
from loyalty.engine.acceptance import IncomingEvent
from loyalty.engine.batch_acceptance import Reported, Result, accept_batch
from loyalty.ids import new_id
from loyalty.program.program import Program
from loyalty.refusals import Refusal
from telemetry.metrics import count_refusal

MAX_EVENTS = 1000
MAX_BYTES = 4 * 1024 * 1024

PART = 100
"""The number of events that are stored in one transaction, and run by one workflow."""

router = APIRouter(prefix=PREFIX, tags=["Custom Event"])

_EXAMPLE = {
    "events": [
        {
            "type": "app_login",
            "eventDate": "2024-05-01T00:00:00",
            "eventId": "login-2024-05-01-anna",
            "customerData": {"email": "anna@example.com"},
        },
        {
            "type": "app_login",
            "eventDate": "2024-05-01T00:00:00",
            "eventId": "login-2024-05-01-bert",
            "customerData": {"email": "bert@example.com"},
        },
    ]
}


@dataclass(frozen=True, slots=True)
class _Given:
    """One event of a request: what it reports, or its faults; both if it may repeat an earlier event."""

    event: IncomingEvent | None
    faults: Sequence[InputFault] = ()


@router.post(
    "/batch",
    summary="Report many events",
    response_model=BatchReceipt,
    openapi_extra=request_body(PostCustomEvents, _EXAMPLE),
)
async def report_events(request: Request, change: AdminChange) -> Response:
    """Accept up to 1,000 events, in the order given; a faulty event does not affect the others.

    `items` has an entry for each event, in their order: its `customEventId`, or the `errors` of reporting it alone,
    with paths such as `events.3.body.total`. An `eventId` and an `Idempotency-Key` make it safe to repeat. The order
    holds for the events of one member; one workflow runs a hundred of them.
    """
    posted = await read_list(request, "events", max_items=MAX_EVENTS, max_bytes=MAX_BYTES)
    items: list[Mapping[str, Any]] = []
    answers = []
    for begin in range(0, len(posted), PART):
        async with change.store_request.state.batches:
            answers.append(await _accept_part(change, posted, begin))
        assert answers[-1].content is not None, "a part answers with its items"
        items += answers[-1].content["items"]
    accepted = sum("customEventId" in item for item in items)
    receipt = {"items": items, "accepted": accepted, "refused": len(items) - accepted}
    is_repeated = all(answer.is_repeated for answer in answers)
    return ExactJson(receipt, headers={"Idempotent-Replayed": "true"} if is_repeated else None)


async def _accept_part(change: Change, posted: Sequence[Any], begin: int) -> Any:
    """Return the response for the events of a part."""
    part = posted[begin : begin + PART]
    content = None
    if change.key is not None:
        content = {"events": await asyncio.to_thread(_hash, part), "of": len(posted)}

    async def prepare() -> Operation:
        given = await asyncio.to_thread(_read_all, part, change.store_request.program)
        return _acceptance(change, given, begin)

    return await change.run(content, prepare, part=begin // PART)


def _acceptance(change: Change, given: Sequence[_Given], begin: int) -> Operation:
    asked = change.store_request
    reported = [Reported(each.event, is_valid=not each.faults) for each in given if each.event is not None]

    def accept(tx: Transaction) -> Changed:
        batch_id = f"batch/{asked.store}/{new_id()}"
        accepted = accept_batch(tx, asked.program, asked.revision, reported, owner=batch_id, now=asked.now)
        results = iter(accepted.results)
        came = [None if each.event is None else next(results) for each in given]
        pairs = zip(came, given, strict=True)
        items = [_item(result, each, begin + number) for number, (result, each) in enumerate(pairs)]
        return Changed({"items": items}, tuple(accepted.to_start), accepted.stored, batch_id)

    return accept


def _item(result: Result, given: _Given, index: int) -> dict[str, Any]:
    """Return the response for an event."""
    if isinstance(result, str):
        return {"customEventId": result}
    faults = faults_of_refusal(result) if isinstance(result, Refusal) else given.faults
    for each in faults:
        count_refusal(each.code)
    return {"errors": [fault_json(replace(each, path=_path(each.path, index))) for each in faults]}


def _path(path: str, index: int) -> str:
    """Return the path in a list of events for a path in a report of one event."""
    within = path.removeprefix("event").removeprefix(".")
    return f"events.{index}.{within}" if within else f"events.{index}"


def _read_all(part: Sequence[Any], program: Program) -> list[_Given]:
    return [_read(each, program) for each in part]


def _read(content: Any, program: Program) -> _Given:
    try:
        report = read_item(content, EventReport)
    except BadInput as invalid:
        return _Given(None, list(_within_event(invalid)))
    try:
        return _Given(validate_event(report, program))
    except BadInput as invalid:
        return _Given(possible_repetition(report, program.zone), invalid.faults)


def _within_event(invalid: BadInput) -> Iterator[InputFault]:
    for each in invalid.faults:
        yield replace(each, path=f"event.{each.path}" if each.path else "event")


def _hash(part: Sequence[Any]) -> str:
    return hashlib.sha256(rules.exact.dumps(list(part)).encode()).hexdigest()
