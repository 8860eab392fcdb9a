"""Tiers that administrators set by hand."""

from datetime import datetime

from sqlalchemy import bindparam, delete, select

from database.queries import Queries, WriteQueries, columns_of, first_column
from database.sqlite_fast_path import Prepared
from database.tables import tier_hold
from loyalty.store.tiers import TierHold

_THIS = (
    tier_hold.c.store == bindparam("in_store"),
    tier_hold.c.member == bindparam("the_member"),
    tier_hold.c.tier_set == bindparam("the_tier_set"),
)
_REMOVE: Prepared[str] = Prepared(delete(tier_hold).where(*_THIS), first_column)


class TierHoldQueries(Queries):
    """Reads the tiers by hand of one store's members."""

    def hold(self, member_id: str, tier_set: str) -> TierHold | None:
        """Return the tier that a member was put into by hand in a tier set; None: there is none."""
        return self.find_one(TierHold, tier_hold, member=member_id, tier_set=tier_set)

    def holds_of(self, member_id: str) -> dict[str, TierHold]:
        """Return a member's tiers by hand, by tier set."""
        columns = [tier_hold.c.tier_set, *columns_of(TierHold, tier_hold)]
        wanted = select(*columns).where(tier_hold.c.store == self.store, tier_hold.c.member == member_id)
        return {row[0]: TierHold(*row[1:]) for row in self.connection.execute(wanted)}


class TierHolds(TierHoldQueries, WriteQueries):
    """The tiers by hand of one store's members."""

    def set_hold(self, member_id: str, tier_set: str, hold: TierHold, *, now: datetime) -> None:
        """Store a tier by hand, in place of the one there is."""
        row = {"member": member_id, "tier_set": tier_set, "tier": hold.tier, "direction": hold.direction}
        dates = {"until": hold.until, "before": hold.before, "before_until": hold.before_until, "set_at": now}
        self.upsert(tier_hold, row | dates)

    def remove_hold(self, member_id: str, tier_set: str) -> None:
        """Remove a tier by hand, if there is one."""
        _REMOVE.run(self.connection, self._parameters({"member": member_id, "tier_set": tier_set}))
