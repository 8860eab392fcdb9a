"""Running a simulation: of a member of the store, or of an ad-hoc one."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from api.events.validation import validate_event
from api.http.errors import BadInput
from api.simulations.schemas import PostSimulation
from api.simulations.validation import adhoc_member, check_size, reported_at, simulated_program
from api.state.dependencies import StoreRequest
from database import ReadTransaction
from database.snapshots import current_snapshot, used_by_program
from database.usage import UsageByReactor
from loyalty.engine.acceptance import IncomingEvent
from loyalty.engine.snapshots import MemberSnapshot
from loyalty.ids import new_id
from loyalty.members.registration import check_registrable, find_member
from loyalty.program.program import Program
from loyalty.store.members import Identity, Member
from loyalty.store.rewards import RewardSupply
from workbench.simulation.simulation import (
    SimulationInput,
    SimulationResult,
    TooManyDueItems,
    new_member_snapshot,
    simulate,
)
from workbench.simulation.simulation_json import SimulatedProgram

MAX_CONCURRENT = 2
"""Simulations that run at a time in this process: others wait, so that events are still accepted."""

_threads = ThreadPoolExecutor(MAX_CONCURRENT, "simulate")


@dataclass(frozen=True, slots=True)
class DoneSimulation:
    """What an event would do, under which program. `member` is None for one who does not exist yet."""

    result: SimulationResult
    under: SimulatedProgram
    member: str | None


async def run_simulation(store_request: StoreRequest, posted: PostSimulation) -> DoneSimulation:
    """Simulate what is posted; raise BadInput for what cannot be."""
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
    return DoneSimulation(simulated, under, member_id)


async def _stored_member(
    store_request: StoreRequest, event: IncomingEvent, program: Program, now: datetime
) -> tuple[str | None, SimulationInput]:
    """The simulation of an event of a stored member and their id, or of an unknown one as it would register them."""

    def read(tx: ReadTransaction) -> tuple[str | None, MemberSnapshot, UsageByReactor, Sequence[RewardSupply]]:
        member_id = find_member(tx, event.identity.written(store_request.program.region))
        if member_id is None:
            check_registrable(store_request.store, program, event.identity)
            unregistered = new_member_snapshot(_unregistered(event.identity, now), program)
            return None, unregistered, used_by_program(tx), tx.rewards.supplies()
        return member_id, current_snapshot(tx, member_id), used_by_program(tx), tx.rewards.supplies()

    member_id, opening, used, supplies = await store_request.database.read(read)
    return member_id, SimulationInput(
        event.type, event.time, event.body, opening, now, used=used, since=store_request.now, supplies=supplies
    )


def _unregistered(identity: Identity, now: datetime) -> Member:
    return Member(identity.id or new_id(), now, identity.email, identity.phone, identity.card)
