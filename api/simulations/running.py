"""Run a simulation: of a member of the store, or of an ad-hoc one."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from api.http.errors import BadInput
from api.simulations.schemas import PostSimulation
from api.simulations.validation import Reported, adhoc_member, reported, reported_at, simulated_program
from api.state.dependencies import StoreRequest
from database import ReadTransaction
from database.snapshots import current_snapshot, used_by_program, with_past
from loyalty.ids import new_id
from loyalty.members.registration import check_registrable, find_reported
from loyalty.program.program import Program
from loyalty.store.members import Identity, Member
from loyalty.transactions.expected import expected_member
from loyalty.transactions.reversing import reverses_something
from workbench.simulation.simulation import (
    SimulationInput,
    SimulationResult,
    TooManyDueItems,
    new_member_snapshot,
    simulate,
)
from workbench.simulation.simulation_json import SimulatedProgram

Result = TypeVar("Result")

MAX_CONCURRENT = 2
"""The most simulations at a time in this process: others wait, so that events are still accepted."""

_threads = ThreadPoolExecutor(MAX_CONCURRENT, "simulate")


async def run_simulating(work: Callable[[], Result]) -> Result:
    """Run work in the threads of simulations."""
    return await asyncio.get_running_loop().run_in_executor(_threads, work)


@dataclass(frozen=True, slots=True)
class DoneSimulation:
    """The result of a simulation, and its program. `member` is None for one who does not exist yet."""

    result: SimulationResult
    under: SimulatedProgram
    member: str | None


@dataclass(frozen=True, slots=True)
class PreparedSimulation:
    """A simulation to run, and its program. `member` is None for one who does not exist yet."""

    tried: SimulationInput
    under: SimulatedProgram
    member: str | None


async def run_simulation(store_request: StoreRequest, posted: PostSimulation) -> DoneSimulation:
    """Simulate a posted request; raise BadInput for what cannot be simulated."""
    asked = await prepare_simulation(store_request, posted)
    try:
        simulated = await run_simulating(lambda: simulate(asked.under.program, asked.tried))
    except TooManyDueItems as error:
        raise BadInput.at("now", str(error), "outOfRange") from None
    return DoneSimulation(simulated, asked.under, asked.member)


async def prepare_simulation(store_request: StoreRequest, posted: PostSimulation) -> PreparedSimulation:
    """Read a posted request, and the state of its member; raise BadInput for what cannot be simulated."""
    under = await simulated_program(store_request, posted)
    report = await asyncio.to_thread(reported, posted, under.program)
    now = reported_at(store_request, posted, report.event, under.program)
    member_id: str | None = None
    if posted.member is None:
        member_id, tried = await _stored_member(store_request, report, under.program, now)
    else:
        tried = await asyncio.to_thread(adhoc_member, posted.member, report, under.program, now)
    return PreparedSimulation(tried, under, member_id)


async def _stored_member(
    store_request: StoreRequest, report: Reported, program: Program, now: datetime
) -> tuple[str | None, SimulationInput]:
    """Return the simulation for a stored member and their id, or for an unknown one who would be registered."""
    event = report.event

    def read(tx: ReadTransaction) -> tuple[str | None, SimulationInput]:
        member_id = _member_of(tx, report, store_request.program.region)
        others: dict[int, Program | None] = {}
        if member_id is None:
            check_registrable(store_request.store, program, event.identity)
            opening = new_member_snapshot(_unregistered(event.identity, now), program)
        else:
            opening = current_snapshot(tx, member_id)
            if _takes_back(report, program):
                opening, others = with_past(tx, opening, program)
        return member_id, SimulationInput(
            event.type,
            event.time,
            event.body,
            opening,
            now,
            used=used_by_program(tx),
            since=store_request.now,
            supplies=tx.rewards.supplies(),
            document=report.document,
            other_programs=others,
        )

    return await store_request.database.read(read)


def _takes_back(report: Reported, program: Program) -> bool:
    """Return whether the simulated event takes back what the member was given before."""
    if report.document is not None:
        return report.document.type == "return"
    return reverses_something(program, report.event.type)


def _member_of(tx: ReadTransaction, report: Reported, region: str | None) -> str | None:
    """Return the member of an event, or None. Raise why a document would be refused, or would have no member."""
    if report.document is None:
        return find_reported(tx, report.event.identity.written(region))
    member_id = expected_member(tx, report.document, region)
    if member_id is None:
        message = "no member has these data: such a sale is stored, and rules answer it when it has its member"
        raise BadInput.at("transaction.customerData", message, "unknownMember")
    return member_id


def _unregistered(identity: Identity, now: datetime) -> Member:
    return Member(identity.id or new_id(), now, identity.email, identity.phone, identity.card)
