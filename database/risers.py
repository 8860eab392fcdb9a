"""Find the members whom a new program puts into a higher tier in the database, without reading each of them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, case, func, literal, or_, select, true

from database.queries import Queries, WriteQueries, insert_into
from database.tables import account, counted_sale, deadline, member, member_tier
from loyalty.calendar import add_months, local_day, start_of
from loyalty.program.tier_rules import EasierTier, TierRules
from loyalty.program.tiers import DEFAULT_SET
from loyalty.program.wallets import ONE
from loyalty.store.due_items import DueKind

_JUDGED: DueKind = "judge_tier"
_COUNTED: DueKind = "tier_measure"


class RiserQueries(Queries):
    """Finds the members of one store who reach a higher tier by other rules."""

    def count(self, old: TierRules, new: TierRules, *, now: datetime) -> dict[str, int]:
        """Return how many members rise to each tier of a set, by the names of the tiers, the lowest first.

        `database.spend_risers` counts those who rise by a new rule of spend.
        """
        easier = () if new.by == "spend" and new.judges_everybody(old) else new.easier_than(old)
        if not easier:
            return {}
        rises = [(_rises(new, tier, now), tier.name) for tier in reversed(easier)]
        reached = case(*rises, else_=None)
        counted = _members(self.store, new, reached, func.count()).where(or_(*(rise for rise, _ in rises)))
        found = {str(name): int(count) for name, count in self.connection.execute(counted.group_by(reached))}
        return {tier.name: found[tier.name] for tier in easier if tier.name in found}


class Risers(RiserQueries, WriteQueries):
    """Schedules the judging of members who reach a higher tier by other rules, or whose period begins by them."""

    def schedule(self, old: TierRules, new: TierRules, *, due_at: datetime) -> bool:
        """Store a due item `judge_tier` for each member who rises; return False if there is none.

        A new rule of spend, or other months, judges every member; where reviews begin, every member without a period.
        Where reviews count other points, store one `tier_measure` for each member who was reviewed.
        """
        judged = self._schedule(_JUDGED, member.c.id, new, _judged(old, new, due_at), due_at)
        if not new.counts_otherwise(old):
            return judged
        place = _place(new)
        was_reviewed = [place.c.reviewed_at.is_not(None), place.c.tier_base != 0]
        subject = member.c.id if place is member else member_tier.c.subject
        return self._schedule(_COUNTED, subject, new, was_reviewed, due_at) or judged

    def _schedule(
        self,
        kind: DueKind,
        subject: ColumnElement[str],
        new: TierRules,
        conditions: Sequence[ColumnElement[bool]],
        due_at: datetime,
    ) -> bool:
        """Store a due item for each member who meets one of some conditions; return False if there is none."""
        if not conditions:
            return False
        row: dict[str, ColumnElement[Any]] = {"store": literal(self.store), "subject": subject, "kind": literal(kind)}
        row |= {"due_at": literal(due_at, deadline.c.due_at.type), "member": member.c.id}
        rises = _members(self.store, new, *row.values()).where(or_(*conditions))
        statement = insert_into(self.connection.dialect.name, deadline).from_select(list(row), rises)
        again = {"due_at": statement.excluded.due_at, "failed_at": None, "error": None}
        keys = list(deadline.primary_key)
        stored = statement.on_conflict_do_update(index_elements=keys, set_=again).returning(deadline.c.subject)
        return self.connection.execute(stored).first() is not None


def _judged(old: TierRules, new: TierRules, due_at: datetime) -> Sequence[ColumnElement[bool]]:
    """Return conditions, joined by or, for the members to judge by other rules; none: no member is judged."""
    if new.judges_everybody(old):
        return [true()]
    rise = [_rises(new, tier, due_at) for tier in new.easier_than(old)]
    return [*rise, _place(new).c.tier_until.is_(None)] if new.begins_reviews(old) else rise


def _place(rules: TierRules) -> Table:
    """Return the table with the places of members in the tier set."""
    return member if rules.tier_set == DEFAULT_SET else member_tier


def _members(store: str, rules: TierRules, *columns: ColumnElement[Any]) -> Select[Any]:
    """Return a query of members with their accounts in the wallet of the rules, and their place in the tier set."""
    held = and_(account.c.member == member.c.id, account.c.wallet == rules.wallet)
    joined = member.outerjoin(account, held)
    if rules.tier_set != DEFAULT_SET:
        place = and_(member_tier.c.member == member.c.id, member_tier.c.tier_set == rules.tier_set)
        joined = joined.outerjoin(member_tier, place)
    return select(*columns).select_from(joined).where(member.c.store == store, member.c.merged_into.is_(None))


def _standing(rules: TierRules) -> ColumnElement[int]:
    """Return the SQL of `loyalty.tiers.standing`, in points or in millionths; not for months."""
    table = _place(rules)
    if rules.by == "active_points":
        return func.coalesce(account.c.active - account.c.owed, 0)
    if rules.by == "spend":
        spent = select(func.coalesce(func.sum(counted_sale.c.amount), 0)).where(
            counted_sale.c.member == member.c.id, counted_sale.c.tier_set == rules.tier_set
        )
        if rules.reviewed:
            spent = spent.where(or_(table.c.reviewed_at.is_(None), counted_sale.c.at >= table.c.reviewed_at))
        return spent.correlate(member, member_tier).scalar_subquery()
    counted = func.coalesce(account.c.spent if rules.by == "spent_points" else account.c.qualifying, 0)
    return counted - func.coalesce(table.c.tier_base, 0) if rules.reviewed else counted


def _rises(rules: TierRules, tier: EasierTier, now: datetime) -> ColumnElement[bool]:
    """Return the condition that a member reaches a tier now, did not before, and is in a lower one or in none."""
    present = _place(rules).c.tier
    is_lower = or_(present.is_(None), present.in_(tier.below))
    if rules.by == "membership_months":
        did_not = true() if tier.before is None else member.c.registered_at >= _before_months(rules, tier.before, now)
        return and_(member.c.registered_at < _before_months(rules, tier.start, now), did_not, is_lower)
    standing = _standing(rules)
    reaches = standing >= tier.start if tier.start > 0 else true()
    did_not = standing < tier.before if tier.before is not None else true()
    return and_(reaches, did_not, is_lower)


def _before_months(rules: TierRules, months: int, now: datetime) -> datetime:
    """Return the moment before which members with a number of months (in millionths) registered."""
    number, today = months // ONE, local_day(now, rules.zone)
    day: date = add_months(today, -number)
    while add_months(day + timedelta(days=1), number) <= today:
        day += timedelta(days=1)
    return start_of(day + timedelta(days=1), rules.zone)
