"""Operations on corrections: correct, approve, reject, undo. Each is refused, or carried out completely.

A correction within the bounds of the administrator who asks for it is carried out at once. Above them it waits for a
second administrator, who approves it within their own bounds, or rejects it. Every operation holds the lock of the
member, so that of two concurrent ones only one succeeds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from access import Bound, Bounds
from loyalty.calendar import local_day, start_of
from loyalty.corrections.carrying_out import carry_out
from loyalty.corrections.changes import CorrectedChange, change_from_json, change_to_json, kind_of
from loyalty.corrections.measuring import Measure, measure
from loyalty.corrections.refusals import (
    AboveBound,
    CommentNeeded,
    NotUndoable,
    NotWaitingForApproval,
    OwnCorrection,
    UnknownCause,
    UnknownCorrection,
    UnknownReason,
)
from loyalty.corrections.undoing import undo
from loyalty.events.operations import OperationContext
from loyalty.ids import is_id, new_id
from loyalty.store.corrections import Act, Correction, Reason


@dataclass(frozen=True, slots=True)
class Corrector:
    """The administrator who corrects, and the bounds of their role, all of which apply; without bounds, none."""

    id: str
    name: str
    bounds: tuple[Bounds, ...] = ()


@dataclass(frozen=True, slots=True)
class NewCorrection:
    """A correction to make. `cause`: the id of the event that it corrects."""

    member: str
    change: CorrectedChange
    reason: str
    comment: str = ""
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """The result of a correction, in a unit of work that is to be rolled back."""

    done: Correction
    above: AboveBound | None
    """Why the correction would wait for approval; None: it would be carried out at once."""


def correct(operation: OperationContext, new: NewCorrection, by: Corrector) -> Correction:
    """Correct a member, or let the correction wait for approval if it is above the administrator's bounds.

    Raise UnknownReason, CommentNeeded, UnknownCause, or what the operation of its kind raises.
    """
    asked, measured = _begin(operation, new, by)
    if above_bounds(operation, asked, measured, by) is not None:
        operation.tx.corrections.add(asked)
        return asked
    done = _done(operation, asked, by, carry_out(operation, new.member, new.change, new.comment))
    operation.tx.corrections.add(done)
    return done


def preview(operation: OperationContext, new: NewCorrection, by: Corrector) -> Preview:
    """Correct a member regardless of the bounds, in a unit of work to be rolled back; raise as `correct`."""
    asked, measured = _begin(operation, new, by)
    above = above_bounds(operation, asked, measured, by)
    return Preview(_done(operation, asked, by, carry_out(operation, new.member, new.change, new.comment)), above)


def approve(operation: OperationContext, correction_id: str, by: Corrector, comment: str = "") -> Correction:
    """Carry out a waiting correction on the present state, within the bounds of the administrator who approves it.

    Raise UnknownCorrection, NotWaitingForApproval, OwnCorrection, AboveBound, or what its operation raises.
    """
    waiting = _lock_waiting(operation, correction_id, by)
    change = change_from_json(waiting.kind, waiting.change)
    measured = measure(operation, waiting.member, change)
    asked = replace(waiting, amount=measured.amount)
    above = above_bounds(operation, asked, measured, by)
    if above is not None:
        raise above
    outcome = carry_out(operation, waiting.member, change, waiting.asked.comment)
    done = replace(_done(operation, asked, by, outcome), decided=act(operation, by, comment))
    operation.tx.corrections.change(done)
    return done


def reject(operation: OperationContext, correction_id: str, by: Corrector, comment: str = "") -> Correction:
    """Reject a waiting correction. Raise UnknownCorrection, NotWaitingForApproval or OwnCorrection."""
    waiting = _lock_waiting(operation, correction_id, by)
    rejected = replace(waiting, status="rejected", decided=act(operation, by, comment))
    operation.tx.corrections.change(rejected)
    return rejected


def undo_correction(operation: OperationContext, correction_id: str, by: Corrector, comment: str = "") -> Correction:
    """Undo a correction, once, if a correction of its size is within the bounds of the administrator who undoes it.

    Raise UnknownCorrection, NotUndoable, AboveBound, or what the reverse operation raises.
    """
    found = find_correction(operation, correction_id)
    operation.lock_members(found.member)
    done = find_correction(operation, correction_id)
    if done.status != "done":
        raise NotUndoable(f"it is {done.status}")
    measured = Measure(done.unit, done.amount)
    for bounds in by.bounds:
        bound = bounds.of(done.kind, done.unit)
        if bound.once is not None and bound.once < measured.number:
            raise AboveBound(bound)
    outcome = {**(done.outcome or {}), "undo": undo(operation, done, comment)}
    undone = replace(done, status="undone", undone=act(operation, by, comment), outcome=outcome)
    operation.tx.corrections.change(undone)
    return undone


def find_correction(operation: OperationContext, correction_id: str) -> Correction:
    """Return a correction; raise UnknownCorrection."""
    found = operation.tx.corrections.get(correction_id)
    if found is None:
        raise UnknownCorrection(correction_id)
    return found


def above_bounds(operation: OperationContext, asked: Correction, measured: Measure, by: Corrector) -> AboveBound | None:
    """Return why a correction is above the bounds of an administrator, whose lock is held; None: it is within them."""
    for bounds in by.bounds:
        bound = bounds.of(asked.kind, asked.unit)
        if bound.once is not None and measured.number > bound.once:
            return AboveBound(bound)
        if bound.day is None:
            continue
        used = _used_today(operation, asked, bound, by)
        if used.number + measured.number > bound.day:
            return AboveBound(bound, used=used.number)
    return None


def _used_today(operation: OperationContext, asked: Correction, bound: Bound, by: Corrector) -> Measure:
    """Return what an administrator has corrected today towards one bound: points per wallet, others per kind."""
    zone = operation.program.zone
    since = start_of(local_day(operation.now, zone), zone)
    unit = asked.unit if asked.kind == "points" else bound.unit
    return Measure(asked.unit, operation.tx.corrections.carried_since(by.id, asked.kind, unit, since))


def _begin(operation: OperationContext, new: NewCorrection, by: Corrector) -> tuple[Correction, Measure]:
    """Lock the administrator and the member, and return the correction as a waiting one."""
    cause = None if new.cause is None else new.cause.lower()
    require_reason(operation, new.reason, new.comment)
    _require_cause(operation, new.member, cause)
    operation.tx.corrections.lock_person(by.id)
    operation.lock_members(new.member)
    measured = measure(operation, new.member, new.change)
    asked = Correction(
        new_id(),
        new.member,
        kind_of(new.change),
        measured.unit,
        measured.amount,
        change_to_json(new.change),
        new.reason,
        cause,
        "waiting",
        act(operation, by, new.comment),
    )
    return asked, measured


def require_reason(operation: OperationContext, reason: str, comment: str) -> Reason:
    """Return the reason of a correction; raise UnknownReason or CommentNeeded."""
    listed = [each for each in operation.tx.corrections.rules().reasons if each.active]
    found = next((each for each in listed if each.code == reason), None)
    if found is None:
        raise UnknownReason([each.code for each in listed])
    if found.needs_comment and not comment.strip():
        raise CommentNeeded(reason)
    return found


def _require_cause(operation: OperationContext, member_id: str, cause: str | None) -> None:
    if cause is None:
        return
    event = operation.tx.events.get(cause) if is_id(cause) else None
    if event is None or event.member != member_id:
        raise UnknownCause


def _lock_waiting(operation: OperationContext, correction_id: str, by: Corrector) -> Correction:
    """Lock the deciding administrator and the member of a correction; return it if they may decide on it."""
    found = find_correction(operation, correction_id)
    operation.tx.corrections.lock_person(by.id)
    operation.lock_members(found.member)
    waiting = find_correction(operation, correction_id)
    if waiting.status != "waiting":
        raise NotWaitingForApproval(waiting.status)
    if waiting.asked.by == by.id:
        raise OwnCorrection
    return waiting


def _done(operation: OperationContext, asked: Correction, by: Corrector, outcome: Mapping[str, Any]) -> Correction:
    return replace(asked, status="done", carried_by=by.id, done_at=operation.now, outcome=outcome)


def act(operation: OperationContext, by: Corrector, comment: str) -> Act:
    """Return what an administrator does now, as the record of an action."""
    return Act(by.id, by.name, operation.now, comment)
