"""Checks across files: responders that cause or overwrite one another, and reactors whose dates are past."""

from datetime import datetime

from loyalty.program.program import Program
from program_files.checks.attributes import note_misspelt_attributes
from program_files.checks.causality import Nodes, responders_of
from program_files.checks.cycles import note_cycles
from program_files.checks.overwriting import note_overwriting
from program_files.checks.returns import note_taken_twice
from program_files.checks.spend_work import note_slow_spend
from program_files.folders.layout import PROGRAM_FILES
from program_files.readers.declarations import Declarations
from program_files.text.problems import Problems


def note_cross_file(program: Program, declared: Declarations, nodes: Nodes, problems: Problems) -> None:
    """Note cycles, and attributes that are overwritten or misspelt.

    Files with errors are skipped, as their meaning is unknown.
    """
    wrong = {problem.place.file for problem in problems.errors}
    if not wrong.isdisjoint(PROGRAM_FILES):
        return
    unknown = {name for name, event_type in declared.event_types.items() if event_type.body.schema is True}
    responders = [
        responder
        for responder in responders_of(program, nodes)
        if responder.place.file not in wrong and responder.on in declared.event_types and responder.on not in unknown
    ]
    note_cycles(responders, program, declared, problems)
    note_overwriting(responders, declared, problems)
    note_misspelt_attributes(program, problems)
    note_taken_twice(responders, program, problems)
    note_slow_spend(program, problems)


def note_past(program: Program, nodes: Nodes, problems: Problems, *, now: datetime) -> None:
    """Note the reactors that ended before `now`: no event of today or later makes them fire.

    Not a warning: a program that was right yesterday must be as right today.
    """
    for reactor in program.reactors:
        node = nodes["reactors"][reactor.place.file]
        start, until = reactor.active_from, reactor.active_until
        if node is not None and until is not None and until <= now and (start is None or start < until):
            end = until.astimezone(program.zone)
            message = f"reactor {reactor.name} ended at {end:%Y-%m-%d %H:%M}, and can fire no more"
            problems.remark(node.place_of(("active", "until")), "already-over", message)
