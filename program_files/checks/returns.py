"""Deductions on returns, in addition to what a return takes back by itself."""

from collections.abc import Sequence

from loyalty.program.effect_rules import DeductPointsRule
from loyalty.program.program import Program
from program_files.checks.causality import Responder
from program_files.text.problems import Problems


def note_taken_twice(responders: Sequence[Responder], program: Program, problems: Problems) -> None:
    """Warn of each effect that deducts points on a return, if what the sale gave is taken back anyway."""
    if program.returns != "automatic":
        return
    for responder in responders:
        for effect, node in zip(responder.then, responder.effects, strict=True):
            what = _taken_back_by(responder.on, program)
            if what is not None and isinstance(effect, DeductPointsRule):
                message = f"returns is automatic, so the points of the {what} are taken back anyway, and these besides"
                problems.warn(node.place, "taken-twice", message)


def _taken_back_by(event_type: str, program: Program) -> str | None:
    """Return what an event of a type takes back; None: nothing."""
    if event_type == "transaction_returned":
        return "sale"
    known = program.event_types.get(event_type)
    return None if known is None or known.reverses is None else known.reverses.event
