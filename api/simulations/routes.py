"""Simulations: what an event would do, of a member or an invented one, under any program. Nothing is written."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from api import requests as bodies
from api.dependencies import AdminCall, StoreCall
from api.errors import BadInput, InputFault, TooLarge
from api.events.acceptance import Report, member_of, refuse_unregistrable
from api.events.reports import EventReport, checked
from api.programs.routes import LATEST, MOST_BYTES, MOST_FILES
from api.requests import Body, read_body, takes
from api.responses import ExactJson
from api.simulations.schemas import Simulation
from database import Transaction
from database.members import Identity
from database.snapshots import Taken, present, used_by_program
from loyalty.calendar import read_date
from loyalty.engine.snapshots import MemberSnapshot
from loyalty.ids import new_id
from loyalty.program.program import Program
from loyalty.store.members import Member
from program_files import ProgramFaults, read_program, revision_hash
from rules import exact
from workbench.scenarios.files.fixtures import ONLY
from workbench.scenarios.fixtures import opening_of
from workbench.simulation.adhoc_member import node_of, read_invented
from workbench.simulation.simulation import TooMuch, Tried, newcomer, simulate
from workbench.simulation.simulation_json import Under, simulation_to_json

MOST_AT_ONCE = 2
"""Simulations that this process works on: others wait, so that events keep being accepted."""

router = APIRouter(prefix="/api/{storeCode}/simulate", tags=["Program"])
_threads = ThreadPoolExecutor(MOST_AT_ONCE, "simulate")


class PostSimulation(Body):
    """An event to try out, as `POST customEvent` takes it.

    `member` is an invented one, in place of `customerData`; `now` is when the event is reported. `files` is a program
    that need not be deployed, `revision` one that was.
    """

    event: EventReport
    member: dict[str, Any] | None = None
    now: str | None = Field(default=None, max_length=64)
    files: dict[str, str] | None = Field(default=None, min_length=1, max_length=MOST_FILES)
    revision: int | None = Field(default=None, ge=1, le=LATEST)


_EXAMPLE = {
    "event": {
        "type": "app_login",
        "eventDate": "2024-05-07T09:00:00",
        "body": {},
    },
    "member": {"tier": "bronze", "points": 40, "registeredAt": "2024-01-01T00:00:00"},
}


@router.post("", summary="Try an event out", response_model=Simulation, openapi_extra=takes(PostSimulation, _EXAMPLE))
async def try_out(request: Request, call: AdminCall) -> Response:
    """What an event would do, and why: decisions, points, progress, messages. Nothing is written, nothing sent.

    Without `now`, the event of a member is reported at this moment, and that of an invented one when it happens.
    """
    posted = await read_body(request, PostSimulation, most=MOST_BYTES)
    _refuse_large(posted)
    under = await _under(call, posted)
    report = checked(posted.event, under.program, of_nobody=posted.member is not None)
    now = _now(posted, report, call, under.program)
    member_id: str | None = None
    if posted.member is None:
        member_id, tried = await _of_member(call, report, under.program, now)
    else:
        tried = await asyncio.to_thread(_of_nobody, posted.member, report, under.program, now)
    try:
        simulated = await asyncio.get_running_loop().run_in_executor(_threads, simulate, under.program, tried)
    except TooMuch as error:
        raise BadInput.at("now", str(error), "outOfRange") from None
    return ExactJson(simulation_to_json(simulated, under, customer_id=member_id))


def _refuse_large(posted: PostSimulation) -> None:
    """Raise TooLarge for an event that `POST customEvent` would not read, or a member as large."""
    if len(exact.dumps([posted.event.body, posted.member])) > bodies.MOST_BYTES:
        raise TooLarge(bodies.MOST_BYTES)


async def _under(call: StoreCall, posted: PostSimulation) -> Under:
    """The program: that of the files, that of the revision, or the one in force."""
    if posted.files is not None and posted.revision is not None:
        raise BadInput.at("revision", "files and revision name two programs: send one of them", "contradiction")
    if posted.files is not None:
        files = {name: text.encode() for name, text in posted.files.items()}
        program = await asyncio.to_thread(read_program, files)
        if program.store != call.store:
            message = f"program.yaml says store: {program.store[:80]}, but it was sent to {call.store[:80]}"
            raise BadInput.at("files.program.yaml", message, "otherStore")
        return Under(program, None, revision_hash(files))
    number = posted.revision or call.revision
    files = await call.desk.services.programs.files(call.store, number)
    return Under(await call.desk.services.programs.revision(call.store, number), number, revision_hash(files))


def _now(posted: PostSimulation, report: Report, call: StoreCall, program: Program) -> datetime:
    if posted.now is None:
        return call.now if posted.member is None else report.time
    try:
        return read_date(posted.now, program.zone)
    except ValueError as error:
        raise BadInput.at("now", str(error), "invalidDate") from None


async def _of_member(call: StoreCall, report: Report, program: Program, now: datetime) -> tuple[str | None, Tried]:
    """A member of the store as they are, or somebody unknown as the event would register them."""

    def read(tx: Transaction) -> tuple[str | None, MemberSnapshot, Taken]:
        member_id = member_of(tx, report.identity)
        if member_id is None:
            refuse_unregistrable(call.store, program, report.identity)
            return None, newcomer(_known_as(report.identity, now), program), used_by_program(tx)
        return member_id, present(tx, member_id), used_by_program(tx)

    member_id, opening, used = await call.database.read(read)
    return member_id, Tried(report.type, report.time, report.body, opening, now, used=used, since=call.now)


def _known_as(identity: Identity, now: datetime) -> Member:
    return Member(identity.id or new_id(), now, identity.email, identity.phone, identity.card)


def _of_nobody(invented: dict[str, Any], report: Report, program: Program, now: datetime) -> Tried:
    """An invented member; raise BadInput for all that is wrong with them, by its path."""
    try:
        fixture = read_invented(node_of(invented, "member"), program, now)
    except ProgramFaults as faults:
        raise BadInput.of(InputFault(_said(each), each.code, each.place.file) for each in faults.problems) from None
    opening = opening_of(fixture, ONLY, program, now)
    return Tried(report.type, report.time, report.body, opening, now, claims=fixture.claims)


def _said(problem: Any) -> str:
    return problem.message if problem.suggestion is None else f"{problem.message}. Did you mean {problem.suggestion}?"
