"""Members of tests and of simulations, invented: what their books hold."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from loyalty.calendar import Duration
from loyalty.engine.snapshots import MemberSnapshot
from loyalty.ids import named_id
from loyalty.points import ledger
from loyalty.points.due_items import next_due_of_lot
from loyalty.program.effects import AwardPoints
from loyalty.program.program import Program
from loyalty.program.wallets import Points
from loyalty.store.due_items import DueKind
from loyalty.store.members import Balance
from loyalty.store.memory.member_state import MemberState
from loyalty.store.points import Lot
from loyalty.tiers import standing as tiers
from workbench.scenarios.model import Fixture

NONE = Points(0)


def opening_of(fixture: Fixture, name: str, program: Program, now: datetime) -> MemberSnapshot:
    """A member as a fixture tells of them; whoever is not registered has nothing. Limits are told apart."""
    account = MemberState(fixture.member, badges=dict.fromkeys(fixture.member.badges, 1))
    if not fixture.is_registered:
        return MemberSnapshot(account, is_new=True)
    awarded = list(_awarded(fixture, name, program, now))
    account.lots = {lot.id: lot for lot in (*awarded, *fixture.lots)}
    for code in dict.fromkeys((*fixture.points, *fixture.earned)):
        mine = [lot for lot in account.lots.values() if lot.wallet == code]
        active = Points(sum(lot.remaining for lot in mine if lot.active_from is None))
        pending = Points(sum(lot.remaining for lot in mine if lot.active_from is not None))
        account.balances[code] = Balance(active, pending, earned=fixture.earned.get(code, active))
    account.completed = dict(fixture.completed)
    account.daily_sums = {achievement: list(marks) for achievement, marks in fixture.marks.items()}
    told = [(lot, False) for lot in awarded] + [(lot, _was_warned(lot, program, now)) for lot in fixture.lots]
    due = {lot.id: next_due_of_lot(program, lot, warned=warned, now=now) for lot, warned in told}
    deadlines: dict[str, tuple[datetime, DueKind]] = {lot_id: deadline for lot_id, deadline in due.items() if deadline}
    return MemberSnapshot(account, due_items=deadlines | _begin_period(account, program, now))


def _begin_period(account: MemberState, program: Program, now: datetime) -> dict[str, tuple[datetime, DueKind]]:
    """What falls due of the tier: who has one from the start came into it then, if nothing else is said."""
    tier = program.tier_named(account.member.tier)
    lasts = None if tier is None else tiers.kept_until(program, tier, now=now)
    until = None if lasts is None else account.member.tier_until or lasts
    account.member = replace(account.member, tier_until=until)
    deadline = tiers.next_due_from_now(program, account.member, now=now)
    return {} if deadline is None else {account.member.id: deadline}


def _awarded(fixture: Fixture, name: str, program: Program, now: datetime) -> Iterator[Lot]:
    """Points that a member has from the start were awarded then, and expire as their wallet says."""
    for code, points in fixture.points.items():
        if points:
            lot_id = named_id(program.store, "test lot", f"{name}/{code}")
            award = AwardPoints(code, points, Duration(), program.wallets[code].expires)
            yield ledger.award(lot_id, award, now=now, zone=program.zone)


def _was_warned(lot: Lot, program: Program, now: datetime) -> bool:
    """Whether the owner of a lot was told by now that it expires."""
    before, expires = program.notify_before.points, lot.expires_at
    return before is not None and expires is not None and before.before(expires, program.zone) <= now
