"""Designers' tests, written from a simulation or from a stored event. Personal data is masked; nothing is stored."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from api.http.errors import BadInput, NotFound
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.programs.schemas import MAX_PROGRAM_BYTES
from api.simulations.recorded_tests import RecordedTest, recorded_event, refuse_caused, refuse_reversal, write_test
from api.simulations.routes import EXAMPLE
from api.simulations.running import prepare_simulation, run_simulating
from api.simulations.schemas import PostSimulation
from api.state.dependencies import AdminRequest, StoreRequest
from database import ReadTransaction
from loyalty.program.program import Program
from loyalty.store.events import StoredEvent
from program_files.folders.layout import TESTS
from workbench.generation.generation import CannotGenerateTest, RecordedEvent, generate_test
from workbench.simulation.simulation import TooManyDueItems, recorded

router = APIRouter(prefix="/api/{storeCode}", tags=["Program"])


class WrittenTest(TypedDict):
    """A designers' test that passes: a path for its file in the program, and its text.

    `differences`: how its result differs from that of the event when it happened, since values are masked.
    """

    path: str
    text: str
    differences: list[str]


@router.post(
    "/simulate/test",
    summary="Write a simulation as a test",
    response_model=WrittenTest,
    openapi_extra=request_body(PostSimulation, EXAMPLE),
)
async def write_simulation(request: Request, store_request: AdminRequest) -> Response:
    """Return a test of the simulated event, with its member as they are, which expects the simulated result."""
    posted = await read_body(request, PostSimulation, max_bytes=MAX_PROGRAM_BYTES)
    asked = await prepare_simulation(store_request, posted)
    program = asked.under.program
    try:
        refuse_reversal(program, asked.tried.type)
        text = await run_simulating(lambda: generate_test(recorded(program, asked.tried), program).text)
    except CannotGenerateTest as error:
        raise _no_test(error) from None
    except TooManyDueItems as error:
        raise BadInput.at("now", str(error), "outOfRange") from None
    return ExactJson(_view(RecordedTest(text, ()), asked.tried.type, asked.tried.now, program))


@router.get("/customEvent/{customEvent}/test", summary="Write an event as a test", response_model=WrittenTest)
async def write_event(
    custom_event_id: Annotated[str, Path(alias="customEvent")], store_request: AdminRequest
) -> Response:
    """Return a test of a past event, with its member as they were just before it.

    `laurel new test` writes the same. It is of the revision that decided the event.
    """
    stored = await store_request.database.read(lambda tx: tx.events.get(custom_event_id.lower()))
    if stored is None:
        raise NotFound(f"no event {custom_event_id[:80]} in {store_request.store}")
    program = await store_request.state.services.programs.revision(store_request.store, stored.revision)
    try:
        recorded_, did = await _recorded(store_request, program, stored)
        written = await run_simulating(lambda: write_test(recorded_, program, stored, did))
    except CannotGenerateTest as error:
        raise _no_test(error) from None
    return ExactJson(_view(written, stored.type, stored.received_at, program))


async def _recorded(
    store_request: StoreRequest, program: Program, stored: StoredEvent
) -> tuple[RecordedEvent, list[str]]:
    def read(tx: ReadTransaction) -> tuple[RecordedEvent, list[str]]:
        refuse_caused(tx, stored)
        return recorded_event(tx, program, stored), tx.events.log_of(stored.id)

    return await store_request.database.read(read)


def _no_test(error: CannotGenerateTest) -> BadInput:
    return BadInput.at("", f"no test can be made of it: {error}", "noTest")


def _view(written: RecordedTest, event_type: str, at: datetime, program: Program) -> dict[str, Any]:
    moment = at.astimezone(program.zone).strftime("%Y%m%d-%H%M%S")
    path = f"{TESTS}/{event_type}-{moment}.yaml"
    return {"path": path, "text": written.text, "differences": list(written.differences)}
