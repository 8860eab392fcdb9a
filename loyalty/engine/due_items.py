"""Run due items: activate points, warn of their expiry and expire them; likewise coupons; review tiers."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from loyalty.events.due_items import DueItemContext
from loyalty.members.phones import read_phone_again
from loyalty.points.due_items import run_hold_item, run_lot_item
from loyalty.program.program import Program
from loyalty.references import EventRef
from loyalty.refusals import DueItemNotFailed
from loyalty.rewards.due_items import run_coupon_item
from loyalty.store.due_items import DUE_KINDS, DueItem, DueKind, FailedDueItems, known_kind
from loyalty.store.repositories import StoreRepositories
from loyalty.store.settings import with_notices
from loyalty.tiers.due_items import run_tier_item
from loyalty.transactions.counting import count_again
from loyalty.transactions.due_items import run_return_item, run_reversal_item

PAGE = 100
"""How many due items are read at once, and reported in one workflow."""


class UnknownDueKind(LookupError):
    """The kind of a due item is unknown: a newer version of Laurel stored it."""

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"this version of Laurel does not know due items of the kind {kind}, only {', '.join(DUE_KINDS)}: "
            "a newer version stored it; upgrade, then try it again"
        )


@dataclass(frozen=True, slots=True)
class DueItemResult:
    """The result of a due item.

    `events` report it, and what it changed. `was_run` is False if the item is gone, has changed, or waits for events of
    its member; True, without events, if it is set aside until its member is unfrozen.
    """

    was_run: bool
    events: tuple[EventRef, ...] = ()


def run_due_item(
    tx: StoreRepositories, program: Program, revision: int, item: DueItem, *, now: datetime
) -> DueItemResult:
    """Run one due item and store the event that reports it; idempotent.

    Raise UnknownDueKind for a kind of a newer version.
    """
    if item.member is not None:
        tx.members.lock_member(item.member)
    kind = known_kind(item.kind)
    if kind is None:
        raise UnknownDueKind(item.kind)
    if not tx.due_items.take(item):
        return DueItemResult(was_run=tx.due_items.wait_for_thaw(item, now=now))
    program = with_notices(program, tx.settings.notice_days())
    context = DueItemContext(tx, program, revision, now, item)
    event = _run(context, kind)
    return DueItemResult(True, (*(() if event is None else (event,)), *context.also))


def retry_due_item(due_items: FailedDueItems, subject: str, kind: str, *, now: datetime) -> bool:
    """Make a due item that was set aside due now; return False if there is none, raise DueItemNotFailed."""
    found = due_items.get(subject, kind)
    if found is None:
        return False
    if found.failed_at is None:
        raise DueItemNotFailed(subject, kind)
    due_items.retry(subject, kind, now=now)
    return True


def _run(context: DueItemContext, kind: DueKind) -> EventRef | None:
    match kind:
        case "activate" | "warn" | "expire":
            return run_lot_item(context, kind)
        case "unblock":
            return run_hold_item(context)
        case "coupon_begin" | "coupon_warn" | "coupon_expire":
            return run_coupon_item(context, kind)
        case "judge_tier":
            if count_again(context, context.subject):
                return run_tier_item(context, kind)
            context.set_due_items({kind: context.now}, member=context.subject)
            return None
        case "tier_measure" | "tier_months" | "tier_warn" | "tier_review" | "tier_period" | "tier_hold_end":
            return run_tier_item(context, kind)
        case "read_phone":
            read_phone_again(context)
            return None
        case "return_missed":
            return run_return_item(context)
        case "reversal_missed":
            return run_reversal_item(context)
        case _:
            assert_never(kind)
