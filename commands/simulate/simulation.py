"""An event tried out. Only a deployed program and a member of a database need that database."""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, assert_never

from commands.shared.errors import CannotDo
from loyalty.calendar import read_date
from loyalty.program.program import Program
from program_files import ProgramFaults, read_folder, read_program, read_revision, revision_hash
from program_files.nodes import Node
from program_files.problems import Problems
from program_files.text.text import LARGEST_FILE, read_text
from workbench.scenarios.files.fixtures import ONLY, UNKNOWN
from workbench.scenarios.fixtures import opening_of
from workbench.simulation.adhoc_member import read_invented
from workbench.simulation.event_input import ReportedEvent, read_reported
from workbench.simulation.simulation import TooMuch, Tried, simulate
from workbench.simulation.simulation_json import Under, simulation_to_json


class SimulationError(CannotDo):
    """An event cannot be tried out; the message says why, and the cure."""


@dataclass(frozen=True, slots=True)
class InFolder:
    """The program of a folder."""

    folder: Path


@dataclass(frozen=True, slots=True)
class InForce:
    """The deployed program of a store (None: the only one)."""

    store: str | None


@dataclass(frozen=True, slots=True)
class Invented:
    """A member that a file tells of, or the text itself."""

    said: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A member of the database, by their id; None: whom the event names."""

    id: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be tried. `event` is a file, or `-`; `data` the folder of the database, where one is read."""

    program: InFolder | InForce
    event: str
    member: Invented | Stored
    now: str | None
    data: Path


def simulation(asked: Asked) -> dict[str, Any]:
    """What the API would answer. Raise ProgramFaults, SimulationError, or what the database says."""
    under = _under(asked)
    program = under.program
    event = _event(asked.event, program)
    now = None if asked.now is None else _instant(asked.now, program)
    customer_id, tried = _tried(asked, program, event, now)
    try:
        simulated = simulate(program, tried)
    except TooMuch as error:
        raise SimulationError(str(error)) from None
    return simulation_to_json(simulated, under, customer_id=customer_id)


def _under(asked: Asked) -> Under:
    match asked.program:
        case InFolder(folder):
            files = read_folder(folder)
            return Under(read_program(files), None, revision_hash(files))
        case InForce(store):
            from commands.shared.database_reader import deployed

            number, files = deployed(asked.data, store)
            return Under(read_revision(files), number, revision_hash(files))
        case _:
            assert_never(asked.program)


def _tried(asked: Asked, program: Program, event: ReportedEvent, now: datetime | None) -> tuple[str | None, Tried]:
    this_moment = datetime.now(UTC)
    match asked.member:
        case Invented(said):
            now = now or event.time or this_moment
            fixture = _invented(said, program, now)
            opening = opening_of(fixture, ONLY, program, now)
            return None, Tried(event.type, event.time or now, event.body, opening, now, claims=fixture.claims)
        case Stored(member_id):
            from commands.simulate.members import stored

            now = now or this_moment
            customer_id, opening, used = stored(program, event, now, data=asked.data, member_id=member_id)
            tried = Tried(event.type, event.time or now, event.body, opening, now, used=used, since=this_moment)
            return customer_id, tried
        case _:
            assert_never(asked.member)


def _event(source: str, program: Program) -> ReportedEvent:
    if source == "-":
        content = sys.stdin.buffer.read(LARGEST_FILE + 1)
        name = "stdin.json" if content.lstrip().startswith(b"{") else "stdin"
    else:
        content, name = _content(Path(source)), source
    node = _node(name, content)
    try:
        return read_reported(node, program)
    except ProgramFaults as faults:
        raise SimulationError(_said(faults)) from None


def _invented(source: str, program: Program, now: datetime) -> Any:
    is_inline = source.lstrip().startswith("{") or source.strip() == UNKNOWN
    node = _node("--member" if is_inline else source, source.encode() if is_inline else _content(Path(source)))
    try:
        return read_invented(node, program, now)
    except ProgramFaults as faults:
        raise SimulationError(_said(faults)) from None


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise SimulationError(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _node(name: str, content: bytes) -> Node:
    problems = Problems()
    node = read_text(name, content, problems)
    if node is None or problems.errors:
        raise SimulationError(_said(ProgramFaults(problems.found)))
    return node


def _said(faults: ProgramFaults) -> str:
    return "\n".join(str(problem) for problem in faults.problems)


def _instant(text: str, program: Program) -> datetime:
    try:
        return read_date(text, program.zone)
    except ValueError as error:
        raise SimulationError(f"--now: {error}") from None
