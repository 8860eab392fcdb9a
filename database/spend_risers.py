"""Members who rise by another rule of spend, found by counting the sales of all members again."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, select

from database.queries import columns_of
from database.tables import customer_transaction, event, member, member_tier
from loyalty.program.rule_bounds import SpendTakesTooLong
from loyalty.program.tiers import TierSet
from loyalty.program.wallets import Points
from loyalty.store.transactions import StoredTransaction
from loyalty.tiers.standing import money
from loyalty.transactions.counting import counted_by

_PAGE = 2_000
"""Sales that are fetched at once."""


class _Place(NamedTuple):
    """A member's tier, and when it was last reviewed."""

    tier: str | None
    reviewed_at: datetime | None


def count_risers_by_spend(connection: Connection, store: str, tier_set: TierSet) -> dict[str, int]:
    """Return how many members a rule of spend puts into a higher tier, by the names of the tiers, the lowest first.

    Every decided sale is read and counted, less returns.
    """
    places = _places(connection, store, tier_set)
    spent = _spent(connection, store, tier_set, places)
    names = [each.name for each in tier_set.tiers]
    found: Counter[str] = Counter()
    for member_id, place in places.items():
        reached = tier_set.tier_at(money(Points(spent[member_id])))
        if reached is not None and _is_lower(names, place.tier, reached.name):
            found[reached.name] += 1
    return {name: found[name] for name in names if found[name]}


def _is_lower(names: list[str], tier: str | None, reached: str) -> bool:
    """Return whether a tier is None or below another one; False for a tier that the set does not have."""
    return tier is None or (tier in names and names.index(tier) < names.index(reached))


def _places(connection: Connection, store: str, tier_set: TierSet) -> Mapping[str, _Place]:
    if tier_set.is_default:
        wanted = select(member.c.id, member.c.tier, member.c.reviewed_at)
    else:
        here = and_(member_tier.c.member == member.c.id, member_tier.c.tier_set == tier_set.name)
        wanted = select(member.c.id, member_tier.c.tier, member_tier.c.reviewed_at).outerjoin(member_tier, here)
    rows = connection.execute(wanted.where(member.c.store == store))
    return {member_id: _Place(tier, reviewed_at) for member_id, tier, reviewed_at in rows}


def _spent(connection: Connection, store: str, tier_set: TierSet, places: Mapping[str, _Place]) -> Mapping[str, int]:
    """Return what each member's sales count since the last review, in millionths."""
    table = customer_transaction
    joined = select(*columns_of(StoredTransaction, table)).join(event, event.c.id == table.c.event)
    of_store = joined.where(table.c.store == store, event.c.store == store)
    returns: dict[str, list[StoredTransaction]] = defaultdict(list)
    applied = of_store.where(table.c.document_type == "return", event.c.status == "applied")
    for row in connection.execute(applied.order_by(table.c.created_at, table.c.id)):
        each = StoredTransaction(*row)
        returns[each.linked_number or ""].append(each)
    spent: Counter[str] = Counter()
    sales = of_store.where(table.c.document_type == "sell", event.c.decision.is_not(None))
    for row in connection.execution_options(yield_per=_PAGE).execute(sales):
        sale = StoredTransaction(*row)
        place = places.get(sale.member or "", _Place(None, None))
        if place.reviewed_at is None or not tier_set.is_reviewed or sale.purchased_at >= place.reviewed_at:
            with suppress(SpendTakesTooLong):  # it counts nothing until its rule is mended
                (counted,) = counted_by([tier_set], sale, returns[sale.document_number])
                spent[sale.member or ""] += counted.amount
    return spent
