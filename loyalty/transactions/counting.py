"""Count sales for tiers that are reached by spend, on the date of the sale; returns lower the count exactly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

import rules
from loyalty.events.context import EventContext
from loyalty.events.decide import MAX_STEPS, event_input
from loyalty.program.program import Program
from loyalty.program.tiers import TierSet
from loyalty.program.wallets import POINT_DECIMALS, Points
from loyalty.store.events import Event, StoredEvent
from loyalty.store.members import Member
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


@dataclass(frozen=True, slots=True)
class SpendInput:
    """A sale, or the rest of it, as input of the rules of tier sets that are reached by spend."""

    event: Event

    def evaluate(self, program: Program) -> Mapping[str, Points]:
        """Return what the sale counts, in millionths, by tier set; raise TooMuchWorkTogether."""
        with rules.steps_together(MAX_STEPS):
            return {each.name: spent_of(each, self.event) for each in program.spend_sets}


def count_sale(context: EventContext) -> None:
    """Count the sale of the event for each tier set that is reached by spend, and move the member up."""
    member_id = context.event.member
    spent = context.evaluate(SpendInput(context.event))
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
    spent = context.evaluate(SpendInput(rest)) if rest is not None and sales else {}
    for sale in sales:
        by_share = Points(sale.sold - left.share_of(sale.sold))
        amount = spent.get(sale.tier_set, by_share)
        changed = CountedSale(sale.event, sale.tier_set, sale.at, sale.sold, min(sale.sold, amount))
        context.tx.spend.set_counted(given.member, changed)


def count_again(work: TierWork, program: Program, member: Member) -> None:
    """Count all decided sales of a member again, less returns, by the tier sets of another program."""
    for sale in work.tx.transactions.sales_of(member.id) if program.spend_sets else ():
        event = None if sale.event is None else work.tx.events.get(sale.event)
        if event is not None and event.decision is not None:
            returns = work.tx.transactions.returns_of(sale.document_number)
            applied = [each for each in returns if each.event and _is_applied(work, each.event)]
            for tier_set in program.spend_sets:
                work.tx.spend.set_counted(member.id, counted_by(tier_set, sale, applied))


def counted_by(tier_set: TierSet, sale: StoredTransaction, returns: Sequence[StoredTransaction]) -> CountedSale:
    """Return what a member's sale counts for a tier set, as it was sold and less returns."""
    assert sale.event is not None, "it has its member"
    assert sale.member is not None, "it has its member"
    body = event_body(sale.id, stored_content(sale))
    sold = spent_of(tier_set, Event(sale.event, SOLD, sale.member, sale.purchased_at, body))
    left = left_of(sale.items, [each.items for each in returns])
    if left.is_nothing or left.by_share:
        amount = Points(sold - left.share_of(sold))
    else:
        gross = sum((each["gross_value"] for each in left.lines), Decimal(0))
        rest = body | {"items": list(left.lines), "gross_value": gross}
        amount = spent_of(tier_set, Event(sale.event, SOLD, sale.member, sale.purchased_at, rest))
    return CountedSale(sale.event, tier_set.name, sale.purchased_at, sold, min(sold, amount))


def spent_of(tier_set: TierSet, sale: Event) -> Points:
    """Return what a sale counts for a tier set, in millionths; 0 if its rule gives less, or takes too long."""
    amount: object = sale.body["gross_value"]
    if tier_set.spend is not None:
        try:
            amount = tier_set.spend.rule(event_input(sale, now=sale.time))
        except rules.TooMuchWork:
            amount = 0
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal) or amount <= 0:
        return Points(0)
    return Points(int(min(Decimal(amount), MOST_SPENT).scaleb(POINT_DECIMALS)))


def _is_applied(work: TierWork, event_id: str) -> bool:
    found = work.tx.events.get(event_id)
    return found is not None and found.status == "applied"
