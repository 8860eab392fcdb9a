"""Members as they were at a moment in the past, derived from what is stored of them now.

The past is derived from the ledger, daily sums and events since. Three things are not exact: attributes and profile are
as they are now; an event that came late, with a time on an earlier day, counts as if it had been known on that day; and
a tier that was reviewed or changed since begins a new period.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from database.usage import StoredUse, by_reactor
from loyalty.engine.snapshots import MemberSnapshot
from loyalty.program.program import Program
from loyalty.program.wallets import Points
from loyalty.store.achievements import AchievementCompletions, DailySum
from loyalty.store.members import NO_POINTS, Balance, GrantedBadge, Member, StoredMember
from loyalty.store.memory.member_state import MemberState
from loyalty.store.points import LedgerEntry, Lot, balance_change
from loyalty.store.rewards import IssuedReward
from loyalty.tiers.standing import kept_until


@dataclass(frozen=True, slots=True)
class StoredBalance:
    """A member's balance in one wallet."""

    wallet: str
    active: Points
    pending: Points
    earned: Points
    spent: Points
    expired: Points


@dataclass(frozen=True, slots=True)
class StoredLot:
    """A lot as it was awarded."""

    id: str
    wallet: str
    points: Points
    active_from: datetime | None
    expires_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StoredSum:
    """A daily sum of one achievement."""

    achievement: str
    day: date
    value: str
    amount: int
    used: int


@dataclass(frozen=True, slots=True)
class Past:
    """What is stored of a range of members, each by member, from which the past is derived."""

    program: Program
    since: datetime
    day: date
    goals: Mapping[str, int]
    """The goals of achievements, in millionths."""
    tiers: Mapping[str, str | None]
    completed_since: Mapping[str, Counter[str]]
    granted_since: Mapping[str, Counter[str]]
    balances: Mapping[str, list[StoredBalance]]
    entries: Mapping[str, list[LedgerEntry]]
    """Those since, in order."""
    lots: Mapping[str, list[StoredLot]]
    badges: Mapping[str, list[GrantedBadge]]
    daily_sums: Mapping[str, list[StoredSum]]
    completions: Mapping[str, list[AchievementCompletions]]
    used: Mapping[str, list[StoredUse]]
    issued: Mapping[str, list[IssuedReward]]

    def snapshot(self, stored: StoredMember) -> MemberSnapshot:
        """Return a member as it was."""
        member_id = stored.id
        known = Member(
            id=member_id,
            registered_at=stored.registered_at,
            email=stored.email,
            phone=stored.phone,
            card=stored.card,
            tier=self.tiers.get(member_id, stored.tier),
            profile=stored.profile,
            attributes=stored.attributes,
        )
        if stored.created_at >= self.since:
            return MemberSnapshot(MemberState(known), is_new=True)
        lots = self._lots(member_id)
        balances = self._balances(member_id, lots)
        state = MemberState(
            member=self._in_its_period(known, stored, balances),
            balances=balances,
            badges=self._badges(member_id),
            lots={each.id: each for each in lots},
            daily_sums=self._daily_sums(member_id),
            completed=self._completed(member_id),
            used=by_reactor(self.used.get(member_id, ())),
            issued={each.id: replace(each, status="issued") for each in self._coupons(member_id)},
        )
        return MemberSnapshot(state)

    def _coupons(self, member_id: str) -> Iterator[IssuedReward]:
        """The issued rewards that had not expired."""
        for each in self.issued.get(member_id, ()):
            if each.expires_at is None or each.expires_at > self.since:
                yield each

    def _in_its_period(self, known: Member, stored: StoredMember, balances: Mapping[str, Balance]) -> Member:
        """The member with the base and the end of the tier's period, as far as they are known.

        A base above what was earned by then was set since, by a review; then everything counts. The period of a tier
        that was reviewed or changed since begins anew.
        """
        balance = balances.get(self.program.default_wallet.code, NO_POINTS)
        was_reviewed = stored.tier_base > balance.earned
        base = Points(0) if was_reviewed else stored.tier_base
        if not was_reviewed and stored.id not in self.tiers:
            return replace(known, tier_base=base, tier_until=stored.tier_until)
        tier = self.program.tier_named(known.tier)
        until = None if tier is None else kept_until(self.program, tier, now=self.since)
        return replace(known, tier_base=base, tier_until=until)

    def _lots(self, member_id: str) -> list[Lot]:
        """The member's lots: pending ones whole; the active balance goes to the others, the latest to expire first."""
        entries = self.entries.get(member_id, ())
        activated = {each.lot for each in entries if each.kind == "activate"}
        pending: list[Lot] = []
        active: list[StoredLot] = []
        for stored in self.lots.get(member_id, ()):
            has_expired = stored.expires_at is not None and stored.expires_at <= self.since
            if stored.created_at >= self.since or has_expired:
                continue
            if stored.active_from is not None or stored.id in activated:
                active_from = stored.active_from or min(
                    each.at for each in entries if each.lot == stored.id and each.kind == "activate"
                )
                pending.append(
                    Lot(stored.id, stored.wallet, stored.points, stored.points, active_from, stored.expires_at)
                )
            else:
                active.append(stored)
        unassigned = {each.wallet: self._active_before(member_id, each) for each in self.balances.get(member_id, ())}
        lots: list[Lot] = []
        for stored in sorted(active, key=_expiry, reverse=True):
            share = min(stored.points, unassigned.get(stored.wallet, 0))
            if share > 0:
                lots.append(Lot(stored.id, stored.wallet, stored.points, Points(share), None, stored.expires_at))
                unassigned[stored.wallet] -= share
        return [*lots, *pending]

    def _active_before(self, member_id: str, now: StoredBalance) -> int:
        """The active balance then: as it was before the first entry since, or as it is now if there is none."""
        first = next((each for each in self.entries.get(member_id, ()) if each.wallet == now.wallet), None)
        return now.active if first is None else first.balance - self._change(first).active

    def _change(self, first: LedgerEntry) -> Balance:
        """How an entry changed its balance; an award of pending points left the active ones as they were."""
        pending = {each.id for each in self.lots.get(first.member, ()) if each.active_from is not None}
        pending |= {each.lot for each in self.entries.get(first.member, ()) if each.kind == "activate" and each.lot}
        return balance_change(first.kind, first.points, pending=first.lot in pending)

    def _balances(self, member_id: str, lots: Sequence[Lot]) -> dict[str, Balance]:
        balances: dict[str, Balance] = {}
        for stored in self.balances.get(member_id, ()):
            before = Balance(stored.active, stored.pending, stored.earned, stored.spent, stored.expired)
            for each in self.entries.get(member_id, ()):
                if each.wallet == stored.wallet:
                    before = before.minus(balance_change(each.kind, each.points, pending=False))
            own = [each for each in lots if each.wallet == stored.wallet]
            balances[stored.wallet] = before._replace(
                active=Points(sum(each.remaining for each in own if each.active_from is None)),
                pending=Points(sum(each.remaining for each in own if each.active_from is not None)),
            )
        return balances

    def _badges(self, member_id: str) -> dict[str, int]:
        since = self.granted_since.get(member_id, Counter())
        return {each.badge: each.times - since[each.badge] for each in self.badges.get(member_id, ())}

    def _completed(self, member_id: str) -> dict[str, int]:
        since = self.completed_since.get(member_id, Counter())
        stored = self.completions.get(member_id, ())
        return {each.achievement: each.completed - since[each.achievement] for each in stored}

    def _daily_sums(self, member_id: str) -> dict[str, list[DailySum]]:
        """The daily sums then. A completion uses up the oldest, so those since are undone beginning at the latest."""
        since = self.completed_since.get(member_id, Counter())
        to_undo = {name: times * self.goals.get(name, 0) for name, times in since.items()}
        sums: dict[str, list[DailySum]] = defaultdict(list)
        for stored in sorted(self.daily_sums.get(member_id, ()), key=lambda each: (each.day, each.value), reverse=True):
            unused = min(to_undo.get(stored.achievement, 0), stored.used)
            to_undo[stored.achievement] = to_undo.get(stored.achievement, 0) - unused
            if stored.day < self.day:
                before = DailySum(stored.day, stored.value, stored.amount, stored.used - unused)
                sums[stored.achievement].insert(0, before)
        return dict(sums)


_NEVER = datetime.max.replace(tzinfo=UTC)


def _expiry(lot: StoredLot) -> tuple[datetime, str]:
    return lot.expires_at or _NEVER, lot.id
