"""Other changes by hand: where a store requires it, they need a reason and count towards the bounds of corrections."""

from dataclasses import dataclass

from access import CorrectionKind
from loyalty.corrections.measuring import Measure
from loyalty.corrections.operations import Corrector, above_bounds, act, require_reason
from loyalty.events.operations import OperationContext
from loyalty.ids import new_id
from loyalty.program.wallets import Points
from loyalty.store.corrections import Correction


@dataclass(frozen=True, slots=True)
class ChangeByHand:
    """A change that another operation makes: its name, the measure that it changes, and by how much."""

    member: str
    action: str
    kind: CorrectionKind
    unit: str
    amount: Points
    reason: str
    comment: str = ""


def note_by_hand(operation: OperationContext, changed: ChangeByHand, by: Corrector) -> None:
    """Store the reason of a change before it is made, and count it towards the bounds of its administrator.

    Raise UnknownReason, CommentNeeded or AboveBound.
    """
    require_reason(operation, changed.reason, changed.comment)
    operation.tx.corrections.lock_person(by.id)
    asked = Correction(
        new_id(),
        changed.member,
        changed.kind,
        changed.unit,
        changed.amount,
        {"action": changed.action},
        changed.reason,
        None,
        "done",
        act(operation, by, changed.comment),
        carried_by=by.id,
        done_at=operation.now,
    )
    above = above_bounds(operation, asked, Measure(changed.unit, changed.amount), by)
    if above is not None:
        raise above
    operation.tx.corrections.add(asked)
