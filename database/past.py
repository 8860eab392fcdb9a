"""The state of members at a past moment, derived from their present state.

Balances, lots and open holds are exact: the changes by later transfers are subtracted. So are daily sums, completions,
use of limits and badges: the later contributions of events are subtracted. Of events from before that, a late one, with
a time on an earlier day, counts as if it had been known on that day, and a completion used the latest daily sums. Three
things are not exact: attributes and profile are as they are now; a tier that was changed since, other than by its last
review, begins a new period; and a lot whose expiry was moved since expires at the new moment.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

from database.usage import StoredUse, by_reactor
from loyalty.engine.snapshots import MemberSnapshot
from loyalty.program.expiry import Expiry
from loyalty.program.program import Program
from loyalty.program.wallets import Points
from loyalty.store.achievements import AchievementCompletions, DailySum
from loyalty.store.members import NO_POINTS, Balance, GrantedBadge, Member, StoredMember, TierReview
from loyalty.store.memory.member_state import MemberState
from loyalty.store.points import Allocation, Lot, Transfer
from loyalty.store.returnable import NO_PAST, ReturnablePast
from loyalty.store.rewards import IssuedReward
from loyalty.store.tiers import CountedSale, TierPlace
from loyalty.tiers.standing import kept_until


@dataclass(frozen=True, slots=True)
class StoredBalance:
    """A member's balance in one wallet, as it is now."""

    wallet: str
    active: Points
    pending: Points
    earned: Points
    spent: Points
    expired: Points
    held: Points
    owed: Points
    qualifying: Points

    def before(self, change: Balance) -> Balance:
        """Return the balance without later changes."""
        now = Balance(
            self.active,
            self.pending,
            self.earned,
            self.spent,
            self.expired,
            self.held,
            self.owed,
            self.qualifying,
        )
        return now.minus(change)


@dataclass(frozen=True, slots=True)
class StoredLot:
    """A lot as it is now."""

    id: str
    wallet: str
    points: Points
    remaining: Points
    held: Points
    active_from: datetime | None
    expires_at: datetime | None
    expiry: Expiry | None
    transfer: str
    qualifies: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LotChange:
    """A later change of a lot: of what remains of it, and of what is held."""

    points: int
    held: int


@dataclass(frozen=True, slots=True)
class StoredSum:
    """A daily sum of one achievement."""

    achievement: str
    day: date
    value: str
    amount: int
    used: int


@dataclass(frozen=True, slots=True)
class LateSince:
    """The points of one member that were booked since, and count for tier periods that had ended."""

    before_review: int = 0
    """Points of all periods before the last review."""
    before_last_review: int = 0
    """Points of the periods before the one that the last review ended."""


Measure: TypeAlias = tuple[str, date, str]
"""The name of an achievement or a reactor, a local day, and a value of `distinct` or a wallet."""


@dataclass(frozen=True, slots=True)
class ContributedSince:
    """The later contributions of the events of one member, in millionths and times."""

    counted: Counter[Measure]
    used: Counter[Measure]
    completed: Counter[str]
    """Completions by achievement."""
    points: Counter[Measure]
    """Points of limits `per: member`, as are `times`."""
    times: Counter[Measure]

    @classmethod
    def nothing(cls) -> "ContributedSince":
        return cls(Counter(), Counter(), Counter(), Counter(), Counter())

    def add(self, rows: Iterable[tuple[Any, ...]], per: Literal["member", "program"]) -> None:
        """Add contributions by member and measure; of those to limits, only those to limits of a member or program."""
        for _, kind, name, day, value, amount, times in rows:
            measure = (name, day, value)
            if kind == "counted":
                self.counted[measure] += int(amount)
                self.completed[name] += int(times)
            elif kind == "used":
                self.used[measure] += int(amount)
            elif kind == per:
                self.points[measure] += int(amount)
                self.times[measure] += int(times)


@dataclass(frozen=True, slots=True)
class Past:
    """The stored state of a range of members, each by member, from which the past is derived."""

    program: Program
    since: datetime
    day: date
    goals: Mapping[str, int]
    """The goals of achievements, in millionths."""
    tiers: Mapping[str, str | None]
    places: Mapping[str, Mapping[str, TierPlace]]
    """Their places in tier sets beside the default one."""
    counted_sales: Mapping[str, list[CountedSale]]
    pasts: Mapping[str, ReturnablePast]
    """The returnable history of those members who had any."""
    contributed: Mapping[str, ContributedSince]
    completed_since: Mapping[str, Counter[str]]
    granted_since: Mapping[str, Counter[str]]
    balances: Mapping[str, list[StoredBalance]]
    changes: Mapping[tuple[str, str], Balance]
    """The changes of balances since, by member and wallet."""
    late: Mapping[str, LateSince]
    activated: Mapping[str, datetime]
    """When lots became active since, by id."""
    lots: Mapping[str, list[StoredLot]]
    """The lots that existed at the moment."""
    allocations: Mapping[str, LotChange]
    """The changes of lots since, by id."""
    with_history: Set[str]
    """Members with earlier transfers to which operations may refer."""
    transfers: Mapping[str, list[Transfer]]
    """The transfers before the moment, of members with history."""
    allocated: Mapping[str, Mapping[str, list[Allocation]]]
    """Their allocations, by member and transfer."""
    badges: Mapping[str, list[GrantedBadge]]
    daily_sums: Mapping[str, list[StoredSum]]
    completions: Mapping[str, list[AchievementCompletions]]
    used: Mapping[str, list[StoredUse]]
    issued: Mapping[str, list[IssuedReward]]
    frozen: Mapping[str, bool]
    """Whether members were frozen at the moment, for those who were frozen or unfrozen since."""

    def snapshot(self, stored: StoredMember) -> MemberSnapshot:
        """Return the state of a member at the moment."""
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
            frozen_at=self._frozen_at(stored),
            is_test=stored.is_test,
        )
        if stored.created_at >= self.since:
            return MemberSnapshot(MemberState(known, keeps_history=member_id in self.with_history), is_new=True)
        lots = self._lots(member_id)
        has_history = member_id in self.with_history
        balances = self._balances(member_id)
        state = MemberState(
            member=self._in_its_period(known, stored, balances),
            balances=balances,
            badges=self._badges(member_id),
            lots={each.id: each for each in lots if each.remaining or each.held},
            keeps_history=has_history,
            transfers={each.id: each for each in self.transfers.get(member_id, ())},
            allocations=dict(self.allocated.get(member_id, {})),
            empty_lots={each.id: each for each in lots if has_history and not (each.remaining or each.held)},
            daily_sums=self._daily_sums(member_id),
            completed=self._completed(member_id),
            used=by_reactor(used_before(self.used.get(member_id, ()), self._contributed(member_id))),
            issued={each.id: self._as_it_was(each) for each in self._coupons(member_id)},
            review=self._review(stored),
            tier_places=dict(self.places.get(member_id, {})),
            counted_sales={(each.event, each.tier_set): each for each in self.counted_sales.get(member_id, ())},
        )
        return MemberSnapshot(state, past=self.pasts.get(member_id, NO_PAST))

    def _frozen_at(self, stored: StoredMember) -> datetime | None:
        """Return since when the member was frozen, as far as it is known; None: they were not."""
        was_frozen = self.frozen.get(stored.id, stored.frozen_at is not None)
        if not was_frozen:
            return None
        return self.since if stored.frozen_at is None else min(stored.frozen_at, self.since)

    def _as_it_was(self, issued: IssuedReward) -> IssuedReward:
        was_used = issued.used_at is not None and issued.used_at < self.since
        return replace(issued, status="used" if was_used else "issued", cancelled_at=None)

    def _coupons(self, member_id: str) -> Iterator[IssuedReward]:
        """Return the issued rewards that had neither expired nor been cancelled."""
        for each in self.issued.get(member_id, ()):
            was_cancelled = each.cancelled_at is not None and each.cancelled_at < self.since
            if not was_cancelled and (each.expires_at is None or each.expires_at > self.since):
                yield each

    def _in_its_period(self, known: Member, stored: StoredMember, balances: Mapping[str, Balance]) -> Member:
        """Return the member with the base and the end of the tier's period, as far as they are known.

        For a member who was reviewed twice since, or before the last review was stored, everything counts, and the
        period begins anew; likewise if the tier was changed since, other than by a review.
        """
        late, review = self.late.get(stored.id, LateSince()), stored.review
        balance = balances.get(self.program.default_wallet.code, NO_POINTS)
        rules = self.program.default_tier_set
        until = kept_until(self.program, rules, registered_at=known.registered_at, now=self.since)
        if review is not None and review.at >= self.since:
            if review.since is not None and review.since >= self.since:
                return replace(known, tier_base=Points(0), tier_until=until)
            base = Points(review.base - late.before_last_review)
            return replace(known, tier_base=base, tier_until=until and review.at)
        base = Points(stored.tier_base - late.before_review)
        was_reviewed = base > balance.qualifying
        if not was_reviewed and stored.id not in self.tiers:
            until = stored.tier_until
        return replace(known, tier_base=Points(0) if was_reviewed else base, tier_until=until)

    def _review(self, stored: StoredMember) -> TierReview | None:
        """Return the last review before the moment, as far as it is known."""
        late, review = self.late.get(stored.id, LateSince()), stored.review
        if review is None or review.at >= self.since:
            return None
        return review._replace(base=Points(review.base - late.before_last_review))

    def _lots(self, member_id: str) -> list[Lot]:
        """Return the member's lots at the moment, without later changes; including empty ones."""
        lots: list[Lot] = []
        for stored in self.lots.get(member_id, ()):
            since = self.allocations.get(stored.id, LotChange(0, 0))
            remaining, held = Points(stored.remaining - since.points), Points(stored.held - since.held)
            active_from = self.activated.get(stored.id, stored.active_from)
            lots.append(
                Lot(
                    stored.id,
                    stored.wallet,
                    stored.points,
                    remaining,
                    active_from,
                    stored.expires_at,
                    stored.expiry,
                    held,
                    stored.transfer,
                    stored.qualifies,
                    stored.created_at,
                )
            )
        return lots

    def _balances(self, member_id: str) -> dict[str, Balance]:
        found = {
            each.wallet: each.before(self.changes.get((member_id, each.wallet), NO_POINTS))
            for each in self.balances.get(member_id, ())
        }
        return {wallet: balance for wallet, balance in found.items() if any(balance)}

    def _badges(self, member_id: str) -> dict[str, int]:
        since = self.granted_since.get(member_id, Counter())
        return {each.badge: each.times - since[each.badge] for each in self.badges.get(member_id, ())}

    def _completed(self, member_id: str) -> dict[str, int]:
        since = self.completed_since.get(member_id, Counter())
        stored = self.completions.get(member_id, ())
        found = {each.achievement: each.completed - since[each.achievement] for each in stored}
        return {name: times for name, times in found.items() if times}

    def _contributed(self, member_id: str) -> ContributedSince:
        return self.contributed.get(member_id) or ContributedSince.nothing()

    def _daily_sums(self, member_id: str) -> dict[str, list[DailySum]]:
        """Return the daily sums at the moment, without later contributions.

        What completions without contributions used is undone from the latest day on, as completions use up the oldest
        first.
        """
        contributed = self._contributed(member_id)
        unknown = self.completed_since.get(member_id, Counter[str]()) - contributed.completed
        to_undo = {name: times * self.goals.get(name, 0) for name, times in unknown.items()}
        sums: dict[str, list[DailySum]] = defaultdict(list)
        for stored in sorted(self.daily_sums.get(member_id, ()), key=lambda each: (each.day, each.value), reverse=True):
            measure = (stored.achievement, stored.day, stored.value)
            amount, used = stored.amount - contributed.counted[measure], stored.used - contributed.used[measure]
            unused = min(to_undo.get(stored.achievement, 0), used)
            to_undo[stored.achievement] = to_undo.get(stored.achievement, 0) - unused
            if stored.day < self.day and (amount or used):
                sums[stored.achievement].insert(0, DailySum(stored.day, stored.value, amount, used - unused))
        return dict(sums)


def place_before(place: TierPlace, tier: str | None, *, since: datetime) -> TierPlace:
    """Return a member's place in a tier set, in `tier`; a later review is undone as far as it is stored."""
    if place.reviewed_at is None or place.reviewed_at < since:
        return replace(place, tier=tier)
    return TierPlace(tier, place.tier_since, None, None, place.reviewed_base, place.reviewed_at)


def used_before(stored: Iterable[StoredUse], since: ContributedSince) -> Iterator[StoredUse]:
    """Return the use of limits without later firings."""
    for each in stored:
        measure = (each.reactor, each.day, each.wallet)
        times, points = each.times - since.times[measure], each.points - since.points[measure]
        if times or points:
            yield replace(each, times=times, points=points)
