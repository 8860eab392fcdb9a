"""Places in tier sets, tiers by hand, and counted sales of an in-memory store."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from loyalty.program.wallets import Points
from loyalty.store.memory.events import InMemoryEvents
from loyalty.store.memory.member_state import MemberState
from loyalty.store.memory.transactions import InMemoryTransactions
from loyalty.store.tiers import NO_PLACE, CountedSale, TierHold, TierPlace


class InMemoryTierHolds:
    """Tiers by hand, stored with their members."""

    __slots__ = ("_members",)

    def __init__(self, members: Mapping[str, MemberState]) -> None:
        self._members = members

    def hold(self, member_id: str, tier_set: str) -> TierHold | None:
        return self._members[member_id].tier_holds.get(tier_set)

    def set_hold(self, member_id: str, tier_set: str, hold: TierHold, *, now: datetime) -> None:  # noqa: ARG002 - not kept
        self._members[member_id].tier_holds[tier_set] = hold

    def remove_hold(self, member_id: str, tier_set: str) -> None:
        self._members[member_id].tier_holds.pop(tier_set, None)


class InMemoryTierPlaces:
    """Places in the tier sets beside the default one, stored with their members."""

    __slots__ = ("_members",)

    def __init__(self, members: Mapping[str, MemberState]) -> None:
        self._members = members

    def place(self, member_id: str, tier_set: str) -> TierPlace:
        return self._members[member_id].tier_places.get(tier_set, NO_PLACE)

    def places_of(self, member_id: str) -> Mapping[str, TierPlace]:
        return dict(self._members[member_id].tier_places)

    def set_place(self, member_id: str, tier_set: str, place: TierPlace) -> None:
        self._members[member_id].tier_places[tier_set] = place


class InMemorySpend:
    """What sales count for tiers, stored with their members."""

    __slots__ = ("_events", "_members", "_recounted", "_transactions")

    def __init__(
        self, members: Mapping[str, MemberState], transactions: InMemoryTransactions, events: InMemoryEvents
    ) -> None:
        self._members = members
        self._transactions = transactions
        self._events = events
        self._recounted: dict[str, dict[tuple[str, str], CountedSale]] = {}
        """By member; there is one revision."""

    def spent(self, member_id: str, tier_set: str, *, since: datetime | None, until: datetime | None = None) -> Points:
        found = (each for each in self._members[member_id].counted_sales.values() if each.tier_set == tier_set)
        within = (
            each.amount for each in found if (since is None or each.at >= since) and (until is None or each.at < until)
        )
        return Points(sum(within))

    def of_sale(self, member_id: str, event_id: str) -> Sequence[CountedSale]:
        return [each for each in self._members[member_id].counted_sales.values() if each.event == event_id]

    def not_recounted(self, member_id: str, tier_set: str, *, by: int, limit: int) -> Sequence[str]:  # noqa: ARG002
        done = self._recounted.get(member_id, {})
        sales = [each.event for each in self._transactions.sales_of(member_id) if each.event is not None]
        left = [each for each in sales if (each, tier_set) not in done and self._is_decided(each)]
        return left[:limit]

    def set_counted(self, member_id: str, sale: CountedSale) -> None:
        self._members[member_id].counted_sales[sale.event, sale.tier_set] = sale
        self._recounted.get(member_id, {}).pop((sale.event, sale.tier_set), None)

    def recount(self, member_id: str, sale: CountedSale, *, by: int) -> None:  # noqa: ARG002 - see `_recounted`
        self._recounted.setdefault(member_id, {})[sale.event, sale.tier_set] = sale

    def use_recounts(self, member_id: str, *, by: int) -> None:  # noqa: ARG002 - see `_recounted`
        self._members[member_id].counted_sales |= self._recounted.pop(member_id, {})

    def _is_decided(self, event_id: str) -> bool:
        found = self._events.get(event_id)
        return found is not None and found.decision is not None
