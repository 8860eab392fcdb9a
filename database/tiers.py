"""Places of members in tier sets, tiers by hand, and what sales count for tiers."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, exists, func, select, update

from database.queries import Queries, WriteQueries, columns_of, first_column
from database.sqlite_fast_path import Prepared
from database.tables import counted_sale, customer_transaction, event, member_tier, tier_hold
from loyalty.program.wallets import Points
from loyalty.store.tiers import NO_PLACE, CountedSale, TierHold, TierPlace
from loyalty.tiers.places import set_subject

_THIS = (
    tier_hold.c.store == bindparam("in_store"),
    tier_hold.c.member == bindparam("the_member"),
    tier_hold.c.tier_set == bindparam("the_tier_set"),
)
_PLACES: Prepared[tuple[str, TierPlace]] = Prepared(
    select(member_tier.c.tier_set, *columns_of(TierPlace, member_tier)).where(
        member_tier.c.store == bindparam("in_store"), member_tier.c.member == bindparam("the_member")
    ),
    lambda name, *columns: (name, TierPlace(*columns)),
)
_REMOVE: Prepared[str] = Prepared(delete(tier_hold).where(*_THIS), first_column)

_NOT_COUNTED_AGAIN: Final = {"recounted_by": None, "new_sold": None, "new_amount": None}
_NOT_RECOUNTED = (
    select(event.c.id)
    .join(customer_transaction, customer_transaction.c.event == event.c.id)
    .where(
        customer_transaction.c.store == bindparam("in_store"),
        customer_transaction.c.member == bindparam("the_member"),
        customer_transaction.c.document_type == "sell",
        event.c.store == bindparam("in_store"),
        event.c.decision.is_not(None),
        ~exists().where(
            counted_sale.c.event == event.c.id,
            counted_sale.c.tier_set == bindparam("the_tier_set"),
            counted_sale.c.recounted_by == bindparam("the_revision"),
        ),
    )
    .limit(bindparam("most"))
)


class TierHoldQueries(Queries):
    """Reads the tiers by hand of one store's members."""

    def hold(self, member_id: str, tier_set: str) -> TierHold | None:
        """Return the member's tier by hand in a tier set; None: there is none."""
        return self.find_one(TierHold, tier_hold, member=member_id, tier_set=tier_set)

    def holds_of(self, member_id: str) -> dict[str, TierHold]:
        """Return a member's tiers by hand, by tier set."""
        columns = [tier_hold.c.tier_set, *columns_of(TierHold, tier_hold)]
        wanted = select(*columns).where(tier_hold.c.store == self.store, tier_hold.c.member == member_id)
        return {row[0]: TierHold(*row[1:]) for row in self.connection.execute(wanted)}


class TierHolds(TierHoldQueries, WriteQueries):
    """The tiers by hand of one store's members."""

    def set_hold(self, member_id: str, tier_set: str, hold: TierHold, *, now: datetime) -> None:
        """Store a tier by hand, replacing the present one."""
        row = {"member": member_id, "tier_set": tier_set, "tier": hold.tier, "direction": hold.direction}
        dates = {"until": hold.until, "before": hold.before, "before_until": hold.before_until, "set_at": now}
        self.upsert(tier_hold, row | dates)

    def remove_hold(self, member_id: str, tier_set: str) -> None:
        """Remove a tier by hand, if there is one."""
        _REMOVE.run(self.connection, self._parameters({"member": member_id, "tier_set": tier_set}))


class TierPlaceQueries(Queries):
    """Reads the places of one store's members in the tier sets beside the default one."""

    def place(self, member_id: str, tier_set: str) -> TierPlace:
        """Return the place of a member in a tier set."""
        return self.find_one(TierPlace, member_tier, member=member_id, tier_set=tier_set) or NO_PLACE

    def places_of(self, member_id: str) -> dict[str, TierPlace]:
        """Return the places of a member, by tier set."""
        return dict(_PLACES.all(self.connection, {"in_store": self.store, "the_member": member_id}))


class TierPlaces(TierPlaceQueries, WriteQueries):
    """The places of one store's members in the tier sets beside the default one."""

    def set_place(self, member_id: str, tier_set: str, place: TierPlace) -> None:
        """Store the place of a member in a tier set."""
        row = {"member": member_id, "tier_set": tier_set, "subject": set_subject(member_id, tier_set)}
        self.upsert(member_tier, row | asdict(place))


class SpendQueries(Queries):
    """Reads what the sales of one store's members count for tiers."""

    def spent(self, member_id: str, tier_set: str, *, since: datetime | None, until: datetime | None = None) -> Points:
        """Return the sum of sales from a moment (None: all) until before another (None: now)."""
        wanted = select(func.coalesce(func.sum(counted_sale.c.amount), 0)).where(
            counted_sale.c.store == self.store,
            counted_sale.c.member == member_id,
            counted_sale.c.tier_set == tier_set,
        )
        if since is not None:
            wanted = wanted.where(counted_sale.c.at >= since)
        if until is not None:
            wanted = wanted.where(counted_sale.c.at < until)
        return Points(int(self.connection.execute(wanted).scalar_one()))

    def of_sale(self, member_id: str, event_id: str) -> list[CountedSale]:
        """Return what the sale of a member's event counts, for each tier set."""
        return self.find_all(CountedSale, counted_sale, ("tier_set",), member=member_id, event=event_id)

    def not_recounted(self, member_id: str, tier_set: str, *, by: int, limit: int) -> list[str]:
        """Return the events of decided sales of a member that a revision has not counted again for a tier set."""
        this = {"the_member": member_id, "the_tier_set": tier_set, "the_revision": by, "most": limit}
        return list(self.connection.execute(_NOT_RECOUNTED, {"in_store": self.store} | this).scalars())

    def sales_counted(self, member_id: str) -> list[CountedSale]:
        """Return what all sales of a member count."""
        return self.find_all(CountedSale, counted_sale, ("at", "event", "tier_set"), member=member_id)


class Spend(SpendQueries, WriteQueries):
    """What the sales of one store's members count for tiers."""

    def set_counted(self, member_id: str, sale: CountedSale) -> None:
        """Store what a sale counts for a tier set, replacing the present value, and what was counted again."""
        row = _key_of(member_id, sale) | {"sold": sale.sold, "amount": sale.amount}
        self.upsert(counted_sale, row | _NOT_COUNTED_AGAIN)

    def recount(self, member_id: str, sale: CountedSale, *, by: int) -> None:
        """Store what a revision counts of a sale, beside the present value, until `use_recounts` or `set_counted`."""
        row = _key_of(member_id, sale) | {"sold": 0, "amount": 0}
        again = {"recounted_by": by, "new_sold": sale.sold, "new_amount": sale.amount}
        self.upsert_adding(counted_sale, row | again, sums=(), keeps=("sold", "amount"))

    def use_recounts(self, member_id: str, *, by: int) -> None:
        """Replace what a member's sales count by what a revision counted again."""
        table = counted_sale
        here = (table.c.store == self.store, table.c.member == member_id, table.c.recounted_by == by)
        counted = {"sold": table.c.new_sold, "amount": table.c.new_amount, **_NOT_COUNTED_AGAIN}
        self.connection.execute(update(table).where(*here).values(counted))


def _key_of(member_id: str, sale: CountedSale) -> dict[str, Any]:
    return {"event": sale.event, "tier_set": sale.tier_set, "member": member_id, "at": sale.at}
