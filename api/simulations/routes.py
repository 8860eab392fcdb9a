"""Simulations: what an event would do, for a member or an ad-hoc one, under any program. Nothing is written."""

import asyncio

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.programs.schemas import MAX_PROGRAM_BYTES
from api.simulations.running import run_simulation
from api.simulations.schemas import PostSimulation, Simulation
from api.state.dependencies import AdminRequest
from workbench.simulation.simulation_json import simulation_to_json

router = APIRouter(prefix="/api/{storeCode}/simulate", tags=["Program"])

EXAMPLE = {
    "event": {
        "type": "app_login",
        "eventDate": "2024-05-07T09:00:00",
        "body": {},
    },
    "member": {"tier": "bronze", "points": 40, "registeredAt": "2024-01-01T00:00:00"},
}


@router.post(
    "",
    summary="Simulate an event",
    response_model=Simulation,
    openapi_extra=request_body(PostSimulation, EXAMPLE),
)
async def try_out(request: Request, store_request: AdminRequest) -> Response:
    """Simulate an event: its decisions with reasons, points, progress, messages. Nothing is written, nothing is sent.

    Without `now`, the event of a member is reported at this moment, and that of an ad-hoc one when it happens.
    """
    posted = await read_body(request, PostSimulation, max_bytes=MAX_PROGRAM_BYTES)
    done = await run_simulation(store_request, posted)
    return await asyncio.to_thread(
        lambda: ExactJson(simulation_to_json(done.result, done.under, customer_id=done.member))
    )
