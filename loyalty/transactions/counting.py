"""Count sales for tiers that are reached by spend, on the date of the sale; returns lower the count exactly."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final

import rules
from loyalty.events.context import EventContext
from loyalty.events.decide import event_input
from loyalty.events.due_items import DueItemContext
from loyalty.program.rule_bounds import SPEND_STEPS, SpendTakesTooLong, TakesTooLong, bounded
from loyalty.program.tiers import TierSet
from loyalty.program.wallets import POINT_DECIMALS, Points
from loyalty.store.events import Event, StoredEvent
from loyalty.store.tiers import CountedSale
from loyalty.store.transactions import StoredTransaction
from loyalty.tiers.periods import judge_again
from loyalty.tiers.places import period_in
from loyalty.tiers.rising import judge_member
from loyalty.tiers.standing import money
from loyalty.tiers.work import TierWork
from loyalty.transactions.assigning import event_body, stored_content
from loyalty.transactions.returned_lines import LeftOfSale, left_of

SOLD: Final = "transaction"

MOST_SPENT: Final = Decimal(10**12)
"""The most that one sale counts: more than 500 lines of the largest value."""

RECOUNTED_AT_ONCE: Final = 10
"""How many sales one transaction counts again, each in at most twice SPEND_STEPS: 0.2 s, if all of them reach it."""


def count_sale(context: EventContext) -> None:
    """Count the sale of the event for each tier set that is reached by spend, and move the member up."""
    member_id = context.event.member
    spent = spent_of(context.program.spend_sets, context.event)
    for tier_set in context.program.spend_sets:
        amount = spent[tier_set.name]
        sale = CountedSale(context.event.id, tier_set.name, context.event.time, amount, amount)
        context.tx.spend.set_counted(member_id, sale)
        judge_spend(context, tier_set, member_id, at=context.event.time)


def judge_spend(work: TierWork, tier_set: TierSet, member_id: str, *, at: datetime) -> None:
    """Move a member up if their spend reaches a tier now, or did at the last review if the sale was before that."""
    review = period_in(work.tx, member_id, tier_set).review
    if review is not None and tier_set.is_reviewed and at < review.at:
        reached = work.tx.spend.spent(member_id, tier_set.name, since=review.since, until=review.at)
        judge_again(work, tier_set, member_id, money(reached), review.at)
        return
    judge_member(work, work.facts_of(member_id), tier_set)


def count_rest(context: EventContext, given: StoredEvent, rest: Event | None, left: LeftOfSale) -> None:
    """Lower what a sale counts to what is left of it; `rest` None: all was returned, or its lines are unknown."""
    sales = context.tx.spend.of_sale(given.member, given.id)
    spent = spent_of(context.program.spend_sets, rest) if rest is not None and sales else {}
    for sale in sales:
        by_share = Points(sale.sold - left.share_of(sale.sold))
        amount = spent.get(sale.tier_set, by_share)
        changed = CountedSale(sale.event, sale.tier_set, sale.at, sale.sold, min(sale.sold, amount))
        context.tx.spend.set_counted(given.member, changed)


def count_again(due: DueItemContext, member_id: str) -> bool:
    """Count the next sales of a member again, less returns, by the program in force; return whether that was the last.

    The new counts replace the old ones all at once with the last sale, so that no sum mixes both.
    """
    program, spend = due.program, due.tx.spend
    if not program.spend_sets:
        return True
    tier_set, by = program.spend_sets[0].name, due.revision
    found = spend.not_recounted(member_id, tier_set, by=by, limit=RECOUNTED_AT_ONCE)
    for event_id in found:
        sale = due.tx.transactions.of_event(event_id)
        assert sale is not None, "it was found by its event"
        returns = due.tx.transactions.returns_of(sale.document_number)
        applied = [each for each in returns if each.event and _is_applied(due, each.event)]
        for counted in counted_by(program.spend_sets, sale, applied):
            spend.recount(member_id, counted, by=by)
    if len(found) == RECOUNTED_AT_ONCE:
        return False
    spend.use_recounts(member_id, by=by)
    return True


def counted_by(
    tier_sets: Sequence[TierSet], sale: StoredTransaction, returns: Sequence[StoredTransaction]
) -> list[CountedSale]:
    """Return what a member's sale counts for tier sets, as it was sold and less returns; raise SpendTakesTooLong."""
    assert sale.event is not None, "it has its member"
    assert sale.member is not None, "it has its member"
    body = event_body(sale.id, stored_content(sale))
    sold = spent_of(tier_sets, Event(sale.event, SOLD, sale.member, sale.purchased_at, body))
    left = left_of(sale.items, [each.items for each in returns])
    if left.is_untouched:
        rest: Mapping[str, Points] = sold
    elif left.is_nothing or left.by_share:
        rest = {name: Points(each - left.share_of(each)) for name, each in sold.items()}
    else:
        gross = sum((each["gross_value"] for each in left.lines), Decimal(0))
        lines = body | {"items": list(left.lines), "gross_value": gross}
        rest = spent_of(tier_sets, Event(sale.event, SOLD, sale.member, sale.purchased_at, lines))
    event, at = sale.event, sale.purchased_at
    return [CountedSale(event, name, at, each, min(each, rest[name])) for name, each in sold.items()]


def spent_of(tier_sets: Sequence[TierSet], sale: Event) -> Mapping[str, Points]:
    """Return what a sale counts, in millionths, by tier set; 0 if a rule gives less. Raise SpendTakesTooLong."""
    values = event_input(sale, now=sale.time)
    try:
        with rules.steps_together(SPEND_STEPS):
            return {each.name: bounded(partial(_spent, each, sale, values), SPEND_STEPS) for each in tier_sets}
    except TakesTooLong:
        raise SpendTakesTooLong from None


def _spent(tier_set: TierSet, sale: Event, values: Mapping[str, Any]) -> Points:
    amount: object = sale.body["gross_value"] if tier_set.spend is None else tier_set.spend.rule(values)
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal) or amount <= 0:
        return Points(0)
    return Points(int(min(Decimal(amount), MOST_SPENT).scaleb(POINT_DECIMALS)))


def _is_applied(work: TierWork, event_id: str) -> bool:
    found = work.tx.events.get(event_id)
    return found is not None and found.status == "applied"
