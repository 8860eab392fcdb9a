"""The members whom a new program puts into a higher tier, found in the database without reading each of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, true

from database.queries import Queries, WriteQueries, insert_into
from database.tables import account, deadline, member
from loyalty.program.tier_rules import EasierTier, TierRules
from loyalty.store.due_items import DueKind

_JUDGED: DueKind = "judge_tier"


class RiserQueries(Queries):
    """Finds the members of one store who stand in a higher tier by other rules."""

    def count(self, old: TierRules, new: TierRules) -> dict[str, int]:
        """Return how many members rise to each tier, by the names of the tiers, the lowest first."""
        easier = new.easier_than(old)
        if not easier:
            return {}
        standing = _standing(new)
        rises = [(_rises(tier, standing), tier.name) for tier in reversed(easier)]
        reached = case(*rises, else_=None)
        counted = self._members(new, reached, func.count()).where(or_(*(rise for rise, _ in rises))).group_by(reached)
        found = {str(name): int(count) for name, count in self.connection.execute(counted)}
        return {tier.name: found[tier.name] for tier in easier if tier.name in found}

    def _members(self, rules: TierRules, *columns: ColumnElement[Any]) -> Select[Any]:
        """Return a query of members with their accounts in the wallet of the rules; one without has no points."""
        held = and_(account.c.member == member.c.id, account.c.wallet == rules.wallet)
        return select(*columns).select_from(member.outerjoin(account, held)).where(member.c.store == self.store)


class Risers(RiserQueries, WriteQueries):
    """Has the members judged who stand in a higher tier by other rules."""

    def schedule(self, old: TierRules, new: TierRules, *, due_at: datetime) -> bool:
        """Store a due item `judge_tier` for each member who rises; return False if there is none."""
        easier = new.easier_than(old)
        if not easier:
            return False
        standing = _standing(new)
        row = {"store": literal(self.store), "subject": member.c.id, "kind": literal(_JUDGED)}
        row |= {"due_at": literal(due_at, deadline.c.due_at.type), "member": member.c.id}
        rises = self._members(new, *row.values()).where(or_(*(_rises(tier, standing) for tier in easier)))
        statement = insert_into(self.connection.dialect.name, deadline).from_select(list(row), rises)
        again = {"due_at": statement.excluded.due_at, "failed_at": None, "error": None}
        keys = list(deadline.primary_key)
        stored = statement.on_conflict_do_update(index_elements=keys, set_=again).returning(deadline.c.subject)
        return self.connection.execute(stored).first() is not None


def _standing(rules: TierRules) -> ColumnElement[int]:
    """Return what `loyalty.tiers.standing` returns, in points."""
    if rules.by == "active_points":
        return func.coalesce(account.c.active - account.c.owed, 0)
    counted = func.coalesce(account.c.spent if rules.by == "spent_points" else account.c.qualifying, 0)
    return counted - member.c.tier_base if rules.reviewed else counted


def _rises(tier: EasierTier, standing: ColumnElement[int]) -> ColumnElement[bool]:
    """Return whether a member stands in a tier, did not before, and is in a lower one or in none."""
    reaches = standing >= tier.start if tier.start > 0 else true()
    did_not = standing < tier.before if tier.before is not None else true()
    return and_(reaches, did_not, or_(member.c.tier.is_(None), member.c.tier.in_(tier.below)))
