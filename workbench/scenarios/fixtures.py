"""Convert a fixture of a test or simulation to the member's state in memory."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from loyalty.calendar import Duration
from loyalty.engine.snapshots import MemberSnapshot
from loyalty.ids import named_id
from loyalty.points import ledger
from loyalty.points.ledger import due_items_of_lot
from loyalty.program.effects import AwardPoints
from loyalty.program.program import Program
from loyalty.program.tiers import TierSet
from loyalty.program.wallets import Points
from loyalty.store.due_items import DueTimes
from loyalty.store.members import Balance, Member
from loyalty.store.memory.member_state import MemberState
from loyalty.store.points import Lot
from loyalty.store.tiers import TierPlace
from loyalty.tiers import standing as tiers
from loyalty.tiers.places import subject_of
from workbench.scenarios.model import Fixture

NONE = Points(0)


def snapshot_of(fixture: Fixture, name: str, program: Program, now: datetime) -> MemberSnapshot:
    """Return the state that a fixture describes; an unregistered member has nothing. Claims are not part of it."""
    state = MemberState(fixture.member, badges=dict.fromkeys(fixture.member.badges, 1), review=fixture.review)
    if not fixture.is_registered:
        return MemberSnapshot(state, is_new=True)
    awarded = list(_awarded(fixture, name, program, now))
    state.lots = {lot.id: lot for lot in (*awarded, *fixture.lots)}
    for code in dict.fromkeys((*fixture.points, *fixture.earned)):
        lots = [lot for lot in state.lots.values() if lot.wallet == code]
        active = Points(sum(lot.remaining for lot in lots if lot.active_from is None))
        pending = Points(sum(lot.remaining for lot in lots if lot.active_from is not None))
        state.balances[code] = _balance(active, pending, fixture.earned.get(code, active))
    state.completed = dict(fixture.completed)
    state.daily_sums = {achievement: list(sums) for achievement, sums in fixture.daily_sums.items()}
    warned_lots = [(lot, False) for lot in awarded] + [(lot, _was_warned(lot, program, now)) for lot in fixture.lots]
    due = {lot.id: due_items_of_lot(program, lot, warned=warned, now=now) for lot, warned in warned_lots}
    return MemberSnapshot(state, due_items=due | _begin_tier_periods(state, fixture, program, now))


def _balance(active: Points, pending: Points, earned: Points) -> Balance:
    return Balance(active, pending, earned=earned, qualifying=earned)


def _begin_tier_periods(state: MemberState, fixture: Fixture, program: Program, now: datetime) -> dict[str, DueTimes]:
    """Start the periods of tiers now, unless the fixture gives their end; return the due items of tiers."""
    found: dict[str, DueTimes] = {}
    for name, tier_set in program.tier_sets.items():
        member = state.member
        if not tier_set.is_default:
            lowest = tier_set.tiers[0].name if tier_set.begins_at_nothing else None
            member = replace(member, tier=fixture.tiers.get(name, lowest), tier_base=NONE, tier_until=None)
        member = replace(member, tier_until=_until(program, tier_set, member, now))
        if tier_set.is_default:
            state.member = member
        else:
            state.tier_places[name] = TierPlace(member.tier, tier_until=member.tier_until)
        due = tiers.due_times_from_now(program, tier_set, member, now=now)
        found[subject_of(member.id, tier_set)] = due
    return found


def _until(program: Program, tier_set: TierSet, member: Member, now: datetime) -> datetime | None:
    lasts = tiers.kept_until(program, tier_set, registered_at=member.registered_at, now=now)
    return None if lasts is None else member.tier_until or lasts


def _awarded(fixture: Fixture, name: str, program: Program, now: datetime) -> Iterator[Lot]:
    """Yield a lot for each wallet of `points`: awarded now, expiring by the rule of the wallet."""
    for code, points in fixture.points.items():
        if points:
            lot_id = named_id(program.store, "test lot", f"{name}/{code}")
            wallet = program.wallets[code]
            award = AwardPoints(code, points, Duration(), wallet.expires)
            yield ledger.award(lot_id, award, wallet, event_time=now, now=now, zone=program.zone)


def _was_warned(lot: Lot, program: Program, now: datetime) -> bool:
    """Return whether the warning that a lot expires was sent before now."""
    before, expires = program.notify_before.points, lot.expires_at
    return before is not None and expires is not None and before.before(expires, program.zone) <= now
