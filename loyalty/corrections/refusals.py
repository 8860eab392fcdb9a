"""Refusals of corrections, as a tree.

CorrectionRefusal      nothing is corrected, approved or undone
├── UnknownReason      the store lists no such reason; `reasons` are those it lists
├── CommentNeeded      the reason needs a comment
├── UnknownCause       the event that it corrects belongs to another member
├── UnknownCorrection  the store has no correction of this id
├── OwnCorrection      the administrator who asked for a correction cannot decide on it
├── AboveBound         it is above the administrator's bounds, `once` and `day`; `used` is what they did today
├── NotWaitingForApproval  the correction does not wait for a decision; `status` says why
└── NotUndoable        the correction cannot be undone; the message gives the reason
"""

from collections.abc import Sequence
from decimal import Decimal

from access import Bound
from loyalty.refusals import Refusal
from loyalty.store.corrections import CorrectionStatus


class CorrectionRefusal(Refusal):
    """Nothing is corrected, approved or undone."""


class UnknownReason(CorrectionRefusal):
    """The store lists no such reason."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__(f"the store lists no such reason; it lists {', '.join(reasons) or 'none'}")
        self.reasons = reasons


class CommentNeeded(CorrectionRefusal):
    """The reason needs a comment."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the reason {reason} needs a comment: say what happened")
        self.reason = reason


class UnknownCause(CorrectionRefusal):
    """The event that a correction corrects belongs to another member."""

    def __init__(self) -> None:
        super().__init__("the member has no such event: name one of theirs, or none")


class UnknownCorrection(CorrectionRefusal):
    """The store has no correction of this id."""

    def __init__(self, correction_id: str) -> None:
        super().__init__(f"no correction {correction_id[:80]} in this store")
        self.correction_id = correction_id


class OwnCorrection(CorrectionRefusal):
    """The administrator who asked for a correction cannot decide on it."""

    def __init__(self) -> None:
        super().__init__("you asked for it yourself: another administrator decides on it")


class AboveBound(CorrectionRefusal):
    """The correction is above the administrator's bounds."""

    def __init__(self, bound: Bound, *, used: Decimal | None = None) -> None:
        most = _most(bound)
        done = "" if used is None else f", and {used:f} are done today"
        super().__init__(f"this is above the bound of your role: {most}{done}; an administrator with more can do it")
        self.once, self.day, self.used = bound.once, bound.day, used


class NotWaitingForApproval(CorrectionRefusal):
    """The correction does not wait for a decision."""

    def __init__(self, status: CorrectionStatus) -> None:
        super().__init__(f"the correction does not wait for a decision: it is {status}")
        self.status = status


class NotUndoable(CorrectionRefusal):
    """The correction cannot be undone."""

    def __init__(self, why: str) -> None:
        super().__init__(f"it cannot be undone: {why}")


def _most(bound: Bound) -> str:
    once = None if bound.once is None else f"{bound.once:f} at once"
    day = None if bound.day is None else f"{bound.day:f} in a day"
    return ", ".join(each for each in (once, day) if each is not None)
