"""Simulations: what an event would do, for a member or an ad-hoc one, under any program. Nothing is written."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.events.validation import validate_event
from api.http.errors import BadInput
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.programs.schemas import MAX_PROGRAM_BYTES
from api.simulations.schemas import PostSimulation, Simulation
from api.simulations.validation import adhoc_member, check_size, reported_at, simulated_program
from api.state.dependencies import AdminRequest, StoreRequest
from database import ReadTransaction
from database.snapshots import current_snapshot, used_by_program
from database.usage import UsageByReactor
from loyalty.engine.acceptance import IncomingEvent
from loyalty.engine.snapshots import MemberSnapshot
from loyalty.ids import new_id
from loyalty.members.registration import check_registrable, find_member
from loyalty.program.program import Program
from loyalty.store.members import Identity, Member
from workbench.simulation.simulation import SimulationInput, TooManyDueItems, new_member_snapshot, simulate
from workbench.simulation.simulation_json import simulation_to_json

MAX_CONCURRENT = 2
"""Simulations that run at a time in this process: others wait, so that events are still accepted."""

router = APIRouter(prefix="/api/{storeCode}/simulate", tags=["Program"])
_threads = ThreadPoolExecutor(MAX_CONCURRENT, "simulate")

_EXAMPLE = {
    "event": {
        "type": "app_login",
        "eventDate": "2024-05-07T09:00:00",
        "body": {},
    },
    "member": {"tier": "bronze", "points": 40, "registeredAt": "2024-01-01T00:00:00"},
}


@router.post(
    "",
    summary="Try an event out",
    response_model=Simulation,
    openapi_extra=request_body(PostSimulation, _EXAMPLE),
)
async def try_out(request: Request, store_request: AdminRequest) -> Response:
    """What an event would do, and why: decisions, points, progress, messages. Nothing is written, nothing sent.

    Without `now`, the event of a member is reported at this moment, and that of an ad-hoc one when it happens.
    """
    posted = await read_body(request, PostSimulation, max_bytes=MAX_PROGRAM_BYTES)
    await asyncio.to_thread(check_size, posted)
    under = await simulated_program(store_request, posted)
    needs_member = posted.member is None
    event = await asyncio.to_thread(validate_event, posted.event, under.program, needs_member=needs_member)
    now = reported_at(store_request, posted, event, under.program)
    member_id: str | None = None
    if posted.member is None:
        member_id, tried = await _stored_member(store_request, event, under.program, now)
    else:
        tried = await asyncio.to_thread(adhoc_member, posted.member, event, under.program, now)
    try:
        simulated = await asyncio.get_running_loop().run_in_executor(_threads, simulate, under.program, tried)
    except TooManyDueItems as error:
        raise BadInput.at("now", str(error), "outOfRange") from None
    return await asyncio.to_thread(lambda: ExactJson(simulation_to_json(simulated, under, customer_id=member_id)))


async def _stored_member(
    store_request: StoreRequest, event: IncomingEvent, program: Program, now: datetime
) -> tuple[str | None, SimulationInput]:
    """The simulation of an event of a stored member and their id, or of an unknown one as it would register them."""

    def read(tx: ReadTransaction) -> tuple[str | None, MemberSnapshot, UsageByReactor]:
        member_id = find_member(tx, event.identity)
        if member_id is None:
            check_registrable(store_request.store, program, event.identity)
            return None, new_member_snapshot(_unregistered(event.identity, now), program), used_by_program(tx)
        return member_id, current_snapshot(tx, member_id), used_by_program(tx)

    member_id, opening, used = await store_request.database.read(read)
    return member_id, SimulationInput(
        event.type, event.time, event.body, opening, now, used=used, since=store_request.now
    )


def _unregistered(identity: Identity, now: datetime) -> Member:
    return Member(identity.id or new_id(), now, identity.email, identity.phone, identity.card)
