"""What no file is wrong about alone: answers that cause or undo one another, and reactors that are over."""

from datetime import datetime

from loyalty.program.program import Program
from program_files.checks.causality import Nodes, answers_of
from program_files.checks.cycles import note_cycles
from program_files.checks.overwriting import note_overwriting
from program_files.known_names import Known
from program_files.layout import PROGRAM_FILES
from program_files.problems import Problems


def note_together(program: Program, known: Known, nodes: Nodes, problems: Problems) -> None:
    """Note what answers do to one another. A file with an error is left out: what it means is not known."""
    wrong = {problem.place.file for problem in problems.errors}
    if not wrong.isdisjoint(PROGRAM_FILES):
        return
    unknown = {name for name, event_type in known.event_types.items() if event_type.body.schema is True}
    answers = [
        answer
        for answer in answers_of(program, nodes)
        if answer.place.file not in wrong and answer.on in known.event_types and answer.on not in unknown
    ]
    note_cycles(answers, program, known, problems)
    note_overwriting(answers, known, problems)


def note_past(program: Program, nodes: Nodes, problems: Problems, *, now: datetime) -> None:
    """Warn of reactors that are over: no event of today or later can make them fire."""
    for reactor in program.reactors:
        node = nodes["reactors"][reactor.place.file]
        start, until = reactor.active_from, reactor.active_until
        if node is not None and until is not None and until <= now and (start is None or start < until):
            end = until.astimezone(program.zone)
            message = f"reactor {reactor.name} is over since {end:%Y-%m-%d %H:%M}, and can fire no more"
            problems.warn(node.place_of(("active", "until")), "already-over", message)
