"""A simulation from the command line. It opens the database only for a deployed program or a stored member."""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, assert_never

from commands.shared.errors import CommandError
from loyalty.calendar import read_date
from loyalty.program.program import Program
from loyalty.transactions.refusals import SaleMissing, TransactionRefusal
from program_files import ProgramFaults, read_folder, read_program, read_revision, revision_hash
from program_files.text.nodes import Node
from program_files.text.problems import Problems
from program_files.text.text import LARGEST_FILE, read_text
from workbench.scenarios.files.fixtures import ONLY, UNKNOWN
from workbench.scenarios.fixtures import snapshot_of
from workbench.simulation.adhoc_member import read_adhoc_member
from workbench.simulation.event_input import EventInput, read_event_input
from workbench.simulation.simulation import SimulationInput, TooManyDueItems, simulate
from workbench.simulation.simulation_json import SimulatedProgram, simulation_to_json


class SimulationError(CommandError):
    """An event cannot be simulated; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class FolderProgram:
    """The program of a folder."""

    folder: Path


@dataclass(frozen=True, slots=True)
class DeployedProgram:
    """The program in force of a store (None: the only store)."""

    store: str | None


@dataclass(frozen=True, slots=True)
class AdhocMember:
    """A member described by a file, or by the text itself."""

    source: str


@dataclass(frozen=True, slots=True)
class StoredMember:
    """A member of the database, by id; None: the member of the event."""

    id: str | None


@dataclass(frozen=True, slots=True)
class SimulationRequest:
    """What to simulate. `event` is a file, or `-` for standard input; `data` is the data folder of the database."""

    program: FolderProgram | DeployedProgram
    event: str
    member: AdhocMember | StoredMember
    now: str | None
    data: Path


def run_simulation(request: SimulationRequest) -> dict[str, Any]:
    """Return the same JSON as the API's simulation. Raise ProgramFaults, SimulationError, or errors of the database."""
    under = _read_program(request)
    program = under.program
    event = _read_event(request.event, program)
    now = None if request.now is None else _parse_instant(request.now, program)
    try:
        customer_id, tried = _build_input(request, program, event, now)
        simulated = simulate(program, tried)
    except (TooManyDueItems, TransactionRefusal) as error:
        raise SimulationError(str(error)) from None
    return simulation_to_json(simulated, under, customer_id=customer_id)


def _read_program(request: SimulationRequest) -> SimulatedProgram:
    match request.program:
        case FolderProgram(folder):
            files = read_folder(folder)
            return SimulatedProgram(read_program(files), None, revision_hash(files))
        case DeployedProgram(store):
            from commands.simulate.from_database import read_deployed

            number, files = read_deployed(request.data, store)
            return SimulatedProgram(read_revision(files), number, revision_hash(files))
        case _:
            assert_never(request.program)


def _build_input(
    request: SimulationRequest, program: Program, event: EventInput, now: datetime | None
) -> tuple[str | None, SimulationInput]:
    this_moment = datetime.now(UTC)
    match request.member:
        case AdhocMember(source):
            now = now or event.time or this_moment
            fixture = _read_adhoc_member(source, program, now)
            opening = snapshot_of(fixture, ONLY, program, now)
            if event.document is not None and event.document.type == "return":
                raise SaleMissing(event.document.linked_number or "")
            return None, SimulationInput(
                event.type,
                event.time or now,
                event.body,
                opening,
                now,
                claims=fixture.claims,
                document=event.document,
            )
        case StoredMember(member_id):
            from commands.simulate.from_database import read_member

            now = now or this_moment
            read = read_member(program, event, now, data=request.data, member_id=member_id)
            tried = SimulationInput(
                event.type,
                event.time or now,
                event.body,
                read.opening,
                now,
                used=read.used,
                since=this_moment,
                supplies=read.supplies,
                document=event.document,
                other_programs=read.other_programs,
            )
            return read.id, tried
        case _:
            assert_never(request.member)


def _read_event(source: str, program: Program) -> EventInput:
    if source == "-":
        content = sys.stdin.buffer.read(LARGEST_FILE + 1)
        name = "stdin.json" if content.lstrip().startswith(b"{") else "stdin"
    else:
        content, name = _read_file(Path(source)), source
    node = _parse(name, content)
    try:
        return read_event_input(node, program)
    except ProgramFaults as faults:
        raise SimulationError(_message(faults)) from None


def _read_adhoc_member(source: str, program: Program, now: datetime) -> Any:
    is_inline = source.lstrip().startswith("{") or source.strip() == UNKNOWN
    node = _parse("--member" if is_inline else source, source.encode() if is_inline else _read_file(Path(source)))
    try:
        return read_adhoc_member(node, program, now)
    except ProgramFaults as faults:
        raise SimulationError(_message(faults)) from None


def _read_file(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise SimulationError(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _parse(name: str, content: bytes) -> Node:
    problems = Problems()
    node = read_text(name, content, problems)
    if node is None or problems.errors:
        raise SimulationError(_message(ProgramFaults(problems.found)))
    return node


def _message(faults: ProgramFaults) -> str:
    return "\n".join(str(problem) for problem in faults.problems)


def _parse_instant(text: str, program: Program) -> datetime:
    try:
        return read_date(text, program.zone)
    except ValueError as error:
        raise SimulationError(f"--now: {error}") from None
