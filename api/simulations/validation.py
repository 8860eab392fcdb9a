"""Validate simulations: the program, the time of the report, and an ad-hoc member."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.drafts.routes import draft_of
from api.events.validation import validate_event
from api.http.errors import BadInput, InputFault, TooLarge, message_with_suggestion
from api.programs.validation import validate_program
from api.simulations.schemas import PostSimulation
from api.state.dependencies import StoreRequest
from api.transactions.validation import validate_transaction
from loyalty.calendar import read_date
from loyalty.engine.acceptance import IncomingEvent
from loyalty.program.program import Program
from loyalty.transactions.documents import Document
from loyalty.transactions.refusals import SaleMissing
from program_files import ProgramFaults, revision_hash
from rules import exact
from rules.storable import MAX_BYTES
from workbench.scenarios.files.fixtures import ONLY
from workbench.scenarios.fixtures import snapshot_of
from workbench.simulation.adhoc_member import node_from_json, read_adhoc_member
from workbench.simulation.simulation import SimulationInput
from workbench.simulation.simulation_json import SimulatedProgram


@dataclass(frozen=True, slots=True)
class Reported:
    """The input of a simulation: an event, or a document in place of one."""

    event: IncomingEvent
    document: Document | None = None


def reported(posted: PostSimulation, program: Program) -> Reported:
    """Return the event or the document to simulate; raise BadInput with every fault, or TooLarge."""
    body = None if posted.event is None else posted.event.body
    if len(exact.dumps([body, posted.member])) > MAX_BYTES:
        raise TooLarge(MAX_BYTES)
    if posted.event is not None and posted.transaction is not None:
        raise BadInput.at("transaction", "event and transaction are two reports: send one of them", "contradiction")
    if posted.transaction is not None:
        document = validate_transaction(posted.transaction, program)
        return Reported(IncomingEvent("transaction", document.purchased_at, {}, document.identity, {}, None), document)
    if posted.event is None:
        raise BadInput.at("event", "send an event, or a transaction", "missing")
    return Reported(validate_event(posted.event, program, needs_member=posted.member is None))


async def simulated_program(store_request: StoreRequest, posted: PostSimulation) -> SimulatedProgram:
    """Return the program of a simulation: of the posted files, of the revision, or the one in force."""
    named = [posted.files is not None, posted.revision is not None, posted.draft]
    if sum(named) > 1:
        message = "files, revision and draft name several programs: send one of them"
        raise BadInput.at("revision" if posted.revision is not None else "draft", message, "contradiction")
    texts = (await draft_of(store_request)).texts if posted.draft else posted.files
    if texts is not None:
        program, files = await validate_program(texts, store_request.store)
        return SimulatedProgram(program, None, revision_hash(files))
    number = posted.revision or store_request.revision
    programs = store_request.state.services.programs
    files = await programs.files(store_request.store, number)
    return SimulatedProgram(await programs.revision(store_request.store, number), number, revision_hash(files))


def reported_at(
    store_request: StoreRequest, posted: PostSimulation, event: IncomingEvent, program: Program
) -> datetime:
    """Return when the event is reported: `now` of the body, else now, or for an ad-hoc member when it happens."""
    if posted.now is None:
        return store_request.now if posted.member is None else event.time
    try:
        return read_date(posted.now, program.zone)
    except ValueError as error:
        raise BadInput.at("now", str(error), "invalidDate") from None


def adhoc_member(member: dict[str, Any], of: Reported, program: Program, now: datetime) -> SimulationInput:
    """Return the simulation of an ad-hoc member's event; raise BadInput with every fault of the member, by path.

    Raise SaleMissing for a return: such a member has bought nothing.
    """
    if of.document is not None and of.document.type == "return":
        raise SaleMissing(of.document.linked_number or "")
    event = of.event
    try:
        fixture = read_adhoc_member(node_from_json(member, "member"), program, now)
    except ProgramFaults as faults:
        raise BadInput.of(
            InputFault(message_with_suggestion(each), each.code, each.place.file) for each in faults.problems
        ) from None
    opening = snapshot_of(fixture, ONLY, program, now)
    return SimulationInput(
        event.type, event.time, event.body, opening, now, claims=fixture.claims, document=of.document
    )
