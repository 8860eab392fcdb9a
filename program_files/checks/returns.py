"""Deductions that a return causes beside what it takes back by itself."""

from collections.abc import Sequence

from loyalty.program.effect_rules import DeductPointsRule
from loyalty.program.program import Program
from program_files.checks.causality import Responder
from program_files.text.problems import Problems


def note_taken_twice(responders: Sequence[Responder], program: Program, problems: Problems) -> None:
    """Warn of each effect that takes points for a return, if what the sale gave is taken back anyway."""
    if program.returns != "automatic":
        return
    for responder in responders:
        for effect, node in zip(responder.then, responder.effects, strict=True):
            if responder.on == "transaction_returned" and isinstance(effect, DeductPointsRule):
                message = "returns is automatic, so the points of the sale are taken back anyway, and these besides"
                problems.warn(node.place, "taken-twice", message)
