"""Due items are run: points become active, are warned of and expire; coupons likewise; tiers are reviewed."""

from datetime import datetime
from typing import assert_never

from loyalty.events.due_items import DueItemContext
from loyalty.points.due_items import run_lot_item
from loyalty.program.program import Program
from loyalty.references import DueBatch, EventRef
from loyalty.rewards.due_items import run_coupon_item
from loyalty.store.due_items import DueItem
from loyalty.store.repositories import StoreRepositories
from loyalty.tiers.due_items import run_tier_item

PAGE = 100
"""How many due items are run in one transaction, and reported in one workflow."""


def run_due_items(tx: StoreRepositories, program: Program, revision: int, *, now: datetime) -> DueBatch:
    """Run the earliest page of due items, and store the events that report them."""
    items = tx.due_items.due(now=now, limit=PAGE)
    events = [_run(DueItemContext(tx, program, revision, now, item.subject, item.due_at), item) for item in items]
    return DueBatch([event for event in events if event is not None], more=len(items) == PAGE)


def _run(context: DueItemContext, item: DueItem) -> EventRef | None:
    match item.kind:
        case "activate" | "warn" | "expire":
            return run_lot_item(context, item.kind)
        case "coupon_warn" | "coupon_expire":
            return run_coupon_item(context, item.kind)
        case "tier_warn" | "tier_review":
            return run_tier_item(context, item.kind)
        case _:
            assert_never(item.kind)
